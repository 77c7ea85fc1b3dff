import type { Block } from "./draft.js";
import { edgesOf, type Node } from "./nodes.js";

export type GraphKind = Exclude<Node["kind"], "yield">;

export interface GraphNode {
  /** The state's name: unique in the machine, its branches and items included. */
  readonly name: string;
  readonly kind: GraphKind;
  /** For a person: "Process data". */
  readonly label: string;
  readonly stage: string | null;
  /** What goes on inside a parallel (a graph for each branch) or a map (one graph, for each item). */
  readonly inside: readonly { readonly label: string; readonly graph: MachineGraph }[];
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: "next" | "catch" | "when" | "otherwise";
  /** The condition of a `when`. */
  readonly label: string | null;
}

/** What a dashboard draws. Nodes and edges are in the order in which the machine was written. */
export interface MachineGraph {
  readonly start: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

function labelOf(name: string): string {
  const words = name.split(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/);
  return words
    .map((word, index) => (index > 0 && /^[A-Z][a-z]/.test(word) ? word.toLowerCase() : word))
    .join(" ");
}

export function graphOf(block: Block): MachineGraph {
  const nodes = [...block.nodes.values()];
  const drawn = nodes.flatMap((node) => {
    if (node.kind === "yield") return [];
    const stage = node.kind === "step" ? node.step.stage : null;
    return [{ name: node.name, kind: node.kind, label: labelOf(node.name), stage, inside: insideOf(node) }];
  });
  const names = new Set(drawn.map(({ name }) => name));
  return {
    start: block.start.to as string,
    nodes: drawn,
    edges: nodes
      .flatMap(edgesOf)
      .filter(({ to }) => names.has(to as string))
      .map(({ from, to, kind, label }) => ({
        from: from as string,
        to: to as string,
        kind: kind as GraphEdge["kind"],
        label,
      })),
  };
}

function insideOf(node: Node): GraphNode["inside"] {
  switch (node.kind) {
    case "parallel":
      return node.branches.map(({ key, block }) => ({ label: key, graph: graphOf(block) }));
    case "map":
      return [{ label: "each item", graph: graphOf(node.block) }];
    default:
      return [];
  }
}
