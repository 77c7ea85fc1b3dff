import type { AppRouter, ErrorCode, InputIssue } from "@longhaul/api";
import type { Run, RunError } from "@longhaul/kit";
import { isTRPCClientError } from "@trpc/client";

/** The API refused a call, or could not be reached (UNREACHABLE). `message` is for a person. */
export class LonghaulError extends Error {
  override readonly name = "LonghaulError";

  constructor(
    message: string,
    readonly code: ErrorCode | "UNREACHABLE" | "UNKNOWN",
    /** What is wrong with an input; each path leads to the field. */
    readonly issues: readonly InputIssue[] = [],
    /** Named to whoever looks into the logs. */
    readonly correlationId: string | null = null,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

type EndedBadly = Extract<Run, { status: "failed" | "timed_out" | "cancelled" }>;

/** A run that was waited for has ended without an output: it failed, took too long, or was cancelled. */
export class RunFailed extends Error {
  override readonly name = "RunFailed";
  /** Why; the code of a cancelled run is CANCELLED. */
  readonly error: RunError;

  constructor(readonly run: EndedBadly) {
    const error =
      run.status === "cancelled" ? { code: "CANCELLED", message: "The run was cancelled." } : run.error;
    super(error.message);
    this.error = error;
  }
}

/** The time that a caller was ready to wait is over; the run goes on. */
export class WaitTimeout extends Error {
  override readonly name = "WaitTimeout";

  constructor(readonly runId: string) {
    super("The run has not ended in the time that was given.");
  }
}

/** What a call threw as a {@link LonghaulError}; other errors pass as they are. */
export function toLonghaulError(thrown: unknown): unknown {
  if (!isTRPCClientError<AppRouter>(thrown)) return thrown;
  // Who gives the token has said why there is none.
  if (thrown.cause instanceof LonghaulError) return thrown.cause;
  if (!thrown.data) {
    const message = "The Longhaul API cannot be reached.";
    return new LonghaulError(message, "UNREACHABLE", [], null, thrown);
  }
  const { errorCode, issues, correlationId } = thrown.data;
  return new LonghaulError(thrown.message, errorCode ?? "UNKNOWN", issues, correlationId, thrown);
}

/** @throws LonghaulError in place of what the transport throws. */
export async function withErrors<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (thrown) {
    throw toLonghaulError(thrown);
  }
}

const lasting: readonly unknown[] = [
  "NOT_FOUND",
  "FORBIDDEN",
  "UNAUTHORIZED",
  "BAD_REQUEST",
  "PAYLOAD_TOO_LARGE",
  "CONFLICT",
];

function transportCode(error: unknown): string | null {
  return isTRPCClientError<AppRouter>(error) ? (error.data?.code ?? null) : null;
}

/** Whether asking the same again would be answered the same. */
export function isLasting(error: unknown): boolean {
  return lasting.includes(transportCode(error));
}

/** Whether another token may help. */
export function isExpired(error: unknown): boolean {
  return transportCode(error) === "UNAUTHORIZED";
}
