import type { Watched, WatchedChanges } from "@longhaul/db";
import { ApiError } from "../errors.js";
import type { Asker } from "./change-reader.js";
import { View } from "./live-stream.js";
import { type Message, type RunMessage, UpdateMessage } from "./message.js";
import type { RunChannel } from "./run-channel.js";
import type { Viewer } from "./viewer.js";

export interface Wanted {
  readonly runId: string;
  /** The number of the last event that the watcher has. */
  readonly after: number;
  /** Only runs of this workflow, where given. */
  readonly workflow: string | undefined;
}

/** One watcher's place in a run. */
export class RunView extends View<RunMessage> implements Asker {
  /** Who comes late may have much to read. */
  readonly weight = 4;
  waits = false;
  readonly #workflow: string | undefined;
  #cursor: number;
  #begun = false;
  #reading = false;
  #closed = false;
  #pending: Message<RunMessage> | null = null;
  #pendingLast = 0;

  constructor(
    viewer: Viewer,
    readonly channel: RunChannel,
    { after, workflow }: Wanted,
    private readonly leave: (view: RunView) => void,
  ) {
    super(viewer);
    this.#cursor = after;
    this.#workflow = workflow;
  }

  /** What follows on event `message.after`: for whoever is there; anybody else reads what they miss by themselves. */
  offer(message: UpdateMessage): void {
    // The first message always comes from a read of one's own; what it has not got is missed after it.
    if (!this.#begun) return;
    const fits = !this.#reading && this.#cursor === message.after;
    this.#show(fits ? message : null, message.last);
  }

  /** A piece of text, for whoever has everything up to event `head` and waits. */
  offerText(message: Message<RunMessage>, head: number): void {
    if (!this.#begun || this.#reading || this.#pending || this.#cursor !== head) return;
    this.#pending = message;
    this.#pendingLast = head;
    this.tell();
  }

  override take(): Message<RunMessage> | null {
    if (this.ended) throw this.ended;
    const message = this.#pending;
    if (message) {
      this.#pending = null;
      this.#cursor = this.#pendingLast;
      this.#begun = true;
    } else if (!this.#reading && (!this.#begun || this.#cursor < this.channel.head)) {
      // The watcher is among the run's watchers before this reads, so that nothing can happen between the two.
      this.#reading = true;
      this.channel.reader.want(this);
    }
    return message;
  }

  override get isOver(): boolean {
    return this.#begun && this.#pending === null && this.channel.isOver(this.#cursor);
  }

  override close(): void {
    this.#closed = true;
    this.leave(this);
  }

  question(): Watched | null {
    if (this.#closed || this.ended) return null;
    const { organisationId, runId, typicalSeconds } = this.channel;
    return { userId: this.viewer.userId, organisationId, runId, after: this.#cursor, typicalSeconds };
  }

  answer(changes: WatchedChanges): void {
    this.#reading = false;
    if (this.#closed) return;
    const from = this.#cursor;
    if (this.#workflow && changes.workflow !== this.#workflow) {
      return this.end(new ApiError("RUN_NOT_FOUND"));
    }
    if (!this.#begun && from > changes.lastSeq) {
      return this.end(new ApiError("INPUT_INVALID", { message: `This run has no event ${from} yet.` }));
    }
    if (!this.#begun) this.channel.learn(changes);
    if (this.#begun && changes.lastEvent === null) return;
    const last = changes.lastEvent ?? from;
    this.#show(new UpdateMessage(from, last, changes.json), last);
  }

  refuse(reason: ApiError): void {
    this.#reading = false;
    if (!this.#closed) this.end(reason);
  }

  fail(error: unknown): void {
    this.#reading = false;
    this.end(error as Error);
  }

  #show(message: UpdateMessage | null, last: number): void {
    this.#pending = message;
    this.#pendingLast = last;
    this.tell();
    // Its watcher has no room for it, or fetches it later.
    if (message && this.#pending === message) message.keep();
  }
}
