import type { z } from "zod";
import { type Block, variableOf } from "../draft.js";
import { Expression, jsonata } from "../expression.js";
import { Edge, type RawNode } from "../nodes.js";
import type { RawOptions } from "../options.js";
import { type Selection, selectionOf, toExpression } from "../refs.js";
import { refsIn } from "./references.js";

const types = new Set(["Task", "Pass", "Wait", "Map", "Parallel"]);
/** They have a result, and they alone can fail and be caught. */
const atWork = new Set(["Task", "Map", "Parallel"]);
/** What the builder writes itself. */
const ours = ["Next", "End", "Catch"];

/** Adds a state as its author wrote it. Its effects are no checkpoint: a retry of the run repeats them. */
export function addRaw(
  block: Block,
  open: readonly Edge[],
  name: string,
  given: unknown,
  { scope, assigns, catch: caught }: RawOptions<z.ZodType, z.ZodObject> & { readonly catch?: unknown },
): RawNode {
  const value = typeof given === "function" ? (given as (scope: unknown) => unknown)(refsIn(block)) : given;
  const state = selectionOf(value, `state "${name}"`);
  if (state.kind !== "object") block.refuse(`the raw state "${name}" must be an object, as ASL writes it.`);
  const fields = new Map(state.entries);
  const type = constant(fields.get("Type"));
  if (typeof type !== "string" || !types.has(type)) {
    block.refuse(`the raw state "${name}" must have one of the types ${[...types].join(", ")}.`);
  }
  const written = ours.find((field) => fields.has(field));
  if (written) {
    block.refuse(`the raw state "${name}" has a ${written}: where it leads is the builder's affair.`);
  }
  if (scope && !atWork.has(type)) {
    block.refuse(
      `the raw state "${name}" is a ${type}, which has no result: assign a variable in its Assign, and type it by assigns.`,
    );
  }
  if (caught && !atWork.has(type)) {
    block.refuse(`the raw state "${name}" is a ${type}, which cannot be caught: it has no catch.`);
  }
  const assign = fields.get("Assign");
  const assigned = assign?.kind === "object" ? assign.entries : [];
  const promised = Object.keys(assigns?.shape ?? {}).find((key) => !assigned.some(([own]) => own === key));
  if (promised !== undefined) {
    block.refuse(`the raw state "${name}" assigns no "${promised}", which its assigns types.`);
  }
  const next = new Edge(name, "next");
  if (scope) next.assigns.push({ variable: variableOf(name), value: jsonata`$states.result` });
  for (const [variable, part] of assigned) next.assigns.push({ variable, value: expressionOf(part) });
  const node = block.add<RawNode>(open, {
    kind: "raw",
    name,
    state,
    next,
    canFail: atWork.has(type),
    caught: null,
  });
  for (const { variable } of next.assigns) block.draft.nameVariable(variable, name, block);
  nameInner(block, constantsIn(state));
  return node;
}

function constant(selection: Selection | undefined): unknown {
  return selection?.kind === "constant" ? selection.value : undefined;
}

/** A value of Assign: JSONata between its marks, else a value. */
function expressionOf(part: Selection): Expression {
  const text = constant(part);
  const inner = typeof text === "string" ? /^\{%(.*)%\}$/s.exec(text)?.[1]?.trim() : undefined;
  return inner === undefined ? toExpression(part) : new Expression([], () => inner);
}

/** The plain object behind a selection, without what references stand for. */
function constantsIn(selection: Selection): unknown {
  switch (selection.kind) {
    case "constant":
      return selection.value;
    case "expression":
      return null;
    case "array":
      return selection.items.map(constantsIn);
    case "object":
      return Object.fromEntries(selection.entries.map(([key, part]) => [key, constantsIn(part)]));
  }
}

/** The states of a hand-written Map or Parallel share the names of the machine. */
function nameInner(block: Block, value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, part] of Object.entries(value) as [string, unknown][]) {
    if (key === "States" && typeof part === "object" && part !== null) {
      for (const name of Object.keys(part)) block.draft.nameState(name, block);
    }
    nameInner(block, part);
  }
}
