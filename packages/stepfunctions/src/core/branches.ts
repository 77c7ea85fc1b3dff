// Where branches are put, and what is derived from that.

import { type Branch, type ExecutionState, isPending, momentOf, type Position, type Visit } from "./state.js";

/** A new branch, ready to enter its first state. Returns its id. */
export function spawn(
  state: ExecutionState,
  given: Pick<Branch, "parent" | "index" | "region" | "item" | "lastEventId"> & {
    state: string;
    input: string;
  },
): number {
  const id = state.nextBranchId;
  state.nextBranchId += 1;
  const { parent, index, region, item, lastEventId } = given;
  const position: Position = { kind: "ready", state: given.state, input: given.input };
  state.branches.set(id, { id, parent, index, region, item, lastEventId, variables: {}, position });
  state.ready.push(id);
  return id;
}

/** Puts a branch somewhere, and keeps what is derived from positions. */
export function place(state: ExecutionState, branch: Branch, position: Position): void {
  if (isPending(branch.position)) state.pending -= 1;
  if (isPending(position)) state.pending += 1;
  branch.position = position;
  if (position.kind === "ready") state.ready.push(branch.id);
  const at = momentOf(position);
  if (at === null) return;
  state.alarms.push({ at, branch: branch.id });
  if (state.alarms.size > 2 * state.branches.size + FEW) resetAlarms(state);
}

/** So many stale alarms are not worth making the heap anew. */
const FEW = 100;

/** Forgets alarms that no longer hold: each heartbeat leaves one. */
function resetAlarms({ alarms, branches }: ExecutionState): void {
  alarms.clear();
  for (const { id, position } of branches.values()) {
    const at = momentOf(position);
    if (at !== null) alarms.push({ at, branch: id });
  }
}

/** A branch is no longer ready. It comes first, but for branches that are gone. */
export function leaveQueue({ ready, branches }: ExecutionState, id: number): void {
  while (ready.length > 0 && ready[0] !== id && !branches.has(ready[0] as number)) ready.shift();
  if (ready[0] === id) ready.shift();
  else if (ready.includes(id)) ready.splice(ready.indexOf(id), 1);
}

/** Gives a branch up, keeping what a redrive needs. */
export function give(state: ExecutionState, branch: Branch, visit: Visit): void {
  const { position } = branch;
  const kept = position.kind === "fork" || position.kind === "failed" ? position.fork : undefined;
  place(state, branch, { kind: "failed", visit, ...(kept === undefined ? {} : { fork: kept }) });
}

/** Removes the branches of a Parallel or Map that nobody will take up again. */
export function release(state: ExecutionState, { position }: Branch): void {
  if (!("fork" in position) || position.fork === undefined) return;
  for (const id of position.fork.live) {
    const branch = state.branches.get(id);
    if (branch === undefined) continue;
    release(state, branch);
    if (isPending(branch.position)) state.pending -= 1;
    state.branches.delete(id);
  }
}
