import { asCaller, type Database, history, me, runs } from "@longhaul/db";
import type { Run, RunEvent } from "@longhaul/kit";
import type { Caller } from "@longhaul/runs";
import { encodeCursor } from "../routers/page.js";
import type { RunFilter } from "../routers/run-filter.js";
import { changesLimit } from "./run-channel.js";

/** A run as it is now, and the events that came after the number that was asked for, oldest first. */
export interface Changes {
  run: Run;
  events: RunEvent[];
}

export interface ListPage {
  runs: Run[];
  nextCursor: string | null;
}

/** Reads a run for one member. @returns null when the run is not there for this person. */
export function changesOf(
  db: Database,
  caller: Caller,
  runId: string,
  after: number,
): Promise<Changes | null> {
  const { organisationId } = caller;
  return asCaller(db, caller, async (tx) => {
    // The run is read after the events, so that it is never older than they are.
    const found = await history.eventsAfter(tx, { organisationId, runId, after, limit: changesLimit });
    const run = await runs.get(tx, { organisationId, runId });
    return run && { run, events: found };
  });
}

/** Reads the first page of a list for one member. @returns null when this person is no member any more. */
export function pageOf(db: Database, caller: Caller, filter: RunFilter): Promise<ListPage | null> {
  const { organisationId } = caller;
  return asCaller(db, caller, async (tx) => {
    const profile = await me.get(tx);
    if (!profile?.organisations.some(({ id }) => id === organisationId)) return null;
    const page = await runs.list(tx, { organisationId, ...filter });
    return { runs: page.runs, nextCursor: page.next && encodeCursor(page.next) };
  });
}
