import type { ExecutionRow, ExecutionStatus, MapRunRow, Store } from "../store/store.js";

/** Executions of a map run, and the items that they are for. */
export interface Tally {
  executions: number;
  items: number;
}

/** What has become of a map run's executions, by their status. */
export type Tallies = Record<ExecutionStatus, Tally>;

/** Ended map runs whose counts are remembered. */
const MOST_REMEMBERED = 1_000;

export function noTallies(): Tallies {
  const none = (): Tally => ({ executions: 0, items: 0 });
  return { RUNNING: none(), SUCCEEDED: none(), FAILED: none(), TIMED_OUT: none(), ABORTED: none() };
}

export function tally(tallies: Tallies, { status, mapRun }: Pick<ExecutionRow, "status" | "mapRun">): void {
  tallies[status].executions += 1;
  tallies[status].items += mapRun?.items ?? 1;
}

/** Counts map runs' executions as they are in the store, and remembers what will not change any more. */
export class StoredTallies {
  /** By the map run's number and redrive. */
  private readonly ended = new Map<string, Tallies>();

  constructor(private readonly store: Store) {}

  of(row: Pick<MapRunRow, "number" | "redriveCount" | "status">): Tallies {
    const key = `${row.number}:${row.redriveCount}`;
    const tallies = this.ended.get(key) ?? this.count(row);
    if (row.status === "RUNNING") return tallies;
    if (this.ended.size >= MOST_REMEMBERED) this.ended.clear();
    this.ended.set(key, tallies);
    return tallies;
  }

  private count({ number }: Pick<MapRunRow, "number">): Tallies {
    const tallies = noTallies();
    for (const { value } of this.store.range("mapChildren", { start: [number, 0], end: [number + 1, 0] })) {
      const row = this.store.get("executions", value);
      if (row !== undefined) tally(tallies, row);
    }
    return tallies;
  }
}
