import { usesOf } from "./analysis.js";
import { type Block, variableOf } from "./draft.js";
import { Expression } from "./expression.js";
import { type Assignment, blocksOf } from "./nodes.js";
import { toExpression } from "./refs.js";

/** Hands each error to where it is read, by a variable or written out in full. */
export function settleErrors(block: Block): void {
  for (const node of block.nodes.values()) blocksOf(node).forEach(settleErrors);
  shareErrors(block);
  dropUnreadErrors(block);
}

/** Several branches may end in one fail state: each notes its own error on its way there. */
function shareErrors(block: Block): void {
  for (const [name, ways] of block.failures) {
    const node = block.nodes.get(name);
    if (ways.length < 2 || node?.kind !== "fail") continue;
    node.shared = variableOf(name);
    for (const { edges, error } of ways) {
      for (const edge of edges) edge.assigns.push({ variable: node.shared, value: toExpression(error) });
    }
  }
}

/** A caught error that only its own way reads is written out there: it needs no variable. */
function dropUnreadErrors(block: Block): void {
  const nodes = [...block.nodes.values()];
  const read = new Set(nodes.flatMap((node) => [...usesOf(node, block)]));
  const edges = block.edges();
  const readOnWays = (name: string) =>
    edges.flatMap((edge) => edge.assigns.filter(({ value }) => value.uses.has(name)).map(() => edge));
  for (const edge of edges) {
    if (edge.kind !== "catch") continue;
    const [caught, ...others] = edge.assigns;
    if (!caught || read.has(caught.variable)) continue;
    if (readOnWays(caught.variable).some((other) => other !== edge)) continue;
    const inFull = (value: Expression) =>
      value.uses.has(caught.variable) ? substituted(value, caught) : value;
    edge.assigns.splice(
      0,
      edge.assigns.length,
      ...others.map(({ variable, value }) => ({ variable, value: inFull(value) })),
    );
  }
}

function substituted(value: Expression, { variable, value: source }: Assignment): Expression {
  const uses = [...[...value.uses].filter((name) => name !== variable), ...source.uses];
  return new Expression(uses, (resolve) =>
    value.render((name) => (name === variable ? source.render(resolve) : resolve(name))),
  );
}
