import { z } from "zod";
import { type RunError, runErrorSchema } from "./run.js";

const lambdaError = z.object({ errorMessage: z.string() });
/** A RetryAfter that nobody has waited for. */
const retryAfterError = z.object({ at: z.string(), error: runErrorSchema });
const failedState = z.object({
  message: z.string(),
  cause: z.string().optional(),
  step: z.string().optional(),
  fatal: z.literal(true).optional(),
});

/** How a map fails whose items failed more often than it lets them. */
export const tooManyFailures = "States.ExceedToleratedFailureThreshold";

function parsed<S extends z.ZodType>(schema: S, text: string | undefined): z.infer<S> | undefined {
  if (!text?.startsWith("{")) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * Reads the Error and Cause of a failed execution: what a Fail state of a machine says, what the step
 * runtime threw, or what Step Functions and Lambda say of themselves (then `message` is general and
 * `cause` carries their words).
 */
export function runErrorOf(failure: { error?: string | undefined; cause?: string | undefined }): RunError {
  const { error = "", cause } = failure;
  const said = parsed(lambdaError, cause)?.errorMessage;
  const thrown = parsed(runErrorSchema, said) ?? parsed(retryAfterError, said)?.error;
  if (thrown) return thrown;
  const stated = parsed(failedState, cause);
  if (stated) return { code: error || "RUN_FAILED", ...stated };
  if (/^(States|Lambda|Sandbox|Runtime)\.|^$/.test(error) || parsed(lambdaError, cause)) {
    return {
      code: error === "States.Timeout" ? "STEP_TIMED_OUT" : "STEP_FAILED",
      message:
        error === tooManyFailures
          ? "More items of a map failed than it tolerates."
          : "A step failed unexpectedly.",
      ...(error || cause ? { cause: [error, cause].filter(Boolean).join(": ") } : {}),
    };
  }
  return { code: error, message: cause ?? "The run failed." };
}
