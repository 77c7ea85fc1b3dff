import { type Database, type Watched, type WatchedChanges, watching } from "@longhaul/db";
import { ApiError } from "../errors.js";
import type { Logger } from "../logger.js";

/** How many events of a run one read takes; who is further behind reads several times. */
export const changesLimit = 500;
/** How much one question is for, and how many questions are under way at the same time, where there is so much. */
const mostWeight = 200;
const mostReads = 2;
/** The least time between the beginnings of two questions that are not full. */
const gatherMs = 16;

/** Somebody who wants to know what is new in a run. */
export interface Asker {
  /** Whether it waits for its turn: set by the reader, and nobody else. */
  waits: boolean;
  /** How much its answer may be, beside that of a run that has just changed. */
  readonly weight: number;
  /** From where on; null where the answer is of no use any more. */
  question(): Watched | null;
  /** What is new. */
  answer(changes: WatchedChanges): void;
  /** The run is not there for whoever it was read for, or they are no member any more. */
  refuse(reason: ApiError): void;
  /** There is no answer. */
  fail(error: unknown): void;
}

/** Reads runs, many in one question: what is wanted gathers for a moment, and while a question is under way. */
export class ChangeReader {
  #wanted: Asker[] = [];
  #reads = 0;
  #lastBegan = 0;
  #scheduled = false;

  constructor(
    private readonly db: Database,
    private readonly log: Logger,
  ) {}

  /** Is read soon, and once however often this is said before. */
  want(asker: Asker): void {
    if (asker.waits) return;
    asker.waits = true;
    this.#wanted.push(asker);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#wanted.length === 0) return;
    const many = this.#wanted.length >= mostWeight;
    if (this.#reads >= (many ? mostReads : 1)) return;
    this.#scheduled = true;
    // Real time: it is about the load of this process and not about what anybody waits for.
    const rest = many ? 0 : gatherMs - (performance.now() - this.#lastBegan);
    // What is wanted in the same turn goes together.
    if (rest <= 0) setImmediate(this.#begin);
    else setTimeout(this.#begin, rest);
  }

  readonly #begin = (): void => {
    this.#scheduled = false;
    this.#lastBegan = performance.now();
    this.#reads += 1;
    void this.#read().finally(() => {
      this.#reads -= 1;
      this.#schedule();
    });
    this.#schedule();
  };

  async #read(): Promise<void> {
    const askers: Asker[] = [];
    const questions: Watched[] = [];
    let weight = 0;
    let taken = 0;
    while (taken < this.#wanted.length && weight < mostWeight) {
      const asker = this.#wanted[taken] as Asker;
      taken += 1;
      asker.waits = false;
      const question = asker.question();
      if (!question) continue;
      askers.push(asker);
      questions.push(question);
      weight += asker.weight;
    }
    this.#wanted = this.#wanted.slice(taken);
    if (questions.length === 0) return;
    let answers: (WatchedChanges | null)[];
    try {
      answers = await watching.changes(this.db, questions, { limit: changesLimit });
    } catch (error) {
      this.log.warn({ err: error, runs: questions.length }, "watched runs could not be read");
      for (const asker of askers) asker.fail(error);
      return;
    }
    const unanswered: number[] = [];
    for (const [place, asker] of askers.entries()) {
      const changes = answers[place];
      if (changes) this.#tell(() => asker.answer(changes));
      else unanswered.push(place);
    }
    if (unanswered.length === 0) return;
    await this.#refuse(
      unanswered.map((place) => askers[place] as Asker),
      unanswered.map((place) => questions[place] as Watched),
    );
  }

  /** Finds out for those whose run is not there why that is. */
  async #refuse(askers: readonly Asker[], questions: readonly Watched[]): Promise<void> {
    try {
      const gone = new Set(await watching.goneMembers(this.db, questions));
      for (const [place, asker] of askers.entries()) {
        const reason = new ApiError(gone.has(place) ? "NOT_A_MEMBER" : "RUN_NOT_FOUND");
        this.#tell(() => asker.refuse(reason));
      }
    } catch (error) {
      this.log.warn({ err: error }, "who watches could not be read");
      for (const asker of askers) asker.fail(error);
    }
  }

  /** Whatever is wrong with one of them, the others get their answers. */
  #tell(one: () => void): void {
    try {
      one();
    } catch (error) {
      this.log.error({ err: error }, "a watcher could not be told what is new");
    }
  }
}
