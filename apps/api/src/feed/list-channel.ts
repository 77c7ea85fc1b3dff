import type { Clock } from "../clock.js";
import { ApiError } from "../errors.js";
import type { Logger } from "../logger.js";
import type { RunFilter } from "../routers/run-filter.js";
import type { ListPage } from "./reader.js";
import type { Watcher } from "./watcher.js";

/** The least time between two reads of a list, however often the doorbell rings. */
const restMs = 300;

/** One watched list of one organisation: the same filter is read once for all its watchers. */
export class ListChannel {
  readonly watchers = new Set<Watcher>();
  #page: ListPage | null = null;
  #stale = false;
  #busy = false;

  constructor(
    readonly organisationId: string,
    readonly filter: RunFilter,
    readonly clock: Clock,
    readonly log: Logger,
  ) {}

  /** The newest page that was read; each read makes a new object. */
  get page(): ListPage | null {
    return this.#page;
  }

  /** Something in the organisation has changed: reads now, or once the last read has rested. */
  refresh(): void {
    this.#stale = true;
    if (this.#busy) return;
    this.#busy = true;
    void this.#readThenRest();
  }

  async #readThenRest(): Promise<void> {
    this.#stale = false;
    try {
      this.#page = (await this.#read()) ?? this.#page;
      for (const watcher of this.watchers) watcher.wake();
    } catch (error) {
      this.log.warn({ err: error }, "a watched list could not be read");
    }
    this.clock.after(restMs, () => {
      this.#busy = false;
      if (this.#stale && this.watchers.size > 0) this.refresh();
    });
  }

  async #read(): Promise<ListPage | null> {
    for (const watcher of this.watchers) {
      if (watcher.ended) continue;
      const page = await watcher.reader.page(this.filter);
      if (page) return page;
      watcher.end(new ApiError("NOT_A_MEMBER"));
    }
    return null;
  }
}
