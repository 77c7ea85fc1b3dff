import type { WatchedChanges } from "@longhaul/db";
import { isFinal, type Run } from "@longhaul/kit";
import { ApiError } from "../errors.js";
import type { ChangeReader } from "./change-reader.js";
import { ChangesMessage, PlainMessage } from "./message.js";
import type { RunView } from "./run-view.js";
import type { RunText } from "./text.js";

/** How many events of a run one read takes; who is further behind reads several times. */
export const changesLimit = 500;

/**
 * One watched run of one organisation. A doorbell leads to one read, made with the rights of one watcher and
 * shared by all. Nothing of what was read is kept but the run itself.
 */
export class RunChannel {
  readonly views = new Set<RunView>();
  #run: Run | null = null;
  #head = 0;
  #announced = 0;

  constructor(
    readonly organisationId: string,
    readonly runId: string,
    private readonly reader: ChangeReader,
  ) {}

  /** The number of the last event that is known here; 0 while nothing is known. */
  get head(): number {
    return this.#head;
  }

  /** Someone says that the run has got to event `seq`. */
  announce(seq: number): void {
    if (seq > this.#announced) this.#announced = seq;
    this.#catchUp();
  }

  /** A watcher has read the run: the first such read tells the channel where the run is. */
  learn(run: Run): void {
    if (!this.#run) {
      this.#run = run;
      this.#head = run.lastSeq;
    }
    this.announce(run.lastSeq);
  }

  /** Whether a watcher that has got to `cursor` has seen the run's end. */
  isOver(cursor: number): boolean {
    return this.#run !== null && isFinal(this.#run.status) && cursor >= this.#run.lastSeq;
  }

  /** By whose rights the run is read; null when nobody is left to read it for. */
  get spokesman(): RunView | null {
    for (const view of this.views) if (!view.ended) return view;
    return null;
  }

  /**
   * A read begins. A doorbell may name an event that never comes (a restored backup): what counts after a read is
   * what rang during it.
   */
  beginRead(): void {
    this.#announced = 0;
  }

  /** What a read by `spokesman` after event `after` has found; null when the run is not there for them. */
  endRead(spokesman: RunView, after: number, changes: WatchedChanges | null): void {
    if (!changes) {
      spokesman.end(new ApiError("RUN_NOT_FOUND"));
      if (this.spokesman) this.announce(this.#head + 1);
      return;
    }
    const { events, lastEvent } = changes;
    const run = { ...changes.run, typicalSeconds: this.#run?.typicalSeconds ?? null };
    if (run.lastSeq >= (this.#run?.lastSeq ?? 0)) this.#run = run;
    if (lastEvent !== null && after === this.#head) {
      this.#head = lastEvent;
      const message = new ChangesMessage(after, lastEvent, { run, events });
      for (const view of this.views) view.offer(message);
    } else if (lastEvent !== null) {
      // Another read was quicker, and may have found less.
      this.#announced = Math.max(this.#announced, lastEvent);
    }
    if (changes.eventCount >= changesLimit) this.#announced = Math.max(this.#announced, this.#head + 1);
    this.#catchUp();
  }

  /** Shows a piece of a text to those who are up to date; nobody waits for it, and it is kept nowhere. */
  show(piece: RunText): void {
    if (!this.#run) return;
    const message = new PlainMessage(String(this.#head), { run: this.#run, events: [], text: [piece] });
    for (const view of this.views) view.offerText(message, this.#head);
  }

  #catchUp(): void {
    if (this.#run && this.#announced > this.#head) this.reader.want(this);
  }
}
