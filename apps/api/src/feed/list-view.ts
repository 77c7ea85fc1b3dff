import { ApiError } from "../errors.js";
import type { ListChannel } from "./list-channel.js";
import { View } from "./live-stream.js";
import type { Message } from "./message.js";
import type { Viewer } from "./viewer.js";

/** One watcher's place at a list: which page of it they have been shown. */
export abstract class ListView<Page extends object, T> extends View<T> {
  #seen: Page | null = null;
  #begun = false;
  #reading = false;
  #first: Page | null = null;

  constructor(
    viewer: Viewer,
    private readonly channel: ListChannel<Page>,
    private readonly leave: (view: View<T>) => void,
  ) {
    super(viewer);
  }

  override take(): Message<T> | null {
    if (this.ended) throw this.ended;
    if (!this.#begun) return this.#takeFirst();
    const { page } = this.channel;
    if (!page || page === this.#seen) return null;
    this.#seen = page;
    return this.show(page);
  }

  /** What the page has that was not shown before; null where there is nothing of that, but at the first time. */
  protected abstract show(page: Page): Message<T> | null;

  override get isOver(): boolean {
    return false;
  }

  override close(): void {
    this.leave(this);
  }

  #takeFirst(): Message<T> | null {
    if (this.#first) {
      const page = this.#first;
      this.#first = null;
      this.#begun = true;
      return this.show(page);
    }
    if (!this.#reading) void this.#begin();
    return null;
  }

  async #begin(): Promise<void> {
    this.#reading = true;
    // What is read for all from here on may be newer than this.
    this.#seen = this.channel.page;
    try {
      const page = await this.channel.read(this.viewer.caller);
      if (!page) throw new ApiError("NOT_A_MEMBER");
      this.#first = page;
      this.tell();
    } catch (error) {
      this.end(error as Error);
    }
  }
}
