import { type Block, labelOf } from "./draft.js";
import { type Edge, edgesOf, type Node } from "./nodes.js";

export type GraphKind =
  | "step"
  | "poll"
  | "choice"
  | "wait"
  | "approval"
  | "parallel"
  | "map"
  | "raw"
  | "succeed"
  | "fail";

export interface GraphNode {
  /** The state's name: unique in the machine, its branches and items included. */
  readonly name: string;
  readonly kind: GraphKind;
  /** For a person: "Process data". */
  readonly label: string;
  readonly stage: string | null;
  /** The step that takes back what this one has done. */
  readonly compensation: string | null;
  /** What goes on inside a parallel (a graph for each branch) or a map (one graph, for each item). */
  readonly inside: readonly { readonly label: string; readonly graph: MachineGraph }[];
}

export interface GraphEdge {
  readonly from: string;
  /** Null where a branch, or the work on an item, is over. */
  readonly to: string | null;
  readonly kind: "next" | "catch" | "when" | "otherwise";
  /** The condition of a `when`, or what a way of the builder's own is for. */
  readonly label: string | null;
}

/**
 * What a dashboard draws: one node for each construct, also where the builder makes several states of it,
 * and no loops. Nodes and edges are in the order in which the machine was written.
 */
export interface MachineGraph {
  /** Null where nothing is done: a branch that only gives a result. */
  readonly start: string | null;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export function graphOf(block: Block): MachineGraph {
  const nodes = [...block.nodes.values()];
  const polled = new Set(nodes.flatMap((node) => (node.kind === "start" ? [node.part as string] : [])));
  const shown = nodes.filter((node) => node.kind !== "yield" && node.part === undefined);
  const partOf = new Map(nodes.map((node) => [node.name, node.part ?? node.name]));
  const ends = new Set(nodes.filter(({ kind }) => kind === "yield").map(({ name }) => name));
  const edges = nodes
    .flatMap(edgesOf)
    .map((edge) => drawn(edge, partOf, ends))
    .filter(({ from, to }) => from !== to);
  return {
    start: ends.has(block.start.to as string) ? null : (partOf.get(block.start.to as string) as string),
    nodes: shown.map((node) => ({
      name: node.name,
      kind: polled.has(node.name) ? "poll" : (node.kind as GraphKind),
      label: labelOf(node.name),
      stage: stageOf(node),
      compensation: node.kind === "step" ? (node.compensate?.name ?? null) : null,
      inside: insideOf(node),
    })),
    edges: unique(edges),
  };
}

function drawn(
  { from, to, kind, label }: Edge,
  partOf: ReadonlyMap<string, string>,
  ends: ReadonlySet<string>,
): GraphEdge {
  return {
    from: partOf.get(from as string) as string,
    to: ends.has(to as string) ? null : (partOf.get(to as string) as string),
    kind: kind as GraphEdge["kind"],
    label,
  };
}

/** Two states of one construct may lead to the same one. */
function unique(edges: readonly GraphEdge[]): GraphEdge[] {
  return [...new Map(edges.map((edge) => [JSON.stringify(edge), edge])).values()];
}

function stageOf(node: Node): string | null {
  if (node.kind === "step") return node.step.stage;
  return node.kind === "approval" ? node.stage : null;
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
