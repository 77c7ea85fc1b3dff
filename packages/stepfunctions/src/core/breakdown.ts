import type { StateError } from "../language/failure.js";
import type { ExecutionState, LogRecord } from "./state.js";

/** The error of an execution that something unforeseen ended. */
export function breakdown(thrown: unknown): Required<Omit<StateError, "alias">> {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    error: "States.Runtime",
    cause: `The execution could not go on, by a fault of the engine: ${message}`,
  };
}

/**
 * The end of an execution that can no longer be decided upon: its last record, whatever the log says before it. It is
 * made from the log as it is on disk and not from a state, for that may be what is wrong.
 * @param log all records of the execution
 */
export function breakOff(
  log: LogRecord[],
  at: number,
  thrown: unknown,
): { record: LogRecord; outcome: NonNullable<ExecutionState["outcome"]> } {
  const failure = breakdown(thrown);
  const shown = log.filter(({ id }) => id > 0);
  const id = (shown.at(-1)?.id ?? 0) + 1;
  const previousId = shown.findLast(({ branch }) => branch === 0)?.id ?? 0;
  const record = { at, branch: 0, id, previousId, type: "ExecutionFailed", details: { ...failure } };
  return { record, outcome: { status: "FAILED", at, ...failure } };
}
