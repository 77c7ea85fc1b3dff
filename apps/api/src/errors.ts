import { ConnectionError } from "@longhaul/connections";
import { DatabaseRefusal } from "@longhaul/db";
import { RunsRefusal, toInputIssue } from "@longhaul/runs";
import { TRPCError, type TRPC_ERROR_CODE_KEY, type TRPCDefaultErrorShape } from "@trpc/server";
import { ZodError } from "zod";

interface Entry {
  readonly transport: TRPC_ERROR_CODE_KEY;
  readonly message: string;
}

/** Every code that leaves the API: how it travels, and what a person reads when no better sentence is known. */
const table = {
  SIGNED_OUT: { transport: "UNAUTHORIZED", message: "Sign in to continue." },
  TOKEN_EXPIRED: { transport: "UNAUTHORIZED", message: "Your session has expired. Sign in again." },
  TOKEN_INVALID: { transport: "UNAUTHORIZED", message: "Your session is not valid. Sign in again." },
  KEYS_UNAVAILABLE: {
    transport: "SERVICE_UNAVAILABLE",
    message: "Your session could not be checked just now. Try again in a moment.",
  },
  NO_ORGANISATION: { transport: "FORBIDDEN", message: "You do not belong to an organisation yet." },
  NOT_A_MEMBER: { transport: "FORBIDDEN", message: "You are not a member of this organisation any more." },
  ROLE_TOO_LOW: { transport: "FORBIDDEN", message: "Your role does not allow this. Ask an admin." },
  FORBIDDEN: { transport: "FORBIDDEN", message: "You are not allowed to do this." },
  ORGANISATION_NOT_FOUND: { transport: "FORBIDDEN", message: "You do not belong to this organisation." },
  MEMBER_NOT_FOUND: { transport: "NOT_FOUND", message: "There is no such member." },
  MEMBER_ALREADY: { transport: "CONFLICT", message: "This person is a member already." },
  INVITATION_NOT_FOUND: { transport: "NOT_FOUND", message: "This invitation does not hold any more." },
  TOO_MANY_INVITATIONS: { transport: "CONFLICT", message: "There are 100 open invitations." },
  TOO_MANY_MAILS: { transport: "CONFLICT", message: "No more invitations are mailed today." },
  LAST_OWNER: {
    transport: "CONFLICT",
    message: "The organisation needs an owner. Make somebody else one first.",
  },
  WORKFLOW_NOT_FOUND: { transport: "NOT_FOUND", message: "There is no such workflow." },
  RUN_NOT_FOUND: {
    transport: "NOT_FOUND",
    message:
      "There is no such run. If there was one, it has been deleted after the days that the settings name.",
  },
  ARTIFACT_NOT_FOUND: { transport: "NOT_FOUND", message: "There is no such file." },
  FILE_NOT_FOUND: { transport: "BAD_REQUEST", message: "The file is not there. Upload it again." },
  ARTIFACT_NOT_READY: { transport: "CONFLICT", message: "This file has not been uploaded completely." },
  ARTIFACT_GONE: { transport: "NOT_FOUND", message: "This file is no longer there." },
  INPUT_INVALID: { transport: "BAD_REQUEST", message: "Some of what was entered is not valid." },
  INPUT_TOO_LARGE: { transport: "PAYLOAD_TOO_LARGE", message: "The input is larger than 200 kB." },
  IDEMPOTENCY_CONFLICT: {
    transport: "CONFLICT",
    message: "This start was already sent with another input.",
  },
  RUN_ENDED: { transport: "CONFLICT", message: "This run has already ended." },
  RUN_NOT_DEAD_LETTERED: { transport: "CONFLICT", message: "This run is not among the dead letters." },
  PRIORITY_NOT_IN_PLAN: {
    transport: "FORBIDDEN",
    message: "Your organisation's plan does not let you choose this priority.",
  },
  RUN_NOT_ENDED: { transport: "CONFLICT", message: "This run is still under way." },
  RUN_SUCCEEDED: { transport: "CONFLICT", message: "This run has succeeded. Run it anew to repeat it." },
  STEP_NOT_FOUND: { transport: "NOT_FOUND", message: "There is no such step." },
  STEP_NOT_REACHED: { transport: "CONFLICT", message: "The run has not come to this step." },
  OUTPUT_INVALID: { transport: "BAD_REQUEST", message: "Some of what was edited is not valid." },
  APPROVAL_NOT_FOUND: { transport: "NOT_FOUND", message: "There is no such request for approval." },
  APPROVAL_DECIDED: { transport: "CONFLICT", message: "Somebody has decided this already." },
  APPROVAL_EXPIRED: { transport: "CONFLICT", message: "The time to decide this is over." },
  DECISION_INVALID: { transport: "BAD_REQUEST", message: "Some of what was decided is not valid." },
  SQL_WORKFLOW_NOT_FOUND: { transport: "NOT_FOUND", message: "There is no such query." },
  SQL_WORKFLOW_CHANGED: {
    transport: "CONFLICT",
    message: "Somebody has changed this query since you opened it.",
  },
  INSTANCE_NOT_FOUND: { transport: "NOT_FOUND", message: "There is no such instance." },
  QUERY_TEMPLATE_NOT_FOUND: { transport: "NOT_FOUND", message: "There is no such template." },
  TOO_MANY_QUERIES: { transport: "CONFLICT", message: "There is no room for another one." },
  SCHEDULE_NOT_FOUND: { transport: "NOT_FOUND", message: "There is no such schedule." },
  TOO_MANY_SCHEDULES: { transport: "CONFLICT", message: "An organisation has at most 200 schedules." },
  WEBHOOK_NOT_FOUND: { transport: "NOT_FOUND", message: "There is no such webhook." },
  WEBHOOK_OFF: { transport: "CONFLICT", message: "This webhook is switched off. Switch it on first." },
  TOO_MANY_WEBHOOKS: { transport: "CONFLICT", message: "An organisation has at most 20 webhooks." },
  SEALING_UNAVAILABLE: {
    transport: "SERVICE_UNAVAILABLE",
    message: "Secrets of webhooks cannot be sealed here at the moment.",
  },
  DELIVERY_NOT_FOUND: { transport: "NOT_FOUND", message: "There is no such delivery." },
  TWIN_NOT_FOUND: { transport: "NOT_FOUND", message: "There is no such twin." },
  TWIN_IN_TRAINING: { transport: "CONFLICT", message: "A version of this twin is in training already." },
  TWIN_BEING_REMOVED: { transport: "CONFLICT", message: "This twin is being deleted." },
  TWIN_NOT_ACTIVE: { transport: "CONFLICT", message: "This twin cannot be asked yet." },
  COMPANY_PROFILE_CHANGED: {
    transport: "CONFLICT",
    message: "Somebody has changed this since you opened it.",
  },
  VERSION_NOT_READY: { transport: "CONFLICT", message: "This version is not ready." },
  CONNECTION_NOT_FOUND: { transport: "NOT_FOUND", message: "There is no such connection." },
  CONNECTION_REVOKED: { transport: "CONFLICT", message: "Amazon does not accept this connection any more." },
  CONNECTION_UNREADABLE: { transport: "CONFLICT", message: "This connection has to be made again." },
  CONNECTION_REFUSED: { transport: "CONFLICT", message: "Amazon refused this." },
  CONNECTION_UNAVAILABLE: {
    transport: "SERVICE_UNAVAILABLE",
    message: "Amazon cannot be reached at the moment.",
  },
  CONNECTIONS_NOT_SET_UP: { transport: "SERVICE_UNAVAILABLE", message: "Connections are not set up here." },
  TOO_MANY_CONNECTIONS: { transport: "CONFLICT", message: "An organisation has at most 50 connections." },
  SIGN_IN_OVER: { transport: "CONFLICT", message: "This sign-in has run out. Begin again." },
  WORKFLOW_NOT_DEPLOYED: {
    transport: "SERVICE_UNAVAILABLE",
    message: "This workflow cannot be started here at the moment.",
  },
  TOO_MANY_WATCHES: {
    transport: "TOO_MANY_REQUESTS",
    message: "Too many live views are open on this connection.",
  },
  TOO_MANY_CALLS: {
    transport: "TOO_MANY_REQUESTS",
    message: "Too many calls at once on this connection.",
  },
  TOO_MANY_REQUESTS: {
    transport: "TOO_MANY_REQUESTS",
    message: "Too many requests. Try again in a moment.",
  },
  STORAGE_REFUSED: { transport: "BAD_GATEWAY", message: "The file storage refused the request." },
  INTERNAL: { transport: "INTERNAL_SERVER_ERROR", message: "Something went wrong on our side." },
} as const satisfies Record<string, Entry>;

