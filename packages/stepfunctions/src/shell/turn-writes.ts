import { pack } from "../core/pack.js";
import { type ExecutionState, nextReady, nextWake } from "../core/state.js";
import type { CoreEvent } from "../core/turn.js";
import type { Words } from "../core/words.js";
import type { Write } from "../store/store.js";
import { closed, type Ruling, type Runner } from "./runner.js";
import type { Change, StatusEvents } from "./status-events.js";

/** What an event's ruling writes, and the changes of status to tell once that is on disk. Brings the runner's row up to date. */
export function writesOf(
  runner: Runner,
  event: CoreEvent,
  { state, outcome, records }: Ruling,
  { events, words }: { events: StatusEvents; words: Words },
): { writes: Write[]; changes: Change[] } {
  const { number, machineId, arn, mapRun } = runner.row;
  const started = event.type === "start";
  const writes: Write[] = [{ table: "log", key: [number, runner.batches], value: pack(records, words) }];
  const changes: Change[] = [];
  const tell = (): void => {
    const change = events.keep(runner.row, runner.row.status);
    if (change === null) return;
    changes.push(change);
    writes.push({ table: "outbox", key: change.key, value: { execution: number, status: change.status } });
  };
  if (started) tell();
  if (event.type === "redrive") {
    writes.push(...events.redriven(runner.row));
    const { redriveCount } = runner.row;
    const again = { status: "RUNNING", stoppedAt: null, error: null, cause: null } as const;
    runner.row = { ...runner.row, ...again, redriveCount: redriveCount + 1, redrivenAt: event.at };
    tell();
  }
  if (outcome !== null) {
    runner.row = closed(runner.row, outcome);
    tell();
    if (!started) writes.push({ table: "running", key: number, remove: true });
    runner.saved = null;
  } else save(runner, state, writes);
  if (started) {
    writes.push({ table: "numbers", key: arn, value: number });
    if (mapRun === null) writes.push({ table: "byMachine", key: [machineId, number], value: 1 });
    else writes.push({ table: "mapChildren", key: [mapRun.number, mapRun.index], value: number });
  }
  if (started || outcome !== null || event.type === "redrive")
    writes.push({ table: "executions", key: number, value: runner.row });
  return { writes, changes };
}

/** Keeps what a restart must know; while an execution is busy, only that. */
function save(runner: Runner, state: ExecutionState | null, writes: Write[]): void {
  const busy = state !== null && (state.pending > 0 || nextReady(state) !== undefined);
  const wake = state === null || busy ? null : nextWake(state);
  if (runner.saved !== null && runner.saved.busy === busy && runner.saved.wake === wake) return;
  runner.saved = { wake, busy };
  writes.push({ table: "running", key: runner.row.number, value: runner.saved });
}
