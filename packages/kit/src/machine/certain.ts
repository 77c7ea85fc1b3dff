import type { Block } from "./draft.js";
import { blocksOf, edgesOf, type Node } from "./nodes.js";

/**
 * The states that a run which succeeds goes through whatever it decides on its way: those of a branch that may be
 * left out are not among them.
 */
export function certainNodes(block: Block): Set<Node> {
  const certain = [...block.nodes.values()].filter((node) => !succeedsWithout(block, node));
  return new Set(
    certain.flatMap((node) => [node, ...blocksOf(node).flatMap((inner) => [...certainNodes(inner)])]),
  );
}

function succeedsWithout(block: Block, left: Node): boolean {
  const seen = new Set<string>([left.name]);
  const ahead = [block.start.to];
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    const node = seen.has(name) ? undefined : block.nodes.get(name);
    seen.add(name);
    if (!node) continue;
    if (node.kind === "succeed" || node.kind === "yield") return true;
    ahead.push(...edgesOf(node).flatMap(({ to }) => (to === undefined ? [] : [to])));
  }
  return false;
}