export type ErrorCode = keyof typeof table;

/** One thing that is wrong with an input; `path` leads to the field, e.g. ["input", "file"]. */
export interface InputIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** An error that is meant for the caller. `message` defaults to the table's sentence. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly code: ErrorCode,
    options: {
      message?: string;
      cause?: unknown;
      issues?: readonly InputIssue[];
      retryAfterSeconds?: number;
    } = {},
  ) {
    super(options.message ?? table[code].message, { cause: options.cause });
    this.issues = options.issues ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  readonly issues: readonly InputIssue[];
  /** When it may be tried again, where that is known. */
  readonly retryAfterSeconds: number | undefined;
}

/** The house's error as the transport's; an {@link ApiError} is kept as its cause. */
export function toTrpcError(thrown: unknown): TRPCError {
  if (thrown instanceof TRPCError && !(thrown.code === "INTERNAL_SERVER_ERROR" && thrown.cause)) {
    return thrown;
  }
  const inner = thrown instanceof TRPCError ? thrown.cause : thrown;
  const error = toApiError(inner);
  return new TRPCError({ code: table[error.code].transport, message: error.message, cause: error });
}

function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (thrown instanceof RunsRefusal) {
    const { code, message, issues } = thrown;
    return new ApiError(code, { message, issues, cause: thrown });
  }
  if (thrown instanceof DatabaseRefusal) {
    const code = thrown.code in table ? (thrown.code as ErrorCode) : "FORBIDDEN";
    return new ApiError(code, { message: thrown.message, cause: thrown });
  }
  if (thrown instanceof ConnectionError)
    return new ApiError(thrown.code, { message: thrown.message, cause: thrown });
  return new ApiError("INTERNAL", { cause: thrown });
}

