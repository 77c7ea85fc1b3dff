import type { TRPCError } from "@trpc/server";
import { ApiError } from "../errors.js";
import type { Logger } from "../logger.js";

/** What went wrong on our side is an error with everything known of it; what callers did wrong is a line. */
export function logError(log: Logger, error: TRPCError, path: string | undefined): void {
  if (isClientFault(error)) {
    log.info({ reason: error.message }, "a connection was closed");
  } else if (error.code === "INTERNAL_SERVER_ERROR") {
    const cause = error.cause instanceof ApiError ? error.cause.cause : error.cause;
    log.error({ err: cause ?? error, path }, "a call failed");
  } else {
    const errorCode = error.cause instanceof ApiError ? error.cause.code : error.code;
    log.info({ path, errorCode, reason: error.message }, "a call was refused");
  }
}

/** What the WebSocket library says of a client that breaks the protocol or sends too much. */
function isClientFault({ cause }: TRPCError): boolean {
  return cause !== undefined && "code" in cause && String(cause.code).startsWith("WS_ERR_");
}
