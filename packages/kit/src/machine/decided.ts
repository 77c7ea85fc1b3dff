import { ownUses } from "./analysis.js";
import type { Block } from "./draft.js";
import { blocksOf, type Edge, edgesOf, type Node } from "./nodes.js";
import type { Selection } from "./refs.js";

/**
 * Says of a failure that the machine decides by itself whether another attempt of the run would decide the same. It would
 * where every way there rests on the run's input and on checkpoints alone, for those answer as they did: such an error is
 * marked as fatal. What has been caught, a hand-written state, an item that may fail and a deadline at which nobody has
 * decided may be otherwise next time; errors behind those are left as they are. Runs before errors are settled.
 */
export function markDecided(root: Block): void {
  const open = new Set<Edge>();
  findOpen(root, open);
  for (const block of root.withInner()) {
    for (const [name, ways] of block.failures) {
      for (const way of ways) if (!way.edges.some((edge) => open.has(edge))) way.error = fatal(way.error);
      const [way] = ways;
      const node = block.nodes.get(name);
      if (way && node?.kind === "fail") node.error = way.error;
    }
  }
}

/** The error of a catch says so of itself, or does not. */
function fatal(error: Selection): Selection {
  if (error.kind !== "object") return error;
  const entries = error.entries.filter(([name]) => name !== "fatal");
  return { ...error, entries: [...entries, ["fatal", { kind: "constant", value: true }]] };
}

/** Collects the ways that the next attempt may not go, or may go with other values, and all that lies behind them. */
function findOpen(block: Block, open: Set<Edge>): void {
  for (const node of block.nodes.values()) {
    for (const inner of blocksOf(node)) {
      // Its items or what they are given may be others.
      if (countsAttempts(node, block)) spread(inner.start, inner, open);
      findOpen(inner, open);
    }
    for (const edge of edgesOf(node)) if (mayDiffer(node, edge, block, open)) spread(edge, block, open);
  }
}

function spread(edge: Edge, block: Block, open: Set<Edge>): void {
  if (open.has(edge)) return;
  open.add(edge);
  const node = block.nodes.get(edge.to as string) as Node;
  for (const inner of blocksOf(node)) spread(inner.start, inner, open);
  for (const way of edgesOf(node)) spread(way, block, open);
}

/** Whether a way out of a state that is reached as before is taken otherwise by another attempt, or with other values. */
function mayDiffer(node: Node, edge: Edge, block: Block, open: ReadonlySet<Edge>): boolean {
  if ("caught" in node && edge === node.caught) return true;
  switch (node.kind) {
    case "raw":
      return true;
    case "wait":
    case "start":
      return countsAttempts(node, block);
    case "choice":
      return countsAttempts(node, block) || (edge === node.otherwise && isDeadlineOf(node, block));
    case "map":
      return (
        node.toleratedFailurePercentage !== null || countsAttempts(node, block) || yieldsOpen(node, open)
      );
    case "parallel":
      return yieldsOpen(node, open);
    default:
      return false;
  }
}

/** An approval that nobody has decided is asked anew; a default that was entered is kept. */
function isDeadlineOf({ part }: Node, block: Block): boolean {
  return block.nodes.get(part ?? "")?.kind === "approval";
}

/** What a step makes of the attempt's number is in its checkpoint; what the machine itself makes of it is not. */
function countsAttempts(node: Node, block: Block): boolean {
  return ownUses(node, block).has("@attempt");
}

function yieldsOpen(node: Node, open: ReadonlySet<Edge>): boolean {
  return blocksOf(node).some((inner) => {
    const ends = [...inner.nodes.values()].filter(({ kind }) => kind === "yield");
    if (ends.some((end) => countsAttempts(end, inner))) return true;
    return inner.edges().some((edge) => open.has(edge) && ends.some(({ name }) => name === edge.to));
  });
}
