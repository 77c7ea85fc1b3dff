import { type Database, watching } from "@longhaul/db";
import type { Logger } from "../logger.js";
import { changesLimit, type RunChannel } from "./run-channel.js";
import type { RunView } from "./run-view.js";

/** How many runs one question is for. */
const mostRuns = 200;
/** How many questions are under way at the same time; while they are, further runs gather for the next one. */
const mostReads = 2;

interface Reading {
  channel: RunChannel;
  spokesman: RunView;
  after: number;
}

/** Reads the runs that have changed, many in one question: the busier it is, the more go together. */
export class ChangeReader {
  readonly #wanted = new Set<RunChannel>();
  #reads = 0;

  constructor(
    private readonly db: Database,
    private readonly log: Logger,
  ) {}

  /** The run has changed: it is read soon, and once however often this is said before. */
  want(channel: RunChannel): void {
    this.#wanted.add(channel);
    if (this.#reads >= mostReads) return;
    this.#reads += 1;
    // What is announced in the same turn goes together.
    setImmediate(() => void this.#work());
  }

  async #work(): Promise<void> {
    try {
      while (this.#wanted.size > 0) await this.#read(this.#next());
    } finally {
      this.#reads -= 1;
    }
  }

  #next(): Reading[] {
    const readings: Reading[] = [];
    for (const channel of this.#wanted) {
      this.#wanted.delete(channel);
      const { spokesman } = channel;
      if (!spokesman) continue;
      channel.beginRead();
      readings.push({ channel, spokesman, after: channel.head });
      if (readings.length === mostRuns) break;
    }
    return readings;
  }

  async #read(readings: readonly Reading[]): Promise<void> {
    if (readings.length === 0) return;
    const watched = readings.map(({ channel: { organisationId, runId }, spokesman, after }) => ({
      userId: spokesman.viewer.userId,
      organisationId,
      runId,
      after,
    }));
    try {
      const found = await watching.changes(this.db, watched, { limit: changesLimit });
      for (const { channel, spokesman, after } of readings) {
        const changes = found.get(channel.runId);
        const isTheirs = changes?.run.organisationId === channel.organisationId;
        channel.endRead(spokesman, after, isTheirs ? changes : null);
      }
    } catch (error) {
      // The next doorbell or safety check tries again; the watchers have lost nothing meanwhile.
      this.log.warn({ err: error, runs: readings.length }, "watched runs could not be read");
    }
  }
}
