import type { GraphNode, MachineGraph } from "@longhaul/kit/machine";

/** Every node of a graph, those inside of parallels and maps too. */
export function allNodes(graph: MachineGraph): GraphNode[] {
  return graph.nodes.flatMap((node) => [node, ...node.inside.flatMap((part) => allNodes(part.graph))]);
}
