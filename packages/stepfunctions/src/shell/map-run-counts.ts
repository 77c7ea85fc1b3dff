import type { ExecutionRow, ExecutionStatus, MapRunRow, Store } from "../store/store.js";

/** Executions of a map run, and the items that they are for. */
export interface Tally {
  executions: number;
  items: number;
}

/** What has become of a map run's executions, by their status. */
export type Tallies = Record<ExecutionStatus, Tally>;

export function noTallies(): Tallies {
  const none = (): Tally => ({ executions: 0, items: 0 });
  return { RUNNING: none(), SUCCEEDED: none(), FAILED: none(), TIMED_OUT: none(), ABORTED: none() };
}

export function tally(tallies: Tallies, { status, mapRun }: Pick<ExecutionRow, "status" | "mapRun">): void {
  tallies[status].executions += 1;
  tallies[status].items += mapRun?.items ?? 1;
}

/** Counts a map run's executions as they are in the store. */
export function tallyStored(store: Store, { number }: Pick<MapRunRow, "number">): Tallies {
  const tallies = noTallies();
  for (const { value } of store.range("mapChildren", { start: [number, 0], end: [number + 1, 0] })) {
    const row = store.get("executions", value);
    if (row !== undefined) tally(tallies, row);
  }
  return tallies;
}
