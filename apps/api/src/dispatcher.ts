import { dispatchQueued, type RunsDependencies } from "@longhaul/runs";
import type { Clock } from "./clock.js";
import type { Logger } from "./logger.js";

export interface Dispatcher {
  /** Sends what is queued, in the background; calls that come while it works lead to one more round. */
  soon(): void;
  /** Ends after the round that is under way. */
  close(): Promise<void>;
}

/**
 * Sends runs after each start's commit, and comes back by itself for those that had to wait. A run that it
 * loses sight of (this process dies) is found by the reconciler.
 */
export function createDispatcher(runs: RunsDependencies, clock: Clock, log: Logger): Dispatcher {
  let wanted = false;
  let closed = false;
  let round: Promise<void> | null = null;
  let cancelRetry = () => {};

  async function work(): Promise<void> {
    while (wanted && !closed) {
      wanted = false;
      try {
        const { retryInSeconds } = await dispatchQueued(runs);
        cancelRetry();
        if (retryInSeconds !== null) cancelRetry = clock.after(retryInSeconds * 1000, soon);
      } catch (error) {
        log.error({ err: error }, "queued runs could not be sent");
      }
    }
  }

  function soon(): void {
    wanted = true;
    round ??= work().finally(() => {
      round = null;
      if (wanted && !closed) soon();
    });
  }

  return {
    soon,
    async close() {
      closed = true;
      cancelRetry();
      await round;
    },
  };
}
