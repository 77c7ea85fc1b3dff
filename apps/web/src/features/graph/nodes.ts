import type { Outputs } from "../../lib/trpc.js";

/** The machine of a workflow as the API describes it. */
export type MachineGraph = Outputs["workflows"]["get"]["graph"];
export type GraphNode = MachineGraph["nodes"][number];
export type GraphEdge = MachineGraph["edges"][number];

/** Every node of a graph, those inside of parallels and maps too. */
export function allNodes(graph: MachineGraph): GraphNode[] {
  return graph.nodes.flatMap((node) => [node, ...node.inside.flatMap((part) => allNodes(part.graph))]);
}
