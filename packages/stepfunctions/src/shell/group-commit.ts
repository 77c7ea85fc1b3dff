import type { Logger } from "../ports.js";
import type { Store, Write } from "../store/store.js";

/** What waits for a write. */
export interface AfterWrite {
  written(): void;
  failed(error: Error): void;
}

/** Writes so that what follows from the writes of one turn of the event loop, which reach the disk together, has one promise. */
export class GroupCommit {
  /** The write that failed: what is on disk is not known any more, so that nothing may be told or done by anyone. */
  broken: Error | null = null;
  /** What waits for the write that is being gathered. */
  private latest: { promise: Promise<void>; waiting: AfterWrite[] } | undefined;

  constructor(
    private readonly store: Store,
    private readonly logger: Logger,
  ) {}

  write(writes: Write[], after: AfterWrite): void {
    const promise = this.store.write(writes);
    if (this.latest?.promise === promise) {
      this.latest.waiting.push(after);
      return;
    }
    const waiting = [after];
    this.latest = { promise, waiting };
    promise.then(
      () => {
        this.over(promise);
        for (const each of waiting) each.written();
      },
      (error: unknown) => {
        this.over(promise);
        this.fail(waiting, error);
      },
    );
  }

  private over(promise: Promise<void>): void {
    if (this.latest?.promise === promise) this.latest = undefined;
  }

  private fail(waiting: AfterWrite[], error: unknown): void {
    const failure = error instanceof Error ? error : new Error(String(error));
    this.broken ??= failure;
    this.logger.error({ err: failure }, "The engine cannot go on");
    for (const each of waiting) each.failed(failure);
  }
}
