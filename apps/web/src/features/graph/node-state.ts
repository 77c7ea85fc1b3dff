import { isFinal, type Run, type RunStep } from "@longhaul/kit";
import type { GraphNode, MachineGraph } from "./nodes.js";

/** What became of a node. "passed": it has no checkpoint of its own, and the run went through it. */
export type NodeStatus = RunStep["status"] | "passed" | "ahead" | "not taken";

export interface NodeState {
  readonly status: NodeStatus;
  /** Of its checkpoints, where a map or a loop makes several of them. */
  readonly done: number;
  readonly known: number;
  /** How often more than once something was tried. */
  readonly retries: number;
}

/** What speaks loudest for a node with several checkpoints. */
const loudest: readonly RunStep["status"][] = [
  "failed",
  "waiting",
  "retrying",
  "running",
  "undone",
  "succeeded",
];

type RunNow = Pick<Run, "status"> & { error?: { step?: string | undefined } | undefined };

/** The state of every node by its name, those inside of others too. */
export function nodeStates(
  graph: MachineGraph,
  run: RunNow,
  steps: readonly RunStep[],
): ReadonlyMap<string, NodeState> {
  const states = new Map<string, NodeState>();
  statesIn(graph, run, steps, states);
  return states;
}

/** @returns whether anything in this graph was reached. */
function statesIn(
  graph: MachineGraph,
  run: RunNow,
  steps: readonly RunStep[],
  states: Map<string, NodeState>,
): boolean {
  const reached = new Set<string>();
  const own = new Map<string, RunStep[]>();
  for (const node of graph.nodes) {
    const mine = steps.filter(({ step }) => step === node.name);
    const inside = node.inside.map((part) => statesIn(part.graph, run, steps, states)).some(Boolean);
    own.set(node.name, mine);
    const end =
      node.kind === "succeed" && run.status === "succeeded" && graph.nodes.filter(isEnd).length === 1;
    if (mine.length > 0 || inside || end) reached.add(node.name);
  }
  for (const node of graph.nodes) {
    if (node.kind === "fail" && leadsTo(graph, node, own) && run.status === "failed") reached.add(node.name);
  }
  markWay(graph, own, reached);
  for (const node of graph.nodes) {
    const mine = own.get(node.name) ?? [];
    states.set(node.name, mine.length > 0 ? ofCheckpoints(mine) : without(node, reached, run, states));
  }
  return reached.size > 0;
}

const isEnd = ({ kind }: GraphNode): boolean => kind === "succeed";

/** A failing end was come to when the step whose error leads there has failed. */
function leadsTo(graph: MachineGraph, node: GraphNode, own: ReadonlyMap<string, RunStep[]>): boolean {
  return graph.edges.some(
    ({ from, to, kind }) =>
      to === node.name && kind === "catch" && own.get(from)?.some(({ status }) => status === "failed"),
  );
}

/** Choices, waits and the like were passed where the run came to what only they lead to. */
function markWay(graph: MachineGraph, own: ReadonlyMap<string, RunStep[]>, reached: Set<string>): void {
  for (let more = true; more; ) {
    more = false;
    for (const { from, to, kind } of graph.edges) {
      if (to === null || kind === "catch" || reached.has(from) || !reached.has(to)) continue;
      const others = graph.edges.filter((edge) => edge.to === to && edge.from !== from);
      // Of several ways to one place, those of steps that never began were not the one.
      if (
        others.some((edge) => reached.has(edge.from)) ||
        (own.get(from)?.length === 0 && isTask(graph, from))
      )
        continue;
      reached.add(from);
      more = true;
    }
  }
}

function isTask(graph: MachineGraph, name: string): boolean {
  const kind = graph.nodes.find((node) => node.name === name)?.kind;
  return kind === "step" || kind === "poll" || kind === "approval";
}

function ofCheckpoints(mine: readonly RunStep[]): NodeState {
  const status = loudest.find((one) => mine.some((step) => step.status === one)) ?? "succeeded";
  return {
    status,
    done: mine.filter((step) => step.status === "succeeded").length,
    known: mine.length,
    retries: mine.reduce((sum, { tries }) => sum + tries - 1, 0),
  };
}

function without(
  node: GraphNode,
  reached: ReadonlySet<string>,
  run: RunNow,
  states: ReadonlyMap<string, NodeState>,
): NodeState {
  const none = { done: 0, known: 0, retries: 0 };
  if (!reached.has(node.name)) return { ...none, status: isFinal(run.status) ? "not taken" : "ahead" };
  if (node.kind === "fail") return { ...none, status: "failed" };
  const inside = node.inside.flatMap((part) => part.graph.nodes.map(({ name }) => states.get(name)?.status));
  const status = loudest.find((one) => inside.includes(one));
  return { ...none, status: status ?? "passed" };
}