/** What a client finds in `error.data`. */
export interface ErrorData {
  readonly errorCode: ErrorCode | null;
  readonly correlationId: string | null;
  readonly issues: readonly InputIssue[];
  /** Of TOO_MANY_REQUESTS: when to try again. */
  readonly retryAfterSeconds?: number;
}

/** tRPC's error formatter: no stack, no internal message, the house's code and the issues of an input. */
export function formatError({
  shape,
  error,
  ctx,
}: {
  shape: TRPCDefaultErrorShape;
  error: TRPCError;
  ctx: { correlationId: string } | undefined;
}): TRPCDefaultErrorShape & { data: ErrorData } {
  const { stack: _stack, ...data } = shape.data;
  const correlationId = ctx?.correlationId ?? null;
  if (error.cause instanceof ApiError) {
    const { code, issues, message, retryAfterSeconds } = error.cause;
    const later = retryAfterSeconds !== undefined && { retryAfterSeconds };
    return { ...shape, message, data: { ...data, errorCode: code, correlationId, issues, ...later } };
  }
  if (error.cause instanceof ZodError) {
    const issues = error.cause.issues.map(toInputIssue);
    const message = issues[0]?.message ?? table.INPUT_INVALID.message;
    return { ...shape, message, data: { ...data, errorCode: "INPUT_INVALID", correlationId, issues } };
  }
  const internal = error.code === "INTERNAL_SERVER_ERROR";
  return {
    ...shape,
    message: internal ? table.INTERNAL.message : shape.message,
    data: { ...data, errorCode: internal ? "INTERNAL" : null, correlationId, issues: [] },
  };
}
