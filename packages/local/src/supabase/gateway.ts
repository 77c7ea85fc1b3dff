import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Logger } from "../log.js";
import { sendJson, type Service } from "./http.js";

const missing: Record<string, string> = {
  rest: "PostgREST (/rest/v1)",
  graphql: "GraphQL (/graphql/v1)",
  functions: "Edge Functions (/functions/v1)",
};

const exposed =
  "content-range, content-length, accept-ranges, etag, location, x-supabase-api-version, x-total-count";

/** One server for all services, by prefix: `services.auth` answers /auth/v1/... */
export function createGateway(services: Record<string, Service>, logger: Logger): Server {
  // A slow upload is no attack on a laptop, and ends with its connection.
  return createServer({ requestTimeout: 0 }, (req, res) => {
    void answer(services, req, res).catch((error: unknown) => {
      logger.error("Request failed", { url: req.url, error });
      if (res.headersSent) res.destroy();
      else sendJson(res, 500, { message: "Internal server error" });
    });
  });
}

async function answer(
  services: Record<string, Service>,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  allowBrowsers(req, res);
  if (req.method === "OPTIONS") {
    res.writeHead(204).end();
    return;
  }
  const url = parseUrl(req.url ?? "/");
  const [, name = "", path = "/"] = /^\/([a-z]+)\/v1(\/.*)?$/.exec(url?.pathname ?? "") ?? [];
  // The name comes from outside: "constructor" is no service.
  const service = Object.hasOwn(services, name) ? services[name] : undefined;
  if (!url || !service) {
    const what =
      (Object.hasOwn(missing, name) ? missing[name] : undefined) ??
      `${req.method} ${url?.pathname ?? req.url}`;
    sendJson(res, 404, { code: "not_implemented", message: `The local Supabase does not implement ${what}` });
    return;
  }
  await service({ req, res, method: req.method ?? "GET", path, query: url.searchParams });
}

/** The address of a request, or null where it is none. */
export function parseUrl(text: string): URL | null {
  try {
    return new URL(text, "http://gateway");
  } catch {
    return null;
  }
}

/** The page is served from another port than this, so every answer has to let browsers read it. */
function allowBrowsers(req: IncomingMessage, res: ServerResponse): void {
  res.setHeader("access-control-allow-origin", "*");
  res.setHeader("access-control-expose-headers", exposed);
  if (req.method !== "OPTIONS") return;
  res.setHeader("access-control-allow-methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  res.setHeader("access-control-allow-headers", req.headers["access-control-request-headers"] ?? "*");
  res.setHeader("access-control-max-age", "3600");
  res.setHeader("vary", "access-control-request-headers");
}
