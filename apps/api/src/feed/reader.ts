import { asCaller, type Database, history, me, runs, type Tx } from "@longhaul/db";
import type { Run, RunEvent } from "@longhaul/kit";
import type { Caller } from "@longhaul/runs";
import { encodeCursor, type RunFilter } from "../routers/run-filter.js";

/** A run as it is now, and the events that came after the number that was asked for, oldest first. */
export interface Changes {
  run: Run;
  events: RunEvent[];
}

export interface ListPage {
  runs: Run[];
  nextCursor: string | null;
}

/** One member's eyes: every read is made with this person's rights as they are at that moment. */
export interface Reader {
  readonly userId: string;
  readonly organisationId: string;
  /** @returns null when the run is not there for this person. */
  changes(runId: string, after: number): Promise<Changes | null>;
  /** @returns null when this person is no member any more. */
  page(filter: RunFilter): Promise<ListPage | null>;
  /** Last event's number by run id, of those that this person may see; null when no member any more. */
  heads(runIds: readonly string[]): Promise<Map<string, number> | null>;
}

/** How many events one read takes; a watcher that is further behind reads several times. */
export const changesLimit = 500;

export function createReader(db: Database, caller: Caller): Reader {
  const { organisationId, userId } = caller;
  const isMember = async (tx: Tx): Promise<boolean> => {
    const profile = await me.get(tx);
    return profile?.organisations.some(({ id }) => id === organisationId) ?? false;
  };
  return {
    userId,
    organisationId,
    changes: (runId, after) =>
      asCaller(db, caller, async (tx) => {
        // The run is read after the events, so that it is never older than they are.
        const found = await history.eventsAfter(tx, { organisationId, runId, after, limit: changesLimit });
        const run = await runs.get(tx, { organisationId, runId });
        return run && { run, events: found };
      }),
    page: (filter) =>
      asCaller(db, caller, async (tx) => {
        if (!(await isMember(tx))) return null;
        const page = await runs.list(tx, { organisationId, ...filter });
        return { runs: page.runs, nextCursor: page.next && encodeCursor(page.next) };
      }),
    heads: (runIds) =>
      asCaller(db, caller, async (tx) => {
        if (!(await isMember(tx))) return null;
        if (runIds.length === 0) return new Map();
        const heads = await runs.heads(tx, { organisationId, runIds: [...runIds] });
        return new Map(heads.map(({ id, lastSeq }) => [id, lastSeq]));
      }),
  };
}
