import { dispatchQueued, type RunsDependencies } from "@longhaul/runs";
import type { Clock } from "./clock.js";
import type { Logger } from "./logger.js";

export interface Dispatcher {
  /** Sends what is queued, in the background; calls that come while one looks at the queue lead to one more look. */
  soon(): void;
  /** Ends after the rounds that are under way. */
  close(): Promise<void>;
}

/** Rounds at a time: while one sends what it took, another may take what has come since. */
const mostRounds = 2;

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
  let looking = false;
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

  async function work(): Promise<void> {
    let looks = true;
    const onTaken = () => {
      if (!looks) return;
      looks = looking = false;
      next();
    };
    try {
      const { retryInSeconds } = await dispatch(runs, { onTaken });
      if (retryInSeconds !== null) retryIn(retryInSeconds);
    } catch (error) {
      log.error({ err: error }, "queued runs could not be sent");
    }
    if (looks) looking = false;
  }

  function next(): void {
    if (!wanted || looking || closed || rounds.size >= mostRounds) return;
    wanted = false;
    looking = true;
    const round = work().finally(() => {
      rounds.delete(round);
      next();
    });
    rounds.add(round);
  }

  function soon(): void {
    wanted = true;
    next();
  }

  return {
    soon,
    async close() {
      closed = true;
      cancelRetry();
      await Promise.all(rounds);
    },
  };
}
