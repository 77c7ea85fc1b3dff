import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import { pinoHttp } from "pino-http";
import type { Services } from "./context.js";
import { correlationHeader, correlationIdOf } from "./http/correlation.js";
import { dashboard, type PublicConfig } from "./http/dashboard.js";
import { healthz, readyz } from "./http/health.js";
import { ownHostsOnly } from "./http/own-hosts.js";
import { securityHeaders } from "./http/security.js";
import { openApiDocument } from "./rest/document.js";
import { restEndpoint } from "./rest/endpoint.js";
import { referencePage } from "./rest/reference-page.js";
import { routes } from "./rest/routes.js";
import { serveSockets } from "./sockets/server.js";
import { trpcEndpoint } from "./http/trpc-endpoint.js";

/** Where the router answers, over HTTP and over WebSocket. */
export const trpcPath = "/trpc";

/** How long requests under way may take once the server is asked to stop. */
const drainMs = 10_000;
const idleCheckMs = 50;

export interface ApiOptions {
  services: Services;
  publicConfig: PublicConfig;
  /** The built dashboard. */
  webDir?: string | undefined;
  allowedOrigins?: readonly string[];
  /** The names under which it answers, besides those of this computer; without it, it answers under any. */
  ownHosts?: readonly string[] | undefined;
  /** Of each person, to the paths of the HTTP API: as many to ask and as many again to change something. */
  requestsPerMinute?: number;
}

export interface Api {
  /** @returns the address that it answers at, e.g. "http://127.0.0.1:3000". Port 0 takes a free one. */
  start(port: number, host: string): Promise<string>;
  /** Takes no more, lets requests under way finish, asks live clients to come back, then is gone. */
  close(): Promise<void>;
}

export function createApi(options: ApiOptions): Api {
  const { services, publicConfig, webDir, allowedOrigins = [], ownHosts, requestsPerMinute = 600 } = options;
  const streams = new Set<ServerResponse>();
  const app = express();
  app.disable("x-powered-by");
  app.use(correlate, requestLog(services), securityHeaders(publicConfig.supabaseUrl));
  if (ownHosts) app.use(ownHostsOnly(ownHosts));
  app.get("/healthz", healthz);
  app.get("/readyz", readyz(services));
  app.use(trpcPath, rememberStreams(streams), trpcEndpoint(services));
  app.use(referencePage(openApiDocument(routes, services.capabilities)));
  app.use(restEndpoint(services, { routes, requestsPerMinute }));
  app.use(dashboard(publicConfig, webDir));
  endWithErrors(app, services);

  const server = createServer(app);
  const sockets = serveSockets(server, services, { path: trpcPath, allowedOrigins, ownHosts });

  return {
    async start(port, host) {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, host, resolve);
      });
      const { address, port: taken, family } = server.address() as AddressInfo;
      return `http://${family === "IPv6" ? `[${address}]` : address}:${taken}`;
    },
    async close() {
      const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
      // A stream that ended in order would tell its client that the run is over; a cut one is taken up again.
      for (const stream of streams) stream.destroy();
      await sockets.close();
      // A kept-alive connection whose last request has just ended would hold the server for seconds.
      const stopClosing = services.clock.every(idleCheckMs, () => server.closeIdleConnections());
      const giveUp = services.clock.after(drainMs, () => server.closeAllConnections());
      await stopped;
      stopClosing();
      giveUp();
    },
  };
}

const correlate: RequestHandler = (request, response, next) => {
  const correlationId = correlationIdOf(request.headers[correlationHeader]);
  response.locals["correlationId"] = correlationId;
  response.setHeader(correlationHeader, correlationId);
  next();
};

/** One line a request. Addresses are logged without their query, where a stream's token is. */
function requestLog({ log }: Services): RequestHandler {
  return pinoHttp({
    logger: log,
    genReqId: (_request, response) => (response as express.Response).locals["correlationId"] as string,
    customProps: (_request, response) => ({
      correlationId: (response as express.Response).locals["correlationId"] as string,
    }),
    autoLogging: { ignore: ({ url }) => url === "/healthz" || url === "/readyz" },
    wrapSerializers: false,
    serializers: {
      req: ({ method, url }: { method: string; url: string }) => ({ method, path: url.split("?")[0] }),
      res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
    },
  }) as RequestHandler;
}

function rememberStreams(streams: Set<ServerResponse>): RequestHandler {
  return (request, response, next) => {
    if (request.headers.accept?.includes("text/event-stream")) {
      streams.add(response);
      response.once("close", () => streams.delete(response));
    }
    next();
  };
}

function endWithErrors(app: Express, { log }: Services): void {
  app.use((_request, response) => {
    response.status(404).json({ error: { code: "NOT_FOUND", message: "There is nothing at this address." } });
  });
  const onError: ErrorRequestHandler = (error: { status?: number }, _request, response, next) => {
    if (response.headersSent) return next(error);
    const status = error.status !== undefined && error.status < 500 ? error.status : 500;
    if (status === 500) log.error({ err: error }, "a request failed");
    const message =
      status === 404 ? "There is nothing at this address." : "This request could not be answered.";
    response.status(status).json({ error: { code: status === 404 ? "NOT_FOUND" : "FAILED", message } });
  };
  app.use(onError);
}
