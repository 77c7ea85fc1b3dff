// What a record of a Parallel or an inline Map does to its branches.

import { place, spawn } from "./branches.js";
import type { Branch, ExecutionState, Fork, LogRecord, Then, Visit } from "./state.js";

/** A Parallel starts its branches. */
export function fork(
  state: ExecutionState,
  branch: Branch,
  visit: Visit,
  record: LogRecord,
  { input, branches }: Extract<Then, { kind: "parallel" }>,
): void {
  const live = branches.map(({ region, state: start }, index) =>
    spawn(state, {
      parent: branch.id,
      index,
      region,
      item: null,
      lastEventId: record.id,
      state: start,
      input,
    }),
  );
  const made: Fork = {
    items: null,
    started: branches.length,
    total: branches.length,
    ended: 0,
    outputs: branches.map(() => null),
    live: new Set(live),
    maxConcurrency: 0,
    lastEventId: record.id,
    lastSucceededId: record.id,
  };
  place(state, branch, { kind: "fork", visit, fork: made });
}

/** A Map has its items; its iterations follow. */
export function mapFork(
  record: LogRecord,
  { items, maxConcurrency }: { items: string[]; maxConcurrency: number },
): Fork {
  return {
    items,
    started: 0,
    total: items.length,
    ended: 0,
    outputs: items.map(() => null),
    live: new Set(),
    maxConcurrency,
    lastEventId: record.id,
    lastSucceededId: record.id,
  };
}

/** A Map starts an iteration. */
export function iterate(
  state: ExecutionState,
  branch: Branch,
  { index, region, state: start, input }: Extract<Then, { kind: "iterate" }>,
): void {
  if (branch.position.kind !== "fork") throw new Error("only a Map has iterations");
  const { fork: made } = branch.position;
  const item = made.items?.[index] ?? null;
  // The event is the parent's, and the iteration's first.
  const given = { parent: branch.id, index, region, item, lastEventId: state.nextEventId - 1, state: start };
  made.live.add(spawn(state, { ...given, input }));
  made.started += 1;
}

/** A branch or iteration has ended: its output goes to its Parallel or Map. */
export function join(state: ExecutionState, branch: Branch, record: LogRecord): void {
  const parent = state.branches.get(branch.parent ?? -1);
  if (parent?.position.kind !== "fork" || branch.position.kind !== "ended")
    throw new Error(`record ${record.type} joins what is not a branch`);
  const { fork: made } = parent.position;
  made.outputs[branch.index] = branch.position.output;
  made.ended += 1;
  made.live.delete(branch.id);
  made.lastEventId = branch.lastEventId;
  made.lastSucceededId = record.id > 0 ? record.id : branch.lastEventId;
  state.branches.delete(branch.id);
}
