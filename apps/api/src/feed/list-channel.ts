import type { Clock } from "../clock.js";
import { ApiError } from "../errors.js";
import type { Logger } from "../logger.js";
import type { View } from "./live-stream.js";
import type { Watcher } from "./viewer.js";

/** The least time between two reads of a list, however often the doorbell rings. */
const restMs = 300;

/** One watched list of one organisation: it is read once for all its watchers. */
export class ListChannel<Page extends object> {
  readonly views = new Set<View<unknown>>();
  #page: Page | null = null;
  #stale = false;
  #busy = false;

  constructor(
    /** Reads the list for one member; null when this person is no member any more. */
    readonly read: (caller: Watcher) => Promise<Page | null>,
    private readonly parts: { clock: Clock; log: Logger },
  ) {}

  /** The newest page that was read; each read makes a new object. */
  get page(): Page | null {
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
      for (const view of this.views) view.tell();
    } catch (error) {
      log.warn({ err: error }, "a watched list could not be read");
    }
    clock.after(restMs, () => {
      this.#busy = false;
      if (this.#stale && this.views.size > 0) this.refresh();
    });
  }

  async #read(): Promise<Page | null> {
    for (const view of this.views) {
      if (view.ended) continue;
      const page = await this.read(view.viewer.caller);
      if (page) return page;
      view.end(new ApiError("NOT_A_MEMBER"));
    }
    return null;
  }
}
