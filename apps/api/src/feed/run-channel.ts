import type { Watched, WatchedChanges } from "@longhaul/db";
import type { ApiError } from "../errors.js";
import { type Asker, type ChangeReader, changesLimit } from "./change-reader.js";
import { PlainMessage, type RunTexts, UpdateMessage } from "./message.js";
import type { RunView } from "./run-view.js";
import type { RunText } from "./text.js";

/**
 * One watched run of one organisation. A doorbell leads to one read, made with the rights of one watcher and
 * shared by all. Nothing of what was read is kept.
 */
export class RunChannel implements Asker {
  readonly weight = 1;
  waits = false;
  readonly views = new Set<RunView>();
  #head = 0;
  #announced = 0;
  /** Of the latest reading. */
  #lastSeq = 0;
  #isFinal = false;
  #typicalSeconds: number | null | undefined;
  /** For whom a read is under way. */
  #reading: RunView | null = null;

  constructor(
    readonly organisationId: string,
    readonly runId: string,
    readonly reader: ChangeReader,
  ) {}

  /** The number of the last event that is known here; 0 while nothing is known. */
  get head(): number {
    return this.#head;
  }

  /** Undefined while nobody has read the run. */
  get typicalSeconds(): number | null | undefined {
    return this.#typicalSeconds;
  }

  /** Someone says that the run has got to event `seq`. */
  announce(seq: number): void {
    if (seq > this.#announced) this.#announced = seq;
    this.#catchUp();
  }

  /** A watcher has read the run: the first such read tells the channel where the run is. */
  learn(changes: WatchedChanges): void {
    this.#note(changes);
    if (this.#head === 0) this.#head = changes.lastSeq;
    this.announce(changes.lastSeq);
  }

  /** Whether a watcher that has got to `cursor` has seen the run's end. */
  isOver(cursor: number): boolean {
    return this.#isFinal && cursor >= this.#lastSeq;
  }

  /**
   * A read begins. A doorbell may name an event that never comes (a restored backup): what counts after a read is
   * what rang during it.
   */
  question(): Watched | null {
    this.#reading = this.#spokesman;
    if (!this.#reading) return null;
    this.#announced = 0;
    const { organisationId, runId, typicalSeconds } = this;
    return { userId: this.#reading.viewer.userId, organisationId, runId, after: this.#head, typicalSeconds };
  }

  answer(changes: WatchedChanges): void {
    this.#reading = null;
    this.#note(changes);
    const { lastEvent, json, events } = changes;
    if (lastEvent !== null) {
      const message = new UpdateMessage(this.#head, lastEvent, json);
      this.#head = lastEvent;
      for (const view of this.views) view.offer(message);
    }
    if (events >= changesLimit) this.#announced = Math.max(this.#announced, this.#head + 1);
    this.#catchUp();
  }

  refuse(reason: ApiError): void {
    const spokesman = this.#reading;
    this.#reading = null;
    spokesman?.end(reason);
    if (this.#spokesman) this.announce(this.#head + 1);
  }

  /** The next doorbell or safety check tries again; the watchers have lost nothing meanwhile. */
  fail(): void {
    this.#reading = null;
  }

  /** Shows a piece of a text to those who are up to date; nobody waits for it, and it is kept nowhere. */
  show(piece: RunText): void {
    if (this.#head === 0) return;
    const message = new PlainMessage<RunTexts>(String(this.#head), { text: [piece] });
    for (const view of this.views) view.offerText(message, this.#head);
  }

  /** By whose rights the run is read; null when nobody is left to read it for. */
  get #spokesman(): RunView | null {
    for (const view of this.views) if (!view.ended) return view;
    return null;
  }

  #note({ lastSeq, isFinal, typicalSeconds }: WatchedChanges): void {
    if (lastSeq < this.#lastSeq) return;
    this.#lastSeq = lastSeq;
    this.#isFinal = isFinal;
    this.#typicalSeconds = typicalSeconds;
  }

  #catchUp(): void {
    if (this.#head > 0 && this.#announced > this.#head && !this.#reading) this.reader.want(this);
  }
}
