import { Heap } from "./heap.js";
import type { MessageState, QueueRecord } from "./records.js";
import { type Settings, settingsOf } from "./settings.js";

/** A message of a queue, in memory; its content stays on disk. */
export interface Message extends MessageState {
  readonly seq: number;
  place: "ready" | "delayed" | "flight" | "gone";
}

export interface Counts {
  readonly ready: number;
  readonly delayed: number;
  readonly flight: number;
}

/** Which messages of a queue may be received, which are hidden until when, and who waits for one. */
export class LiveQueue {
  readonly #messages = new Map<number, Message>();
  /** By the order in which they were sent. */
  readonly #ready = new Heap<Message>();
  /** By the moment at which they become visible; a rank that is not the message's moment any more is stale. */
  readonly #hidden = new Heap<Message>();
  readonly #waiting = new Set<() => void>();
  /** `gone`: taken by {@link next} and not yet put anywhere. */
  readonly #counts = { ready: 0, delayed: 0, flight: 0, gone: 0 };
  #record: QueueRecord;
  #settings: Settings;

  constructor(record: QueueRecord) {
    this.#record = record;
    this.#settings = settingsOf(record.attributes);
  }

  get record(): QueueRecord {
    return this.#record;
  }

  get settings(): Settings {
    return this.#settings;
  }

  update(record: QueueRecord): void {
    this.#record = record;
    this.#settings = settingsOf(record.attributes);
  }

  counts(now: number): Counts {
    this.#advance(now);
    const { ready, delayed, flight } = this.#counts;
    return { ready, delayed, flight };
  }

  messages(): IterableIterator<Message> {
    return this.#messages.values();
  }

  find(seq: number): Message | undefined {
    return this.#messages.get(seq);
  }

  add(seq: number, state: MessageState, now: number): Message {
    const message: Message = { ...state, seq, place: "gone" };
    this.#messages.set(seq, message);
    this.#counts.gone += 1;
    if (message.visibleAt > now) this.hide(message, message.visibleAt);
    else this.show(message);
    return message;
  }

  /** The message that has been visible and here the longest, taken out of the order: it is shown, hidden or removed next. */
  next(now: number): Message | undefined {
    this.#advance(now);
    for (let message = this.#ready.pop(); message !== undefined; message = this.#ready.pop()) {
      if (message.place !== "ready") continue;
      this.#place(message, "gone");
      return message;
    }
    return undefined;
  }

  show(message: Message): void {
    if (message.place === "ready") return;
    this.#place(message, "ready");
    this.#ready.push(message.seq, message);
    this.wake();
  }

  hide(message: Message, until: number): void {
    message.visibleAt = until;
    this.#place(message, message.lastReceivedAt === null ? "delayed" : "flight");
    this.#hidden.push(until, message);
    const live = this.#counts.delayed + this.#counts.flight;
    if (this.#hidden.size > 2 * live + 64) this.#hidden.prune(isCurrent);
  }

  remove(message: Message): void {
    this.#place(message, "gone");
    this.#messages.delete(message.seq);
    this.#counts.gone -= 1;
  }

  /** Resolves when a message may be there, at `until` at the latest, or when the signal aborts. */
  arrival(now: number, until: number, signal: AbortSignal | undefined): Promise<void> {
    this.#advance(now);
    if (this.#counts.ready > 0 || signal?.aborted) return Promise.resolve();
    const moment = Math.min(until, this.#hidden.first()?.rank ?? until);
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(1, moment - now));
      this.#waiting.add(done);
      signal?.addEventListener("abort", done, { once: true });
    });
  }

  /** Lets whoever waits look again. */
  wake(): void {
    for (const done of [...this.#waiting]) done();
  }

  #advance(now: number): void {
    for (let due = this.#hidden.first(); due !== undefined && due.rank <= now; due = this.#hidden.first()) {
      this.#hidden.pop();
      if (isCurrent(due.rank, due.item)) this.show(due.item);
    }
  }

  #place(message: Message, place: Message["place"]): void {
    if (this.#messages.get(message.seq) === message && message.place !== place) {
      this.#counts[message.place] -= 1;
      this.#counts[place] += 1;
    }
    message.place = place;
  }
}

function isCurrent(rank: number, { place, visibleAt }: Message): boolean {
  return (place === "flight" || place === "delayed") && visibleAt === rank;
}
