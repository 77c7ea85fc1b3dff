import { z } from "zod";
import type { RunError } from "../run.js";
import type { Step } from "../step/step.js";

/** Why the runtime itself ends a step, handler or not. */
export type StopReason = "cancelled" | "lease_lost" | "timed_out";

/** The reason of an aborted ctx.signal. */
export class StepStopped extends Error {
  override readonly name = "StepStopped";
  readonly reason: StopReason;

  constructor(reason: StopReason) {
    super(`The step was stopped: ${reason.replace("_", " ")}.`);
    this.reason = reason;
  }
}

export type EndReason = "cancelled" | "ended" | "stale_attempt";

type Kind = "fatal" | "retryable" | "retry_after" | "unknown" | "store" | "busy" | StopReason;

export interface StepFailure {
  readonly kind: Kind;
  readonly error: RunError;
  /** Not before this time (ISO 8601): of kind "retry_after" only. */
  readonly retryAt?: string;
}

interface Treatment {
  /** The name that Retry and Catch of the machine match. */
  readonly name: string;
  readonly retried: boolean;
  /** Whether the failure is written to the run's log: only who holds the lease can. */
  readonly recorded: boolean;
}

/** What becomes of each kind of failure. The names are known to the retriers that machines are built with. */
export function treatmentOf(kind: Kind): Treatment {
  switch (kind) {
    case "fatal":
      return { name: "FatalError", retried: false, recorded: true };
    case "retryable":
      return { name: "RetryableError", retried: true, recorded: true };
    case "retry_after":
      return { name: "RetryAfter", retried: true, recorded: true };
    case "unknown":
      return { name: "StepFailed", retried: true, recorded: true };
    case "timed_out":
      return { name: "StepTimedOut", retried: true, recorded: true };
    case "cancelled":
      return { name: "StepCancelled", retried: false, recorded: true };
    case "lease_lost":
      return { name: "StepLeaseLost", retried: true, recorded: false };
    case "busy":
      return { name: "StepBusy", retried: true, recorded: false };
    case "store":
      return { name: "StepStoreFailed", retried: true, recorded: false };
  }
}

export function failure(
  kind: Kind,
  code: string,
  step: string,
  message: string,
  cause?: unknown,
): StepFailure {
  const because = cause === undefined ? undefined : spelled(cause);
  return {
    kind,
    error: {
      code,
      message: message.slice(0, 2_000),
      ...(because && { cause: because.slice(0, 4_000) }),
      step,
      ...(kind === "fatal" && { fatal: true }),
    },
  };
}

/** What a handler threw, seen with whether it had been told to stop. */
export function failureOf(thrown: unknown, step: string, stop: StepStopped | null): StepFailure {
  if (stop !== null) return stopped(stop.reason, step);
  try {
    return thrownBy(thrown, step);
  } catch {
    // Whatever it is that cannot even be looked at.
    return failure("unknown", "STEP_FAILED", step, `${step} failed unexpectedly.`, unreadable);
  }
}

function thrownBy(thrown: unknown, step: string): StepFailure {
  if (thrown instanceof Error) {
    const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : "STEP_FAILED";
    const cause = thrown.cause ?? undefined;
    // By name: a bundle may hold two copies of the class.
    if (thrown.name === "FatalError") {
      const failed = failure("fatal", code, step, String(thrown.message), cause);
      return "attemptHelps" in thrown && thrown.attemptHelps === true ? unmarked(failed) : failed;
    }
    if (thrown.name === "RetryableError")
      return failure("retryable", code, step, String(thrown.message), cause);
  }
  return failure("unknown", "STEP_FAILED", step, `${step} failed unexpectedly.`, thrown);
}

/** As fatal to its attempt as before, but no reason not to try another one. */
function unmarked({ error: { fatal: _, ...error }, ...failed }: StepFailure): StepFailure {
  return { ...failed, error };
}

