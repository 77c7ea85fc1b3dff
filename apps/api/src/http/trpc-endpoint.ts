import { type CreateExpressContextOptions, createExpressMiddleware } from "@trpc/server/adapters/express";
import { TRPCError } from "@trpc/server";
import type { RequestHandler } from "express";
import type { Context, Services } from "../context.js";
import { ApiError } from "../errors.js";
import { appRouter } from "../router.js";
import { bearerToken, identify } from "./identify.js";
import { logError } from "./log-error.js";

/** An input of 200 kB with room around it, and for a batch. */
const maxBodyBytes = 1_000_000;
const maxBatch = 20;

/** The router over HTTP: queries, mutations, and subscriptions as server-sent events. */
export function trpcEndpoint(services: Services): RequestHandler {
  return createExpressMiddleware({
    router: appRouter,
    maxBodySize: maxBodyBytes,
    createContext: (call) => requestContext(services, call),
    responseMeta: ({ errors }) => retryAfter(errors),
    onError: ({ error, path, ctx }) => logError(ctx?.log ?? services.log, error, path),
  });
}

/** For who called too often: when to come back, as the HTTP API says it. */
function retryAfter(errors: readonly TRPCError[]): { headers?: Record<string, string> } {
  const seconds = errors.flatMap(({ cause }) => (cause instanceof ApiError && cause.retryAfterSeconds) || []);
  return seconds.length > 0 ? { headers: { "retry-after": String(Math.max(...seconds)) } } : {};
}

async function requestContext(
  services: Services,
  { req, res, info }: CreateExpressContextOptions,
): Promise<Context> {
  if (info.calls.length > maxBatch) {
    throw new TRPCError({ code: "BAD_REQUEST", message: `A batch has at most ${maxBatch} calls.` });
  }
  // An EventSource cannot send headers, so its token comes in the connection parameters.
  const token = bearerToken(req.headers.authorization) ?? info.connectionParams?.["token"] ?? null;
  const { correlationId } = res.locals as { correlationId: string };
  const log = services.log.child({ correlationId });
  const identity = await identify(services, token);
  const calls = { open: 0, most: maxBatch };
  const { rates } = services;
  return { services, identity, correlationId, log, watches: { open: 0 }, calls, rates };
}
