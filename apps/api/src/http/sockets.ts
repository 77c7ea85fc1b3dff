import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { applyWSSHandler, type CreateWSSContextFnOptions } from "@trpc/server/adapters/ws";
import { type WebSocket, WebSocketServer } from "ws";
import type { Context, Services } from "../context.js";
import { logError } from "./log-error.js";
import { appRouter } from "../router.js";
import { correlationHeader, correlationIdOf } from "./correlation.js";
import { identify } from "./identify.js";

/** The largest message from a client: an input of 200 kB with room around it. */
const maxPayload = 1_000_000;
/** Calls of one connection at the same time: a single message may hold thousands, and the database has ten connections. */
const maxCalls = 200;
/** A client that is this far behind in reading is cut off; it comes back and resumes where it was. */
const maxBufferedBytes = 16_777_216;
const bufferCheckMs = 10_000;
const keepAlive = { enabled: true, pingMs: 15_000, pongWaitMs: 10_000 };
/** Asks tRPC's client to open a new connection and to take its subscriptions along. */
const comeBack = JSON.stringify({ id: null, method: "reconnect" });
/** How long such a client has until the old connection is closed. */
const movingMs = 3_000;
const longestTimerMs = 2_147_483_647;
const closeCodes = { restart: 1012, tokenEnded: 4401 };

export interface SocketOptions {
  path: string;
  /** Origins besides the server's own whose pages may connect. */
  allowedOrigins: readonly string[];
}

export interface Sockets {
  /** Tells every client to come back later, then lets go of it. */
  close(): Promise<void>;
}

/** Serves the router over WebSocket on an HTTP server. The token comes in the first message. */
export function serveSockets(server: Server, services: Services, options: SocketOptions): Sockets {
  const { clock, log } = services;
  const wss = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });
  applyWSSHandler({
    wss,
    router: appRouter,
    createContext: (connection) => connectionContext(services, connection),
    onError: ({ error, path, ctx }) => logError(ctx?.log ?? log, error, path),
    keepAlive,
  });
  server.on("upgrade", function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
    socket.on("error", () => socket.destroy());
    const refusal = refusalOf(request, options);
    if (refusal)
      return void socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    wss.handleUpgrade(request, socket, head, (client) => wss.emit("connection", client, request));
  });
  const stopChecking = clock.every(bufferCheckMs, () => {
    for (const client of wss.clients) if (client.bufferedAmount > maxBufferedBytes) client.terminate();
  });

  return {
    async close() {
      stopChecking();
      for (const client of wss.clients) {
        if (client.readyState === client.OPEN) client.send(comeBack);
        client.close(closeCodes.restart, "The server is restarting.");
      }
      await new Promise<void>((resolve) => {
        const giveUp = clock.after(movingMs, () => {
          for (const client of wss.clients) client.terminate();
        });
        wss.close(() => {
          giveUp();
          resolve();
        });
      });
    },
  };
}

/** @returns the status line of the refusal, or null. Pages of other origins may not use a visitor's session. */
function refusalOf(request: IncomingMessage, { path, allowedOrigins }: SocketOptions): string | null {
  if (!URL.canParse(request.url ?? "", "http://host")) return "400 Bad Request";
  if (new URL(request.url ?? "", "http://host").pathname !== path) return "404 Not Found";
  const { origin, host } = request.headers;
  if (origin === undefined || allowedOrigins.includes(origin)) return null;
  return URL.canParse(origin) && new URL(origin).host === host ? null : "403 Forbidden";
}

async function connectionContext(
  services: Services,
  { req, res, info }: CreateWSSContextFnOptions,
): Promise<Context> {
  const correlationId = correlationIdOf(req.headers[correlationHeader]);
  const identity = await identify(services, info.connectionParams?.["token"] ?? null);
  // tRPC names the type of a package that it does not depend on.
  const client = res as WebSocket;
  if (identity.kind === "verified") moveWhenTokenEnds(services, client, identity.claims.exp);
  if (identity.kind === "refused") closeSoon(services, client);
  const log = services.log.child({ correlationId });
  const calls = { open: 0, most: maxCalls };
  return { services, identity, correlationId, log, watches: { open: 0 }, calls };
}

/** At the end of its token a client is asked to connect anew, which it does with a token of that moment. */
function moveWhenTokenEnds(services: Services, client: WebSocket, exp: number): void {
  const { clock } = services;
  const remaining = Math.min(exp * 1000 - clock.now(), longestTimerMs);
  const stop = clock.after(remaining, () => {
    if (client.readyState === client.OPEN) client.send(comeBack);
    closeSoon(services, client);
  });
  client.once("close", stop);
}

function closeSoon({ clock }: Services, client: WebSocket): void {
  const stop = clock.after(movingMs, () => client.close(closeCodes.tokenEnded, "The session has ended."));
  client.once("close", stop);
}
