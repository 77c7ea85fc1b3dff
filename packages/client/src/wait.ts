import { isFinal, type Run } from "@longhaul/kit";
import type { Connection } from "./connection.js";
import { RunFailed, WaitTimeout } from "./errors.js";
import { watchRun } from "./watch.js";

export interface WaitOptions {
  /** Ends the waiting with the signal's reason; the run goes on. */
  signal?: AbortSignal | undefined;
  /** How long to wait; the run goes on after it. By default as long as it takes. */
  timeoutMs?: number | undefined;
}

/**
 * Waits for a run's end and gives its output.
 *
 * @throws RunFailed when the run has no output: it failed, took too long, or was cancelled
 * @throws WaitTimeout, LonghaulError, the signal's reason
 */
export async function waitForOutput(
  connection: Connection,
  runId: string,
  { signal, timeoutMs }: WaitOptions = {},
): Promise<unknown> {
  const late = new AbortController();
  const timer =
    timeoutMs === undefined ? undefined : setTimeout(() => late.abort(new WaitTimeout(runId)), timeoutMs);
  try {
    const either = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
    let run: Run | null = null;
    for await (const update of watchRun(connection, runId, { signal: either })) run = update.run;
    return outputOf(run);
  } finally {
    clearTimeout(timer);
  }
}

function outputOf(run: Run | null): unknown {
  if (!run || !isFinal(run.status)) throw new Error("The feed ended before the run.");
  if (run.status === "succeeded") return run.output;
  throw new RunFailed(run as RunFailed["run"]);
}
