import type { Contract } from "../contract.js";
import { assignedBefore, ownUses } from "./analysis.js";
import type { Block, Draft } from "./draft.js";
import { unknownField } from "./fit.js";
import { blocksOf, type Edge, edgesOf } from "./nodes.js";

/** Refuses a flow that is not a machine. Runs before ways are settled. */
export function checkFlow(block: Block): void {
  const place = block.name === "" ? "it" : `"${block.name}"`;
  if (block.start.to === undefined) block.refuse(`${place} has no states.`);
  for (const edge of block.edges()) {
    if (edge.to === undefined) {
      const end = block.name === "" ? "succeed, fail or join it" : "yield, fail or join it";
      block.refuse(`the flow after "${edge.from}" (${edge.kind}) has no end: ${end}.`);
    }
    if (!block.nodes.has(edge.to)) {
      block.refuse(`"${edge.from}" leads to "${edge.to}", which does not exist.`);
    }
  }
  const reached = reachable(block);
  for (const name of block.nodes.keys()) {
    if (!reached.has(name)) block.refuse(`the state "${name}" is never reached.`);
  }
  for (const node of block.nodes.values()) blocksOf(node).forEach(checkFlow);
}

function reachable(block: Block): Set<string> {
  const reached = new Set<string>();
  const follow = (edge: Edge): void => {
    const node = edge.to === undefined ? undefined : block.nodes.get(edge.to);
    if (!node || reached.has(node.name)) return;
    reached.add(node.name);
    edgesOf(node).forEach(follow);
  };
  follow(block.start);
  return reached;
}

/** Refuses steps of stages that the contract does not have, and stages that could never be done. */
export function checkStages(draft: Draft, contract: Pick<Contract, "stages">): void {
  const staged = draft.nodes().flatMap((node): { what: string; stage: string }[] => {
    if (node.kind === "approval") return [{ what: `approval "${node.name}"`, stage: node.stage }];
    return node.kind === "step" ? [{ what: `step "${node.name}"`, stage: node.step.stage }] : [];
  });
  for (const { what, stage } of staged) {
    if (!Object.hasOwn(contract.stages, stage)) {
      draft.refuse(`the ${what} is of the stage "${stage}", which the contract does not have.`);
    }
  }
  for (const key of Object.keys(contract.stages)) {
    if (!staged.some(({ stage }) => stage === key)) draft.refuse(`the stage "${key}" has no step.`);
  }
}

/** Refuses an output with a field that the contract would leave out. */
export function checkOutputs(draft: Draft, contract: Pick<Contract, "output">): void {
  for (const node of draft.nodes()) {
    const problem =
      node.kind === "succeed" ? unknownField(node.output, contract.output, "contract") : undefined;
    if (problem) draft.refuse(`the output of "${node.name}" ${problem}.`);
  }
}

/** Refuses a state that reads a variable which some way to it does not set. */
export function checkVariables(block: Block, outside: ReadonlySet<string> = new Set()): void {
  const before = assignedBefore(block, "all");
  const demand = (name: string, uses: Iterable<string>, set: ReadonlySet<string>) => {
    for (const variable of uses) {
      if (variable.startsWith("@") || set.has(variable)) continue;
      block.refuse(`"${name}" reads "${variable}", which is not set on every way to it.`);
    }
  };
  for (const node of block.nodes.values()) {
    const known = new Set([...outside, ...(before.get(node.name) ?? [])]);
    demand(node.name, ownUses(node, block), known);
    for (const inner of blocksOf(node)) {
      checkVariables(inner, new Set([...known, ...inner.handedIn.keys()]));
    }
    for (const edge of edgesOf(node)) {
      const own = new Set([...known, ...edge.assigns.map(({ variable }) => variable)]);
      for (const { value } of edge.assigns) demand(node.name, value.uses, own);
    }
  }
}
