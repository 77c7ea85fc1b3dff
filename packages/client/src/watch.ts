import type { Connection } from "./connection.js";
import { toLonghaulError } from "./errors.js";
import { openLive } from "./live/open-live.js";
import { createRunSource } from "./live/run-source.js";
import type { RunUpdate } from "./types.js";

export interface WatchOptions {
  /** The number of the last event that is known already: what came after it is given. By default everything is. */
  after?: number | undefined;
  /** Ends the watching with the signal's reason; the run goes on. */
  signal?: AbortSignal | undefined;
}

/**
 * Follows a run until it has ended: each event once and in order, over broken connections, restarts of the API
 * and tokens that run out. What comes while the caller is busy is given in one piece.
 *
 * @throws LonghaulError, e.g. RUN_NOT_FOUND
 */
export async function* watchRun(
  { client, transport }: Connection,
  runId: string,
  { after = 0, signal }: WatchOptions = {},
): AsyncGenerator<RunUpdate, void> {
  let pending: RunUpdate | null = null;
  let closed: { error: unknown } | null = null;
  let wake = () => {};
  const receive = (update: RunUpdate) => {
    pending = pending ? merged(pending, update) : update;
    wake();
  };
  const take = () => {
    const update = pending;
    pending = null;
    return update;
  };
  const close = openLive(transport, createRunSource({ client, runId, after, receive }), (error) => {
    closed = { error };
    wake();
  });
  const outcome = () => closed;
  const onAbort = () => wake();
  signal?.addEventListener("abort", onAbort);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const update = take();
      const end = outcome();
      if (update) yield update;
      else if (!end) await new Promise<void>((resolve) => (wake = resolve));
      else if (end.error === null) return;
      else throw toLonghaulError(end.error);
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    close();
  }
}

function merged(earlier: RunUpdate, later: RunUpdate): RunUpdate {
  const text = [...(earlier.text ?? []), ...(later.text ?? [])];
  return {
    run: later.run,
    events: [...earlier.events, ...later.events],
    ...(text.length > 0 ? { text } : {}),
  };
}
