import type { Run, RunEvent } from "@longhaul/kit";
import type { RunText } from "./text.js";

/** What is said to all watchers that are at the same place; written as JSON once for all of them. */
export interface Message<T> {
  /** What a watcher resumes after; null where messages are not numbered. */
  readonly id: string | null;
  readonly data: T;
  readonly json: string;
}

/** A run as it is now, and its events since the last such message, oldest first and without a gap. */
export interface RunUpdate {
  run: Run;
  events: RunEvent[];
}

/**
 * What steps have just written of texts that are not in the log; who was not there has missed it. It comes alone:
 * of the run there is nothing new.
 */
export interface RunTexts {
  text: RunText[];
}

/** What a watcher of a run is told. */
export type RunMessage = RunUpdate | RunTexts;

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

/** What the database has just said of a run. It comes as JSON and goes out as it came. */
export class UpdateMessage implements Message<RunUpdate> {
  readonly id: string;

  constructor(
    /** The number of the event that these follow, and that of the last of them. */
    readonly after: number,
    readonly last: number,
    readonly json: string,
  ) {
    this.id = String(last);
  }

  get data(): RunUpdate {
    return JSON.parse(this.json) as RunUpdate;
  }
}
