import type { Taken } from "@longhaul/db";
import {
  dispatchQueued,
  type DispatchOptions,
  type RunsDependencies,
  type StartDispatcher,
} from "@longhaul/runs";
import type { Clock } from "./clock.js";
import type { Logger } from "./logger.js";

/** Works in the background. Calls of `soon` that come while one looks at the queue lead to one more look. */
export interface Dispatcher extends StartDispatcher {
  /** Ends after the rounds that are under way. */
  close(): Promise<void>;
}

/** Looks under way: while one sends what it took, another may take what has come since. */
const mostLooks = 2;

/**
 * Sends runs after each start's commit, and comes back by itself for those that had to wait. A run that it
 * loses sight of (this process dies) is found by the reconciler.
 */
export function createDispatcher(
  runs: RunsDependencies,
  clock: Clock,
  log: Logger,
  dispatch: typeof dispatchQueued = dispatchQueued,
): Dispatcher {
  let wanted = false;
  /** One that has not taken anything yet: there is one at most. */
  let looking = false;
  let looks = 0;
  let closed = false;
  const rounds = new Set<Promise<void>>();
  let retryAt = Number.POSITIVE_INFINITY;
  let cancelRetry = () => {};

  /** A round speaks only for what it has seen: the earliest time that one of them has named counts. */
  function retryIn(seconds: number): void {
    const at = clock.now() + seconds * 1000;
    if (closed || at >= retryAt) return;
    cancelRetry();
    retryAt = at;
    cancelRetry = clock.after(seconds * 1000, () => {
      retryAt = Number.POSITIVE_INFINITY;
      soon();
    });
  }

  async function round(options: DispatchOptions): Promise<void> {
    try {
      const { retryInSeconds } = await dispatch(runs, options);
      if (retryInSeconds !== null) retryIn(retryInSeconds);
    } catch (error) {
      log.error({ err: error }, "queued runs could not be sent");
    }
  }

  async function look(): Promise<void> {
    looks += 1;
    looking = true;
    let taken = false;
    const onTaken = () => {
      if (taken) return;
      taken = true;
      looking = false;
      next();
    };
    await round({ onTaken });
    if (!taken) looking = false;
    looks -= 1;
    next();
  }

  function begin(work: Promise<void>): void {
    const begun = work.finally(() => rounds.delete(begun));
    rounds.add(begun);
  }

  function next(): void {
    if (!wanted || looking || closed || looks >= mostLooks) return;
    wanted = false;
    begin(look());
  }

  /** A round of its own: what it sends is held for it. */
  function send(taken: Taken): void {
    const { due, someWait, tellWebhooks } = taken;
    if (due.length > 0 || someWait || tellWebhooks) begin(round({ taken }));
  }

  function soon(): void {
    wanted = true;
    next();
  }

  return {
    soon,
    send,
    async close() {
      closed = true;
      cancelRetry();
      await Promise.all(rounds);
    },
  };
}
