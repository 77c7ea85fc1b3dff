import type { Reader } from "./reader.js";

/** Whoever watches: for whom the feed reads, and how it is told that there is something to look at. */
export class Watcher {
  /** Why this watcher may not go on, once that is known. */
  ended: Error | null = null;
  #wake: (() => void) | null = null;

  constructor(
    readonly reader: Reader,
    readonly signal: AbortSignal,
  ) {}

  /** Says "look": resolves a wait that is under way, and is nothing otherwise. */
  wake(): void {
    this.#wake?.();
  }

  end(reason: Error): void {
    this.ended ??= reason;
    this.wake();
  }

  /**
   * Until the next wake or the signal. Whatever is looked at must be looked at in the same turn before:
   * a wake that comes while nobody waits is not kept.
   */
  async wait(): Promise<void> {
    if (this.signal.aborted || this.ended) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.signal.removeEventListener("abort", done);
        this.#wake = null;
        resolve();
      };
      this.#wake = done;
      this.signal.addEventListener("abort", done);
    });
  }
}
