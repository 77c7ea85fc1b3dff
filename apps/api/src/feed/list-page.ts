import { asCaller, type Database, me, runs } from "@longhaul/db";
import type { Run } from "@longhaul/kit";
import { encodeCursor } from "../routers/page.js";
import type { RunFilter } from "../routers/run-filter.js";
import type { Watcher } from "./viewer.js";

export interface ListPage {
  runs: Run[];
  nextCursor: string | null;
}

/** Reads the first page of a list for one member. @returns null when this person is no member any more. */
export function pageOf(db: Database, caller: Watcher, filter: RunFilter): Promise<ListPage | null> {
  const { organisationId } = caller;
  return asCaller(db, caller, async (tx) => {
    const profile = await me.get(tx);
    if (!profile?.organisations.some(({ id }) => id === organisationId)) return null;
    const page = await runs.list(tx, { organisationId, ...filter });
    return { runs: page.runs, nextCursor: page.next && encodeCursor(page.next) };
  });
}
