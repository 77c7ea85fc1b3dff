import { Json } from "../json-text.js";
import { beginMapRun } from "./map-run.js";
import { conclude, effectiveInput, filteredInput, type Stay } from "./flow.js";
import { maxConcurrencyOf } from "./map-bounds.js";
import { itemsOf, iterationInput, NO_ITEMS } from "./map-items.js";
import { iterationEvent, leave } from "./failure.js";
import type { MapState, ParallelState } from "./machine.js";
import type { Branch, Fork } from "./state.js";
import type { Turn } from "./turn.js";
import type { Work } from "./work.js";

/** Starts the branches of a Parallel: at its entry and at each retry. */
export function* beginParallel(stay: Stay, state: ParallelState): Work {
  const { turn, branch } = stay;
  const { text: input } = yield* effectiveInput(stay, state);
  const branches = state.branches.map(({ id, startAt }) => ({ region: id, state: startAt }));
  turn.emit(branch.id, "ParallelStateStarted", undefined, { then: { kind: "parallel", input, branches } });
}

/** Starts the iterations of a Map, or its map run: at its entry and at each retry. */
export function* beginMap(stay: Stay, state: MapState): Work {
  const { turn, branch } = stay;
  const input = state.language === "JSONata" ? Json.text(stay.visit.input) : filteredInput(stay, state);
  const maxConcurrency = yield* maxConcurrencyOf(stay, state.maxConcurrency, input);
  const items = state.distributed?.reader == null ? yield* itemsOf(stay, state, input) : NO_ITEMS;
  if (state.distributed !== null)
    return yield* beginMapRun(stay, state, state.distributed, input, { items, maxConcurrency });
  const texts = items.values.map((item) => JSON.stringify(item));
  const then = { kind: "map", items: texts, maxConcurrency } as const;
  turn.emit(branch.id, "MapStateStarted", { length: texts.length }, { then });
  yield* proceed(turn, branch);
}

/** Starts what iterations there is room for; ends the state when all have ended. */
export function* proceed(turn: Turn, branch: Branch): Work {
  const { position } = branch;
  if (position.kind !== "fork") return;
  const { visit, fork } = position;
  const state = turn.definition(branch, visit.state);
  if (state.type !== "Map" && state.type !== "Parallel")
    throw new Error("only a Map or Parallel has branches");
  const stay = { turn, branch, visit };
  while (state.type === "Map" && hasRoom(fork)) yield* iterate(stay, state, fork);
  if (fork.ended < fork.total) return;
  const last = fork.items === null ? fork.lastEventId : fork.lastSucceededId;
  turn.note(branch.id, "BranchesEnded", { kind: "adopt" }, last);
  turn.emit(branch.id, `${state.type}StateSucceeded`, undefined, { aside: true });
  const result = Json.text(`[${fork.outputs.join(",")}]`);
  const passed = yield* conclude(stay, state, result, { seen: { result } });
  leave(stay, state, passed, state.next);
}

function hasRoom(fork: Fork): boolean {
  if (fork.started >= fork.total) return false;
  return fork.maxConcurrency === 0 || fork.live.size < fork.maxConcurrency;
}

function* iterate(stay: Stay, state: MapState, fork: Fork): Work {
  const { turn, branch, visit } = stay;
  const index = fork.started;
  const input = yield* iterationInput(stay, state, { index, text: fork.items?.[index] as string });
  const { id: region, startAt } = state.processor;
  turn.emit(
    branch.id,
    "MapIterationStarted",
    { index, name: visit.state },
    {
      previousId: fork.lastEventId,
      aside: true,
      then: { kind: "iterate", index, input, region, state: startAt },
    },
  );
}

/** A branch or iteration has ended: its output goes to its Parallel or Map, which goes on. */
export function joinBranch(turn: Turn, branch: Branch): Branch {
  const parent = turn.branch(branch.parent ?? 0);
  if (parent.position.kind !== "fork") throw new Error("only a Parallel or Map has branches");
  const { visit, fork } = parent.position;
  if (fork.items === null) turn.note(branch.id, "BranchEnded", { kind: "join" });
  else iterationEvent(turn, branch, "Succeeded", visit, branch.lastEventId);
  return parent;
}
