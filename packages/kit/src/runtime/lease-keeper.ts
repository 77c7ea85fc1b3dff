import { StepStopped } from "./failures.js";
import type { Clock, Logger } from "./ports.js";
import type { LeaseState, StepLease, StepStore } from "./step-store.js";

export const leaseSeconds = 10;
/** A cancel is seen within this time. */
const lookMs = 1_000;
const renewMs = 3_000;
/** Before the Lambda's end, so that the failure can still be written down. */
const deadlineMarginMs = 1_500;

export interface LeaseKeeperOptions {
  readonly store: StepStore;
  readonly lease: StepLease;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly bindings: object;
  readonly remainingMs: number;
}

/**
 * Holds a lease while a handler runs: renews it every 3 s, and aborts the signal when the run is
 * cancelled, the lease is lost or the deadline is near. In the seconds between renewals it only reads
 * (one indexed row), or not at all where a batch of events has just brought the same answer: renewing
 * each second instead would write a row version a second for each running step.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #controller = new AbortController();
  #callOffs: (() => void)[] = [];
  #renewedAt: number;
  #lookedAt: number;
  #over = false;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    this.#renewedAt = options.clock.now();
    this.#lookedAt = this.#renewedAt;
    const untilDeadline = Math.max(0, options.remainingMs - deadlineMarginMs);
    this.#callOffs.push(options.clock.after(untilDeadline, () => this.stop("timed_out")));
    this.#next();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Takes note of an answer that any call to the store brought. */
  seen({ held, cancelRequested }: LeaseState): void {
    this.#lookedAt = this.#options.clock.now();
    if (!held) this.stop("lease_lost");
    else if (cancelRequested) this.stop("cancelled");
  }

  /** Aborts the signal; the first reason stays. */
  stop(reason: StepStopped["reason"]): void {
    if (!this.#over && !this.signal.aborted) this.#controller.abort(new StepStopped(reason));
  }

  /** Stops a handler whose write found the lease gone. */
  lose(): never {
    this.stop("lease_lost");
    throw this.signal.reason ?? new StepStopped("lease_lost");
  }

  close(): void {
    this.#over = true;
    for (const callOff of this.#callOffs) callOff();
    this.#callOffs = [];
  }

  #next(): void {
    if (this.#over) return;
    const callOff = this.#options.clock.after(lookMs, () => {
      this.#callOffs = this.#callOffs.filter((other) => other !== callOff);
      void this.#look().finally(() => this.#next());
    });
    this.#callOffs.push(callOff);
  }

  async #look(): Promise<void> {
    const { store, lease, clock, logger, bindings } = this.#options;
    const now = clock.now();
    try {
      if (now - this.#renewedAt >= renewMs) {
        const state = await store.renew({ ...lease, leaseSeconds });
        this.#renewedAt = now;
        this.seen(state);
      } else if (now - this.#lookedAt >= lookMs) {
        this.seen(await store.check(lease));
      }
    } catch (error) {
      logger.warn({ ...bindings, err: error }, "The step's lease could not be renewed or checked.");
      if (clock.now() - this.#renewedAt >= leaseSeconds * 1_000) this.stop("lease_lost");
    }
  }
}
