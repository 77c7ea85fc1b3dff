import type { Database } from "@longhaul/db";
import type { Clock } from "../clock.js";
import { ApiError } from "../errors.js";
import type { Logger } from "../logger.js";
import type { RunFilter } from "../routers/run-filter.js";
import type { ListView } from "./list-view.js";
import { type ListPage, pageOf } from "./list-page.js";

/** The least time between two reads of a list, however often the doorbell rings. */
const restMs = 300;

/** One watched list of one organisation: the same filter is read once for all its watchers. */
export class ListChannel {
  readonly views = new Set<ListView>();
  #page: ListPage | null = null;
  #stale = false;
  #busy = false;

  constructor(
    readonly organisationId: string,
    readonly filter: RunFilter,
    private readonly parts: { db: Database; clock: Clock; log: Logger },
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
    const { clock, log } = this.parts;
    this.#stale = false;
    try {
      this.#page = (await this.#read()) ?? this.#page;
      for (const view of this.views) view.hear();
    } catch (error) {
      log.warn({ err: error }, "a watched list could not be read");
    }
    clock.after(restMs, () => {
      this.#busy = false;
      if (this.#stale && this.views.size > 0) this.refresh();
    });
  }

  async #read(): Promise<ListPage | null> {
    for (const view of this.views) {
      if (view.ended) continue;
      const page = await pageOf(this.parts.db, view.viewer.caller, this.filter);
      if (page) return page;
      view.end(new ApiError("NOT_A_MEMBER"));
    }
    return null;
  }
}
