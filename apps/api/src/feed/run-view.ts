import type { Database } from "@longhaul/db";
import { ApiError } from "../errors.js";
import { View } from "./live-stream.js";
import { type ChangesMessage, type Message, PlainMessage, type RunUpdate } from "./message.js";
import { changesOf } from "./reads.js";
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
export class RunView extends View<RunUpdate> {
  #cursor: number;
  #begun = false;
  #reading = false;
  #pending: Message<RunUpdate> | null = null;
  #pendingLast = 0;

  constructor(
    viewer: Viewer,
    private readonly db: Database,
    readonly channel: RunChannel,
    private readonly wanted: Wanted,
    private readonly leave: (view: RunView) => void,
  ) {
    super(viewer);
    this.#cursor = wanted.after;
  }

  /** What follows on event `message.after`: for whoever is there; anybody else reads what they miss by themselves. */
  offer(message: ChangesMessage): void {
    const fits = this.#begun && !this.#reading && this.#cursor === message.after;
    this.#pending = fits ? message : null;
    this.#pendingLast = message.last;
    this.onNews();
  }

  /** A piece of text, for whoever has everything up to event `head` and waits. */
  offerText(message: Message<RunUpdate>, head: number): void {
    if (!this.#begun || this.#reading || this.#pending || this.#cursor !== head) return;
    this.#pending = message;
    this.#pendingLast = head;
    this.onNews();
  }

  override take(): Message<RunUpdate> | null | Promise<Message<RunUpdate> | null> {
    if (this.ended) throw this.ended;
    const message = this.#pending;
    if (message) {
      this.#pending = null;
      this.#cursor = this.#pendingLast;
      return message;
    }
    if (!this.#begun || this.#cursor < this.channel.head) return this.#read();
    return null;
  }

  override get isOver(): boolean {
    return this.#begun && this.#pending === null && this.channel.isOver(this.#cursor);
  }

  override close(): void {
    this.leave(this);
  }

  /** The watcher is among the run's watchers before this reads, so that nothing can happen between the two. */
  async #read(): Promise<Message<RunUpdate> | null> {
    this.#reading = true;
    try {
      const { runId, after, workflow } = this.wanted;
      const first = !this.#begun;
      const changes = await changesOf(this.db, this.viewer.caller, runId, this.#cursor);
      if (!changes || (workflow && changes.run.workflow !== workflow)) throw new ApiError("RUN_NOT_FOUND");
      if (after > changes.run.lastSeq) {
        throw new ApiError("INPUT_INVALID", { message: `This run has no event ${after} yet.` });
      }
      this.#begun = true;
      if (first) this.channel.learn(changes.run);
      const last = changes.events.at(-1)?.seq;
      if (last === undefined && !first) return null;
      this.#cursor = last ?? this.#cursor;
      return new PlainMessage(String(this.#cursor), changes);
    } finally {
      this.#reading = false;
    }
  }
}
