import { type Draft, edgesOf, type Node } from "./draft.js";

export interface GraphNode {
  /** The state's name. */
  readonly name: string;
  readonly kind: Node["kind"];
  /** For a person: "Process data". */
  readonly label: string;
  readonly stage: string | null;
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

export function graphOf(draft: Draft): MachineGraph {
  const nodes = [...draft.nodes.values()];
  return {
    start: draft.start.to as string,
    nodes: nodes.map((node) => ({
      name: node.name,
      kind: node.kind,
      label: labelOf(node.name),
      stage: node.kind === "step" ? node.step.stage : null,
    })),
    edges: nodes.flatMap(edgesOf).map(({ from, to, kind, label }) => ({
      from: from as string,
      to: to as string,
      kind: kind as GraphEdge["kind"],
      label,
    })),
  };
}
