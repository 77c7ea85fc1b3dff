import type { Block, Draft } from "./draft.js";
import type { Expression } from "./expression.js";
import { blocksOf, edgesOf, type Node, type WaitNode } from "./nodes.js";
import { type Selection, toExpression } from "./refs.js";

/**
 * The variables set on all ways (or on some way) from a block's start to each of its states, by state
 * name; those of the blocks around it are not among them.
 */
export function assignedBefore(block: Block, ways: "all" | "some"): Map<string, Set<string>> {
  const before = new Map<string, Set<string>>();
  const edges = block.edges();
  const merge = (known: Set<string> | undefined, arriving: Set<string>) => {
    if (known === undefined) return arriving;
    if (ways === "some") return new Set([...known, ...arriving]);
    return new Set([...known].filter((name) => arriving.has(name)));
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const edge of edges) {
      const source = edge.from === null ? new Set<string>() : before.get(edge.from);
      if (edge.to === undefined || source === undefined) continue;
      const arriving = new Set([...source, ...edge.assigns.map((assign) => assign.variable)]);
      const known = before.get(edge.to);
      const merged = merge(known, arriving);
      changed ||= merged.size !== known?.size;
      before.set(edge.to, merged);
    }
  }
  return before;
}

/** The variables that a state itself reads, those of the states inside it included. */
export function usesOf(node: Node, block: Block): Set<string> {
  const uses = ownUses(node, block);
  for (const inner of blocksOf(node)) for (const name of freeIn(inner)) uses.add(name);
  return uses;
}

/** The variables that a state reads before it goes inside itself. */
export function ownUses(node: Node, block: Block): Set<string> {
  switch (node.kind) {
    case "step":
      return union(toExpression(node.input).uses, node.visit?.uses, block.indices);
    case "choice":
      return union(...node.rules.map(({ condition }) => condition.expression.uses));
    case "wait":
      return union(timeOf(node).uses, node.timestamp?.uses);
    case "start":
      return union(toExpression(node.deadline.seconds).uses);
    case "approval": {
      const selections = [node.title, node.details, node.deadlineSeconds];
      return union(...selections.map((one) => toExpression(one).uses), node.deadline?.uses, block.indices);
    }
    case "expire":
      return union(block.indices);
    case "raw":
      return union(toExpression(node.state).uses, namedIn(node.state, block.draft));
    case "map":
      return union(toExpression(node.items).uses);
    case "parallel":
      return new Set();
    case "succeed":
      return union(toExpression(node.output).uses);
    case "yield":
      return union(toExpression(node.output).uses, node.completedAt?.uses);
    case "fail":
      return node.shared ? new Set() : union(toExpression(node.error).uses);
  }
}

function union(...lists: (Iterable<string> | undefined)[]): Set<string> {
  return new Set(lists.flatMap((list) => [...(list ?? [])]));
}

/** What a wait is given: a time, or seconds from a time. */
export function timeOf({ until }: WaitNode): Expression {
  if ("exactly" in until) return until.exactly;
  return toExpression("seconds" in until ? until.seconds : until.time);
}

/** The machine's variables that JSONata in a hand-written state speaks of. */
export function namedIn(selection: Selection, draft: Draft): string[] {
  const names = JSON.stringify(selection).matchAll(/\$([A-Za-z_][A-Za-z0-9_]*)/g);
  return [...names].map(([, name]) => name as string).filter((name) => draft.ownerOf(name));
}

/** The variables that a block's states and ways read and that belong to no state inside it. */
export function freeIn(block: Block): Set<string> {
  const inside = block.withInner();
  const uses = [...block.nodes.values()].flatMap((node) => [
    ...usesOf(node, block),
    ...edgesOf(node).flatMap((edge) => edge.assigns.flatMap(({ value }) => [...value.uses])),
  ]);
  for (const { value } of block.start.assigns) uses.push(...value.uses);
  return new Set(
    uses.filter((name) => {
      const owner = block.draft.ownerOf(name);
      return owner === undefined || !inside.includes(owner);
    }),
  );
}
