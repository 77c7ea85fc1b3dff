import { itemSchema } from "../bytes.js";
import { Block, variableOf } from "../draft.js";
import { jsonata, variable } from "../expression.js";
import { Edge, type MapNode } from "../nodes.js";
import type { Grow } from "./parallel.js";
import { selected } from "./references.js";

/** Inline maps work on 40 items at a time at most, whatever they say. */
const mostInline = 40;
const mostDistributed = 10_000;
const defaultConcurrency = 10;

export interface MapSpec {
  readonly items: unknown;
  readonly as?: string | undefined;
  readonly maxConcurrency?: number | undefined;
  readonly mode?: "inline" | "distributed" | undefined;
  readonly toleratedFailurePercentage?: number | undefined;
}

const itemName = /^[a-z][A-Za-z0-9]{0,39}$/;

/** Adds a state that does the same for each item of a list, several at a time. */
export function addMap(
  block: Block,
  open: readonly Edge[],
  name: string,
  spec: MapSpec,
  grow: Grow,
): MapNode {
  const { as = "item", mode = "inline", maxConcurrency = defaultConcurrency } = spec;
  const most = mode === "inline" ? mostInline : mostDistributed;
  if (!Number.isInteger(maxConcurrency) || maxConcurrency < 1 || maxConcurrency > most) {
    block.refuse(
      `maxConcurrency of the ${mode} map "${name}" must be a whole number from 1 to ${most}, not ${maxConcurrency}.`,
    );
  }
  if (!itemName.test(as))
    block.refuse(`the item of the map "${name}" must be named in camelCase, not "${as}".`);
  const tolerated = spec.toleratedFailurePercentage ?? null;
  if (tolerated !== null && mode === "inline") {
    block.refuse(
      `the map "${name}" is inline, where every failure counts: make it distributed, or catch it.`,
    );
  }
  if (tolerated !== null && !(tolerated >= 0 && tolerated <= 100)) {
    block.refuse(`toleratedFailurePercentage of the map "${name}" must be from 0 to 100, not ${tolerated}.`);
  }
  const items = selected(block, spec.items, `items of "${name}"`);
  const own = variableOf(name);
  const index = `${own}Index`;
  const inner = new Block(block.draft, name, block, mode === "inline" ? "items" : "distributed", index);
  const next = new Edge(name, "next");
  const node = block.add<MapNode>(open, {
    kind: "map",
    name,
    items,
    block: inner,
    next,
    caught: null,
    maxConcurrency,
    toleratedFailurePercentage: tolerated,
  });
  block.draft.nameVariable(own, name, block);
  const item = `${own}Item`;
  // What a distributed map's items are handed is not assigned in their executions, but read from their input.
  const owner = mode === "inline" ? inner : block;
  block.draft.nameVariable(item, name, owner);
  block.draft.nameVariable(index, name, owner);
  if (items.kind === "expression") block.draft.schemas.set(item, itemSchema(items.expression.known?.schema));
  inner.aliases.set(as, variable(item));
  inner.aliases.set(as === "item" ? "index" : `${as}Index`, variable(index));
  if (mode === "inline") {
    inner.start.assigns.push(
      { variable: item, value: jsonata`$states.input.item` },
      { variable: index, value: jsonata`$states.input.index` },
    );
  } else {
    inner.handedIn.set(item, jsonata`$states.context.Map.Item.Value`);
    inner.handedIn.set(index, jsonata`$states.context.Map.Item.Index`);
  }
  grow(inner);
  return node;
}

/** What the way on from a map sets: the list of results. */
export function collectItems({ name, block, next }: MapNode): void {
  // JSONata turns a list of one into that one, and a list of none into nothing, unless it is told not to.
  const value = block.tellsTime
    ? jsonata`($count($states.result) = 0 ? [] : $map($states.result, function($each) { $each.value })[])`
    : jsonata`$states.result`;
  next.assigns.unshift({ variable: variableOf(name), value });
}
