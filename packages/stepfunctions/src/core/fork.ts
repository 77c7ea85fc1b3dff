import { StateFailure } from "../language/failure.js";
import { Json } from "../json-text.js";
import { beginMapRun } from "./map-run.js";
import { conclude, effectiveInput, fieldText, fieldValue, filteredInput, type Stay } from "./flow.js";
import { maxConcurrencyOf } from "./map-bounds.js";
import { iterationEvent, leave } from "./failure.js";
import type { MapState, ParallelState } from "./machine.js";
import type { Branch, Fork } from "./state.js";
import type { Turn } from "./turn.js";
import type { MapItem } from "./visit-scope.js";
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
  const items = state.distributed?.reader == null ? yield* itemsOf(stay, state, input) : [];
  if (state.distributed !== null)
    return yield* beginMapRun(stay, state, state.distributed, input, { items, maxConcurrency });
  const texts = items.map((item) => JSON.stringify(item));
  const then = { kind: "map", items: texts, maxConcurrency } as const;
  turn.emit(branch.id, "MapStateStarted", { length: items.length }, { then });
  yield* proceed(turn, branch);
}

export function* itemsOf(stay: Stay, state: MapState, input: Json): Work<unknown[]> {
  const { items: field } = state;
  if (field === null) {
    if (Array.isArray(input.value)) return input.value as unknown[];
    const message = `Map state input must be an array but was: ${input.text}`;
    if (state.language === "JSONata") throw new StateFailure("States.QueryEvaluationError", message);
    throw new StateFailure("States.Runtime", message);
  }
  const value = yield* fieldValue(stay, field, "Items", input);
  if (Array.isArray(value)) return value as unknown[];
  if (field.language === "JSONPath") {
    // As recorded on AWS, a path into the context object is named as one into that object.
    const path = "path" in field ? field.path.text.replace(/^\$\$/, "$") : "$";
    throw new StateFailure("States.Runtime", `Reference path "${path}" must point to array.`);
  }
  const what =
    field.template.kind === "expression"
      ? `The JSONata expression '${field.template.expression.source}' specified for the field 'Items'`
      : "The field 'Items'";
  throw new StateFailure(
    "States.QueryEvaluationError",
    `${what} returned an unexpected result type. Expected 'array', but was '${typeName(value)}' for value: ${JSON.stringify(value)}`,
    { location: "Items" },
  );
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  return typeof value;
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

/** The input of one item's iteration, as JSON text: the item, or what ItemSelector makes of it. */
export function* iterationInput(stay: Stay, state: MapState, item: MapItem): Work<string> {
  if (state.itemSelector === null) return item.text;
  const seen = { item };
  const data = state.language === "JSONata" ? Json.text(stay.visit.input) : filteredInput(stay, state, seen);
  return yield* fieldText(stay, state.itemSelector, "ItemSelector", data, seen);
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
