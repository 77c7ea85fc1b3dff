import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { fiveMachine } from "./workflows/five/machine.js";

interface Ended {
  readonly id: string;
  readonly status: string;
  readonly output: { n: number } | null;
}

/** The number of a run's last event where nothing was repeated: queued, started, two of each step, and its end. */
const lastSeq = 3 + 2 * fiveMachine.steps.length;
/** How often it looks at all that are waited for, in ms: for a bell that told nothing, and for runs that took another way. */
const pauseMs = 250;

/**
 * Tells when runs have ended: it hears the database's doorbell, which rings at each commit, and looks at those whose log may
 * have its last event.
 */
export class Ends {
  private readonly sql: postgres.Sql;
  private readonly waiting = new Map<
    string,
    { resolve(output: Ended["output"]): void; reject(error: Error): void }
  >();
  private told = new Set<string>();
  private looking = false;
  private closed = false;

  private constructor(url: string) {
    this.sql = postgres(url, { max: 1 });
  }

  static async open(url: string): Promise<Ends> {
    const ends = new Ends(url);
    await ends.sql.listen("realtime_messages", (message) => ends.heard(message));
    void ends.lookAtAll();
    return ends;
  }

  /** The output of a run, once the transaction with its last event has been committed. */
  of(runId: string): Promise<Ended["output"]> {
    return new Promise((resolve, reject) => {
      this.waiting.set(runId, { resolve, reject });
      // It may have ended before anybody asked.
      if (this.told.has(runId)) void this.look();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.sql.end();
  }

  private heard(message: string): void {
    if (!message.startsWith("{")) return;
    const { topic, payload } = JSON.parse(message) as {
      topic: string;
      payload: { runs?: readonly { run: string; seq: number }[] };
    };
    if (topic !== "longhaul:runs") return;
    for (const { run, seq } of payload.runs ?? []) if (seq >= lastSeq) this.told.add(run);
    void this.look();
  }

  private async lookAtAll(): Promise<void> {
    while (!this.closed) {
      await sleep(pauseMs, undefined, { ref: false });
      for (const runId of this.waiting.keys()) this.told.add(runId);
      await this.look();
    }
  }

  /** Looks at those that were told of, all in one query; what is told meanwhile is looked at next. */
  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      for (;;) {
        const ids = [...this.told].filter((runId) => this.waiting.has(runId));
        if (ids.length === 0) break;
        for (const id of ids) this.told.delete(id);
        for (const { id, status, output } of await this.ended(ids)) {
          const { resolve, reject } = this.waiting.get(id) ?? {};
          this.waiting.delete(id);
          if (status === "succeeded") resolve?.(output);
          else reject?.(new Error(`run ${id} ended ${status}`));
        }
      }
    } catch (error) {
      for (const { reject } of this.waiting.values()) reject(error as Error);
      this.waiting.clear();
    } finally {
      this.looking = false;
    }
  }

  private async ended(ids: readonly string[]): Promise<readonly Ended[]> {
    return await this.sql<Ended[]>`
      select r.id, r.status, r.output from unnest(${[...ids]}::uuid[]) wanted (id)
      cross join lateral (select * from longhaul.runs where id = wanted.id offset 0) r
      where r.status in ('succeeded', 'failed', 'cancelled', 'timed_out')`;
  }
}
