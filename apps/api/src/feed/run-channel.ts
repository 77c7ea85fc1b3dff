import { isFinal, type Run, type RunEvent } from "@longhaul/kit";
import type { Logger } from "../logger.js";
import { ApiError } from "../errors.js";
import { type Changes, changesLimit } from "./reader.js";
import type { Watcher } from "./watcher.js";

/** How many of a run's last events are kept for its watchers; who is further behind reads the database. */
const tailLimit = 500;

/**
 * One watched run of one organisation. A doorbell leads to one read, made with the rights of one watcher
 * and shared by all; a watcher keeps only the number it has got to.
 */
export class RunChannel {
  readonly watchers = new Set<Watcher>();
  #run: Run | null = null;
  /** The last events, without a gap, up to #head. */
  #tail: RunEvent[] = [];
  #head = 0;
  #announced = 0;
  #reading = false;

  constructor(
    readonly organisationId: string,
    readonly runId: string,
    readonly log: Logger,
  ) {}

  /** The number of the last event that is known here; 0 while nothing is known. */
  get head(): number {
    return this.#head;
  }

  /** Someone says that the run has got to event `seq`. */
  announce(seq: number): void {
    if (seq > this.#announced) this.#announced = seq;
    void this.#catchUp();
  }

  /** A watcher has read the run: the first such read tells the channel where the run is. */
  learn(run: Run): void {
    if (!this.#run) {
      this.#run = run;
      this.#head = run.lastSeq;
    }
    this.announce(run.lastSeq);
  }

  /** What came after event `cursor`, as far as it is kept here; null when it has to be read. */
  since(cursor: number): Changes | null {
    const first = this.#tail[0]?.seq;
    if (!this.#run || first === undefined || first > cursor + 1) return null;
    return { run: this.#run, events: this.#tail.slice(cursor + 1 - first) };
  }

  /** Whether a watcher that has got to `cursor` has seen the run's end. */
  isOver(cursor: number): boolean {
    return this.#run !== null && isFinal(this.#run.status) && cursor >= this.#run.lastSeq;
  }

  async #catchUp(): Promise<void> {
    if (this.#reading || !this.#run) return;
    this.#reading = true;
    try {
      while (this.#announced > this.#head) {
        // A doorbell may name an event that never comes (a restored backup): what counts after a read is what rang
        // during it.
        this.#announced = 0;
        const changes = await this.#read();
        if (!changes) return;
        this.#run = changes.run;
        this.#append(changes.events);
        if (changes.events.length >= changesLimit) this.announce(this.#head + 1);
        this.#wakeAll();
      }
    } catch (error) {
      // The next doorbell or safety check tries again; the watchers have lost nothing meanwhile.
      this.log.warn({ err: error, runId: this.runId }, "a watched run could not be read");
    } finally {
      this.#reading = false;
    }
  }

  /** Reads with one watcher's rights; a watcher that may not see the run any more is ended, the next one asked. */
  async #read(): Promise<Changes | null> {
    for (const watcher of this.watchers) {
      if (watcher.ended) continue;
      const changes = await watcher.reader.changes(this.runId, this.#head);
      if (changes) return changes;
      watcher.end(new ApiError("RUN_NOT_FOUND"));
    }
    return null;
  }

  #append(events: readonly RunEvent[]): void {
    const fresh = events.filter((event) => event.seq > this.#head);
    this.#tail = [...this.#tail, ...fresh].slice(-tailLimit);
    this.#head = fresh.at(-1)?.seq ?? this.#head;
  }

  #wakeAll(): void {
    for (const watcher of this.watchers) watcher.wake();
  }
}
