import type { Block } from "../draft.js";
import { delimited, type Expression, fromExecution, fromVariables, type Resolve } from "../expression.js";
import type { Edge } from "../nodes.js";
import { type Constant, type Selection, toConstant, toExpression } from "../refs.js";

/** How states of a block read variables: those around a distributed map came in with the item. */
export function resolveIn(block: Block): Resolve {
  return (name) => {
    const owner = block.draft.ownerOf(name);
    return owner && block.isCutOffFrom(owner) ? fromExecution(name) : fromVariables(name);
  };
}

export function written(selection: Selection, resolve: Resolve): Constant {
  return toConstant(selection) ?? delimited(toExpression(selection), resolve);
}

/** Texts as they stand, JSONata between its marks included; only references are written out. */
export function verbatim(selection: Selection, resolve: Resolve): Constant {
  switch (selection.kind) {
    case "constant":
      return selection.value;
    case "expression":
      return delimited(selection.expression, resolve);
    case "array":
      return selection.items.map((item) => verbatim(item, resolve));
    case "object":
      return Object.fromEntries(selection.entries.map(([key, part]) => [key, verbatim(part, resolve)]));
  }
}

export function expressed(expression: Expression, block: Block): string {
  return delimited(expression, resolveIn(block));
}

/** The variables of a way as they will be once it is taken, for what is evaluated before. */
export function resolveAfter(edge: Edge, block: Block, except?: string): Resolve {
  const inFull = new Map(edge.assigns.map((assign) => [assign.variable, assign.value]));
  const outer = resolveIn(block);
  return (name) => {
    const value = name === except ? undefined : inFull.get(name);
    return value ? value.render(outer) : outer(name);
  };
}

/** What the way sets; expressions in it that read each other's variables are written out in full. */
export function assigned(edge: Edge, block: Block): { Assign?: Record<string, string> } {
  if (edge.assigns.length === 0) return {};
  return {
    Assign: Object.fromEntries(
      edge.assigns.map(({ variable, value }) => [
        variable,
        delimited(value, resolveAfter(edge, block, variable)),
      ]),
    ),
  };
}
