import type { Run, RunEvent } from "@longhaul/kit";
import type { WatchedChanges } from "@longhaul/db";
import type { RunText } from "./text.js";

/** What is said to all watchers that are at the same place; written as JSON once for all of them. */
export interface Message<T> {
  /** What a watcher resumes after; null where messages are not numbered. */
  readonly id: string | null;
  readonly data: T;
  readonly json: string;
}

/** A run as it is now, and its events since the last message, oldest first and without a gap. */
export interface RunUpdate {
  run: Run;
  events: RunEvent[];
  /** What steps have just written of texts that are not in the log; who was not there has missed it. */
  text?: RunText[] | undefined;
}

/** A message that is written when it is first needed. */
export class PlainMessage<T> implements Message<T> {
  #json: string | undefined;

  constructor(
    readonly id: string | null,
    readonly data: T,
  ) {}

  get json(): string {
    return (this.#json ??= JSON.stringify(this.data));
  }
}

/** What the database has just said of a run. Its events come as JSON and go out as they came. */
export class ChangesMessage implements Message<RunUpdate> {
  readonly id: string;
  #json: string | undefined;

  constructor(
    /** The number of the event that these follow. */
    readonly after: number,
    readonly last: number,
    private readonly changes: Pick<WatchedChanges, "run" | "events">,
  ) {
    this.id = String(last);
  }

  get data(): RunUpdate {
    return { run: this.changes.run, events: JSON.parse(this.changes.events) as RunEvent[] };
  }

  get json(): string {
    return (this.#json ??= `{"run":${JSON.stringify(this.changes.run)},"events":${this.changes.events}}`);
  }
}
