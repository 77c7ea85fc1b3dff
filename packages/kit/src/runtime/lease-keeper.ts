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
  /** When the lease was asked for: it lasts from then at the earliest. */
  readonly askedAt: number;
}

/**
 * Holds a lease while a handler runs: renews it every 3 s, and aborts the signal when the run is
 * cancelled, the lease is lost or the deadline is near. In the seconds between renewals it only reads
 * (one indexed row), or not at all where a batch of events has just brought the same answer: renewing
 * each second instead would write a row version a second for each running step. The lease lasts from when
 * it was asked for, however long the answer took: once it may be another's, the handler is stopped, also
 * while a renewal hangs.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #deadline: number;
  readonly #onStop: ((stop: StepStopped) => void)[] = [];
  /** Made when somebody looks at it: most steps are over before anybody does. */
  #controller: AbortController | null = null;
  #stopped: StepStopped | null = null;
  #armed = false;
  #callOffs: (() => void)[] = [];
  #callOffExpiry = () => {};
  #renewedAt: number;
  #lookedAt: number;
  #over = false;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    this.#renewedAt = options.askedAt;
    this.#lookedAt = options.clock.now();
    this.#deadline = this.#lookedAt + Math.max(0, options.remainingMs - deadlineMarginMs);
    // A late one is renewed before anything is done under it, and counts from then.
    const { late } = this;
    if (late || this.#deadline <= this.#lookedAt + lookMs) this.#arm();
    if (this.#armed && !late) this.#expire();
    this.#next();
  }

  /** Whether the lease has to be renewed before the handler begins: its grant was long on its way. */
  get late(): boolean {
    return this.#options.clock.now() - this.#renewedAt >= renewMs;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#stopped) this.#controller.abort(this.#stopped);
    return this.#controller.signal;
  }

  /** Why the handler was told to stop. */
  get stopped(): StepStopped | null {
    return this.#stopped;
  }

  /** Calls back when the handler is told to stop, at once where it has been. */
  onStop(callback: (stop: StepStopped) => void): void {
    if (this.#stopped) callback(this.#stopped);
    else this.#onStop.push(callback);
  }

  /** Takes note of an answer that any call to the store brought. */
  seen({ held, cancelRequested }: LeaseState): void {
    this.#lookedAt = this.#options.clock.now();
    if (!held) this.stop("lease_lost");
    else if (cancelRequested) this.stop("cancelled");
  }

  /** Aborts the signal; the first reason stays. */
  stop(reason: StepStopped["reason"]): void {
    if (this.#over || this.#stopped) return;
    const stop = new StepStopped(reason);
    this.#stopped = stop;
    this.#controller?.abort(stop);
    for (const callback of this.#onStop) callback(stop);
  }

  /** Stops a handler whose write found the lease gone. */
  lose(): never {
    this.stop("lease_lost");
    throw this.#stopped ?? new StepStopped("lease_lost");
  }

  async renew(): Promise<void> {
    const { store, lease, clock } = this.#options;
    const askedAt = clock.now();
    const state = await store.renew({ ...lease, leaseSeconds });
    this.#renewedAt = askedAt;
    this.#expire();
    this.seen(state);
  }

  close(): void {
    this.#over = true;
    this.#callOffExpiry();
    for (const callOff of this.#callOffs) callOff();
    this.#callOffs = [];
  }

  /** Sets the clock for the deadline, which a step that is over within a second does not need; nor the one for its expiry. */
  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    const { clock } = this.#options;
    const left = Math.max(0, this.#deadline - clock.now());
    this.#callOffs.push(clock.after(left, () => this.stop("timed_out")));
  }

  #expire(): void {
    this.#callOffExpiry();
    if (this.#over) return;
    const { clock } = this.#options;
    const left = this.#renewedAt + leaseSeconds * 1_000 - clock.now();
    this.#callOffExpiry = clock.after(Math.max(0, left), () => this.stop("lease_lost"));
  }

  #next(): void {
    if (this.#over) return;
    const callOff = this.#options.clock.after(lookMs, () => {
      this.#callOffs = this.#callOffs.filter((other) => other !== callOff);
      // Whatever has kept this look from being in time: the lease ends when it does.
      if (!this.#armed) this.#expire();
      this.#arm();
      void this.#look().finally(() => this.#next());
    });
    this.#callOffs.push(callOff);
  }

  async #look(): Promise<void> {
    const { store, lease, clock, logger, bindings } = this.#options;
    const now = clock.now();
    try {
      if (now - this.#renewedAt >= renewMs) await this.renew();
      else if (now - this.#lookedAt >= lookMs) this.seen(await store.check(lease));
    } catch (error) {
      logger.warn({ ...bindings, err: error }, "The step's lease could not be renewed or checked.");
    }
  }
}
