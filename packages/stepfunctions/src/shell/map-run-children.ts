import type { ExecutionRow, Store } from "../store/store.js";
import type { Run } from "./map-run.js";
import { tally } from "./map-run-counts.js";

/** Counts what there is of a map run already. */
export function takeUp(store: Store, run: Run): void {
  const { number } = run.row;
  const known = store.range("mapChildren", { start: [number, 0], end: [number + 1, 0] });
  for (const { key, value } of [...known]) {
    const row = store.get("executions", value);
    if (row === undefined) continue;
    run.next = Math.max(run.next, key[1] + 1);
    // What failed before the redrive is done again; what failed since, before a restart, is not.
    const failed = row.status !== "RUNNING" && row.status !== "SUCCEEDED";
    const redrive =
      failed && row.redriveCount < run.row.redriveCount && (row.stoppedAt ?? 0) <= (run.row.redrivenAt ?? -1);
    if (row.status === "RUNNING") run.live.set(value, { items: row.mapRun?.items ?? 1 });
    else if (redrive) run.again.push(row);
    else count(run, row);
  }
}

/** Counts a child that has ended. */
export function count(run: Run, row: ExecutionRow): void {
  run.ended += 1;
  tally(run.tallies, row);
  if (row.status !== "SUCCEEDED") run.failedItems += row.mapRun?.items ?? 1;
}
