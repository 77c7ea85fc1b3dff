import { setTimeout as sleep } from "node:timers/promises";
import { inFlight } from "../engine/subject.js";
import postgres from "postgres";

interface Ended {
  readonly id: string;
  readonly status: string;
  readonly output: { n: number } | null;
}

/**
 * How long it waits between two looks, in ms, when one run is under way and when many are; at least as long as it looked,
 * so that looking stays a small part of what a slow machine does.
 */
const pauses = { alone: 1, together: 5 };

/** Looks into Postgres for runs that have ended, all that are waited for in one query. */
export class Ends {
  private readonly sql: postgres.Sql;
  private readonly waiting = new Map<
    string,
    { resolve(output: Ended["output"]): void; reject(error: Error): void }
  >();
  private looking: Promise<void> | null = null;

  constructor(url: string) {
    this.sql = postgres(url, { max: 1 });
  }

  /** The output of a run, once the transaction with its last event has been committed. */
  of(runId: string): Promise<Ended["output"]> {
    return new Promise((resolve, reject) => {
      this.waiting.set(runId, { resolve, reject });
      this.looking ??= this.look().finally(() => {
        this.looking = null;
      });
    });
  }

  async close(): Promise<void> {
    await this.sql.end();
  }

  private async look(): Promise<void> {
    while (this.waiting.size > 0) {
      const began = performance.now();
      try {
        for (const { id, status, output } of await this.ended()) {
          const { resolve, reject } = this.waiting.get(id) ?? {};
          this.waiting.delete(id);
          if (status === "succeeded") resolve?.(output);
          else reject?.(new Error(`run ${id} ended ${status}`));
        }
      } catch (error) {
        for (const { reject } of this.waiting.values()) reject(error as Error);
        this.waiting.clear();
      }
      const least = this.waiting.size > inFlight / 10 ? pauses.together : pauses.alone;
      await sleep(Math.max(least, performance.now() - began));
    }
  }

  private async ended(): Promise<readonly Ended[]> {
    return await this.sql<Ended[]>`
      select id, status, output from longhaul.runs
      where id = any(${[...this.waiting.keys()]}::uuid[]) and status in ('succeeded', 'failed', 'cancelled', 'timed_out')`;
  }
}