export function stopped(reason: StopReason, step: string): StepFailure {
  switch (reason) {
    case "cancelled":
      return failure(reason, "CANCELLED", step, "The run was cancelled.");
    case "lease_lost":
      return failure(reason, "STEP_LEASE_LOST", step, `${step} was taken over by another worker.`);
    case "timed_out":
      return failure(reason, "STEP_TIMED_OUT", step, `${step} took too long.`);
  }
}

/** Why a run takes no more work from an execution. */
export function ended(reason: EndReason, step: string): StepFailure {
  switch (reason) {
    case "cancelled":
      return stopped("cancelled", step);
    case "ended":
      return failure("cancelled", "RUN_ENDED", step, "The run has already ended.");
    case "stale_attempt":
      return failure("cancelled", "STALE_ATTEMPT", step, "A later attempt of the run has begun.");
  }
}

/**
 * What becomes of a RetryableError that names its time, in a step that declares `retryAfter`: the machine
 * waits for that time and asks again. Once the policy's tries are used up the machine asks no more; the error itself is not
 * marked as fatal, for another attempt may help.
 *
 * @param tries the tries of the step so far, this one included.
 */
export function withRetryAfter(
  failed: StepFailure,
  thrown: unknown,
  { retry, retryAfter }: Pick<Step, "retry" | "retryAfter">,
  tries: number,
  now: number,
): StepFailure {
  const asked =
    failed.kind === "retryable" ? (thrown as { retryAfter?: number | Date }).retryAfter : undefined;
  if (!retryAfter || asked === undefined) return failed;
  if (tries > retry.maxAttempts) return { ...failed, kind: "fatal" };
  const at = asked instanceof Date ? asked.getTime() : now + asked * 1_000;
  if (Number.isNaN(at)) return failed;
  const within = Math.min(Math.max(at, now), now + retryAfter.maxSeconds * 1_000);
  // AWS cuts the Timestamp of a Wait to its second: what was asked for is not over then.
  const second = Math.ceil(within / 1_000) * 1_000;
  return { ...failed, kind: "retry_after", retryAt: new Date(second).toISOString() };
}

/**
 * The error as Lambda reports it: its name is what the machine matches, its message the run error as
 * JSON that begins with the code, which the machine's Catch and runErrorOf read back. A RetryAfter says
 * { at, error } there: the time (ISO 8601) and the run error.
 */
export function thrownAs({ kind, error, retryAt }: StepFailure): Error {
  const { code, message, cause, step, fatal } = error;
  const told = { code, message, cause, step, fatal };
  const thrown = new Error(JSON.stringify(retryAt === undefined ? told : { at: retryAt, error: told }));
  thrown.name = treatmentOf(kind).name;
  thrown.stack = `${thrown.name}: ${code}`;
  return thrown;
}

const unreadable = "What was thrown cannot be read.";
/** Errors and their causes that are spelled out: a handler may have put them into a circle. */
const mostCauses = 8;

/** An error and its causes in one line. What is thrown may be anything, and must not keep its failure from being told. */
function spelled(thrown: unknown): string {
  try {
    return spelledOut(thrown, mostCauses);
  } catch {
    return unreadable;
  }
}

function spelledOut(thrown: unknown, left: number): string {
  if (thrown instanceof z.ZodError) return z.prettifyError(thrown);
  if (!(thrown instanceof Error))
    return typeof thrown === "string" ? thrown : (safeJson(thrown) ?? "unknown");
  const line = `${String(thrown.name)}: ${String(thrown.message)}`;
  if (thrown.cause === undefined || left === 0) return line;
  return `${line} <- ${spelledOut(thrown.cause, left - 1)}`;
}

function safeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/**
 * A failure of a Task that is no step, under the names and in the form that machines know from steps.
 *
 * @param kind "fatal" is never tried again, "retryable" is.
 */
export function taskError(
  kind: "fatal" | "retryable",
  { code, state, message, cause }: { code: string; state: string; message: string; cause?: unknown },
): Error {
  return thrownAs(failure(kind, code, state, message, cause));
}

/** As a step ends whose run takes no more work from its execution. */
export function endedError(reason: EndReason, state: string): Error {
  return thrownAs(ended(reason, state));
}
