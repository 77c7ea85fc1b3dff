import type { Run } from "@longhaul/kit";
import { ApiError } from "../errors.js";
import type { RunFilter } from "../routers/run-filter.js";
import { createReader, type ListPage } from "./reader.js";
import { type MemberContext, watching } from "./watching.js";

/** A list as it is now: what is on it in order, and those runs that have changed since the last message. */
export interface RunListUpdate {
  ids: string[];
  runs: Run[];
  nextCursor: string | null;
}

/**
 * Follows the first page of a list for as long as it is watched.
 *
 * @throws ApiError NOT_A_MEMBER, TOKEN_EXPIRED, TOO_MANY_WATCHES
 */
export async function* watchList(
  context: MemberContext,
  { filter, signal }: { filter: RunFilter; signal: AbortSignal | undefined },
): AsyncGenerator<RunListUpdate> {
  const { feed, db } = context.services;
  const reader = createReader(db, context.caller);
  using watch = watching(context, reader, signal);
  const { watcher } = watch;
  const channel = feed.joinList(watcher, filter);
  try {
    let shown = await reader.page(filter);
    if (!shown) throw new ApiError("NOT_A_MEMBER");
    yield { ids: idsOf(shown), runs: shown.runs, nextCursor: shown.nextCursor };
    let seen = channel.page;
    while (!watcher.signal.aborted) {
      if (watcher.ended) throw watcher.ended;
      const { page } = channel;
      if (page && page !== seen) {
        seen = page;
        const update = difference(shown, page);
        shown = page;
        if (update) yield update;
      } else {
        await watcher.wait();
      }
    }
  } finally {
    feed.leaveList(watcher, channel);
  }
}

/** What has changed between two pages; null when nothing has. */
function difference(before: ListPage, after: ListPage): RunListUpdate | null {
  const known = new Map(before.runs.map((run) => [run.id, run.lastSeq]));
  const changed = after.runs.filter((run) => run.lastSeq > (known.get(run.id) ?? 0));
  const ids = idsOf(after);
  const sameOrder = ids.length === known.size && idsOf(before).every((id, index) => id === ids[index]);
  if (changed.length === 0 && sameOrder) return null;
  return { ids, runs: changed, nextCursor: after.nextCursor };
}

function idsOf(page: ListPage): string[] {
  return page.runs.map(({ id }) => id);
}
