import type { Database } from "@longhaul/db";
import type { Run } from "@longhaul/kit";
import { ApiError } from "../errors.js";
import type { ListChannel } from "./list-channel.js";
import { View } from "./live-stream.js";
import { type Message, PlainMessage } from "./message.js";
import { type ListPage, pageOf } from "./list-page.js";
import type { Viewer } from "./viewer.js";

/** A list as it is now: what is on it in order, and those runs that have changed since the last message. */
export interface RunListUpdate {
  ids: string[];
  runs: Run[];
  nextCursor: string | null;
}

/** One watcher's place at a list: what it has been shown. */
export class ListView extends View<RunListUpdate> {
  /** The order and the state of what was shown last; null before the first message. */
  #shown: ReadonlyMap<string, number> | null = null;
  #seen: ListPage | null = null;
  #first: Message<RunListUpdate> | null = null;
  #reading = false;

  constructor(
    viewer: Viewer,
    private readonly db: Database,
    private readonly channel: ListChannel,
    private readonly leave: (view: ListView) => void,
  ) {
    super(viewer);
  }

  override take(): Message<RunListUpdate> | null {
    if (this.ended) throw this.ended;
    if (!this.#shown) {
      if (!this.#reading) void this.#begin();
      return null;
    }
    const first = this.#first;
    if (first) {
      this.#first = null;
      return first;
    }
    const { page } = this.channel;
    if (!page || page === this.#seen) return null;
    this.#seen = page;
    return this.#show(page, this.#shown);
  }

  /** The list has been read again. */
  hear(): void {
    this.tell();
  }

  override get isOver(): boolean {
    return false;
  }

  override close(): void {
    this.leave(this);
  }

  async #begin(): Promise<void> {
    this.#reading = true;
    try {
      const page = await pageOf(this.db, this.viewer.caller, this.channel.filter);
      if (!page) throw new ApiError("NOT_A_MEMBER");
      this.#seen = this.channel.page;
      const empty = new PlainMessage(null, { ids: [], runs: [], nextCursor: page.nextCursor });
      this.#first = this.#show(page, new Map()) ?? empty;
      this.tell();
    } catch (error) {
      this.end(error as Error);
    }
  }

  /** @returns null when nothing has changed since. */
  #show(page: ListPage, shown: ReadonlyMap<string, number>): Message<RunListUpdate> | null {
    const changed = page.runs.filter((run) => run.lastSeq > (shown.get(run.id) ?? 0));
    const ids = page.runs.map(({ id }) => id);
    const before = [...shown.keys()];
    const sameOrder = ids.length === before.length && before.every((id, index) => id === ids[index]);
    this.#shown = new Map(page.runs.map((run) => [run.id, run.lastSeq]));
    if (changed.length === 0 && sameOrder) return null;
    return new PlainMessage(null, { ids, runs: changed, nextCursor: page.nextCursor });
  }
}
