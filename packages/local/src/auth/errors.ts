import type { ServerResponse } from "node:http";
import { sendJson } from "../supabase/http.js";

/**
 * An error as hosted Auth answers it. Codes and messages are those of hosted Auth, on which applications
 * branch (https://supabase.com/docs/guides/auth/debugging/error-codes).
 */
export class AuthError extends Error {
  override name = "AuthError";
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly extra: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

/** Writes the error in the shape of the API version the client asked for (header x-supabase-api-version). */
export function sendAuthError(res: ServerResponse, error: AuthError, version: string | undefined): void {
  if (version !== undefined && version >= "2024-01-01") {
    res.setHeader("x-supabase-api-version", "2024-01-01");
    sendJson(res, error.status, { code: error.code, message: error.message, ...error.extra });
    return;
  }
  sendJson(res, error.status, {
    code: error.status,
    error_code: error.code,
    msg: error.message,
    ...error.extra,
  });
}
