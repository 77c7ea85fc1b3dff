import type { Run, RunEvent } from "@longhaul/kit";
import type { RunText } from "./text.js";

/** What is said to all watchers that are at the same place; written once for all of them. */
export interface Message<T> {
  /** What a watcher resumes after; null where messages are not numbered. */
  readonly id: string | null;
  readonly data: T;
  /** The data as JSON, as text or in UTF-8. */
  readonly json: string | Buffer;
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

/** What the database has just said of a run. It comes as JSON and goes out as it came, without having been a text in between. */
export class UpdateMessage implements Message<RunUpdate> {
  readonly id: string;
  #json: string | Buffer;

  constructor(
    /** The number of the event that these follow, and that of the last of them. */
    readonly after: number,
    readonly last: number,
    json: Buffer,
  ) {
    this.id = String(last);
    this.#json = json;
  }

  get json(): string | Buffer {
    return this.#json;
  }

  get data(): RunUpdate {
    return JSON.parse(this.#json.toString()) as RunUpdate;
  }

  /** It waits for somebody: from here on it is a text of its own, so that what came along with it need not wait, too. */
  keep(): void {
    this.#json = this.#json.toString();
  }
}
