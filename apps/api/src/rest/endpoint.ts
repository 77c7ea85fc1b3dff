import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Router } from "express";
import { callerFor } from "../caller.js";
import type { Services } from "../context.js";
import { ApiError } from "../errors.js";
import { bearerToken, identify } from "../http/identify.js";
import { logError } from "../http/log-error.js";
import { RestError, toRestError } from "./errors.js";
import { createRateLimiter, type RateLimiter } from "./rate-limit.js";
import type { RestCall, Route } from "./route.js";

/** An input of 200 kB with room around it. */
const maxBodyBytes = 1_000_000;

export interface RestOptions {
  routes: readonly Route[];
  /** Of each person, as many to ask and as many again to change something. */
  requestsPerMinute: number;
}

/** The routes over HTTP. What is not among them is left to whoever comes next, except under /api. */
export function restEndpoint(services: Services, { routes, requestsPerMinute }: RestOptions): Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  const limiter = createRateLimiter(services.clock, requestsPerMinute);
  for (const [path, methods] of byPath(routes)) {
    const address = router.route(path.replaceAll(/\{(\w+)\}/g, ":$1"));
    for (const route of methods) address[route.method](...handlersOf(services, limiter, route));
    address.all(refuseMethod(methods));
  }
  router.use("/api", () => {
    throw new RestError(404, "NOT_FOUND", "There is nothing at this address.");
  });
  router.use(answerErrors(services));
  return router;
}

function byPath(routes: readonly Route[]): Map<string, Route[]> {
  const paths = new Map<string, Route[]>();
  for (const route of routes) paths.set(route.path, [...(paths.get(route.path) ?? []), route]);
  return paths;
}

type Known = Pick<RestCall<never, never, never>, "api" | "user" | "correlationId">;

/** Who asks is known, and is not asking too often, before a byte of the body is read. */
function handlersOf(services: Services, limiter: RateLimiter, route: Route): RequestHandler[] {
  const admit: RequestHandler = async (request, response, next) => {
    const correlationId = response.locals["correlationId"] as string;
    const identity = await identify(services, bearerToken(request.headers.authorization));
    if (identity.kind === "anonymous") throw new ApiError("SIGNED_OUT");
    if (identity.kind === "refused") throw new ApiError(identity.code);
    const { claims, token } = identity;
    // Who asks how far a job is, however often, may still start the next one.
    const kind = route.method === "get" ? "asks" : "changes";
    refuseTooMany(limiter.take(`${kind} ${claims.sub}`, route.cost));
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const api = callerFor(services, identity, { correlationId, signal: gone.signal });
    const user = { userId: claims.sub, claims, token };
    response.locals["known"] = { api, user, correlationId } satisfies Known;
    next();
  };
  const handle: RequestHandler = async (request, response) => {
    const known = response.locals["known"] as Known;
    const parsed = {
      params: route.params?.parse(request.params),
      query: route.query?.parse(queryOf(request)),
      body: route.body?.parse(bodyOf(request)),
    };
    const answer = await route.handle({ ...known, ...parsed, services } as never);
    response.status(route.answer.status).set("cache-control", "no-store").json(answer);
  };
  if (!route.body) return [admit, handle];
  const limit = route.maxBodyBytes ?? maxBodyBytes;
  return [admit, express.json({ limit, type: ["application/json", "application/*+json"] }), handle];
}

function refuseTooMany(seconds: number): void {
  if (seconds === 0) return;
  throw new RestError(429, "TOO_MANY_REQUESTS", `Too many requests. Try again in ${seconds} s.`, {
    "retry-after": String(seconds),
  });
}

/** A parameter that comes several times is one with commas. */
function queryOf(request: Request): Record<string, string> {
  const query = new URL(request.originalUrl, "http://localhost").searchParams;
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name).join(",")]));
}

function bodyOf(request: Request): unknown {
  if (request.body !== undefined) return request.body as unknown;
  const sent = request.headers["transfer-encoding"] ?? Number(request.headers["content-length"] ?? 0);
  if (sent === 0) return {};
  throw new RestError(415, "BODY_NOT_JSON", "Send the body as application/json, in UTF-8.");
}

function refuseMethod(methods: readonly Route[]): RequestHandler {
  const allow = methods.map(({ method }) => method.toUpperCase()).join(", ");
  return () => {
    throw new RestError(405, "METHOD_NOT_ALLOWED", `This address answers ${allow} only.`, { allow });
  };
}

function answerErrors(services: Services): ErrorRequestHandler {
  return (thrown, request, response, next) => {
    if (response.headersSent) return next(thrown);
    const correlationId = response.locals["correlationId"] as string;
    const { status, body, headers, cause } = toRestError(thrown, correlationId);
    if (cause) logError(services.log.child({ correlationId }), cause, request.path);
    // The rest of a body that is not wanted would be read for nothing.
    if (status === 413) response.set("connection", "close");
    if (status === 401) response.set("www-authenticate", "Bearer");
    response
      .status(status)
      .set({ "cache-control": "no-store", ...headers })
      .json(body);
  };
}
