import type { Contract } from "../contract.js";
import { type Draft, type Edge, edgesOf, type StepNode, variableOf } from "./draft.js";
import { assignedBefore, type Settled, usesOf } from "./settle.js";

/** Refuses a flow that is not a machine. Runs before ways are settled. */
export function checkFlow(draft: Draft): void {
  if (draft.start.to === undefined) draft.refuse("it has no states.");
  for (const edge of draft.edges()) {
    if (edge.to === undefined) {
      draft.refuse(`the flow after "${edge.from}" (${edge.kind}) has no end: succeed, fail or join it.`);
    }
    if (!draft.nodes.has(edge.to)) {
      draft.refuse(`"${edge.from}" leads to "${edge.to}", which does not exist.`);
    }
  }
  const reached = reachable(draft);
  for (const name of draft.nodes.keys()) {
    if (!reached.has(name)) draft.refuse(`the state "${name}" is never reached.`);
  }
}

function reachable(draft: Draft): Set<string> {
  const reached = new Set<string>();
  const follow = (edge: Edge): void => {
    const node = edge.to === undefined ? undefined : draft.nodes.get(edge.to);
    if (!node || reached.has(node.name)) return;
    reached.add(node.name);
    edgesOf(node).forEach(follow);
  };
  follow(draft.start);
  return reached;
}

/** Refuses steps of stages that the contract does not have, and stages that could never be done. */
export function checkStages(draft: Draft, contract: Pick<Contract, "stages">): void {
  const steps = [...draft.nodes.values()].filter((node): node is StepNode => node.kind === "step");
  for (const { step } of steps) {
    if (!Object.hasOwn(contract.stages, step.stage)) {
      draft.refuse(
        `the step "${step.name}" is of the stage "${step.stage}", which the contract does not have.`,
      );
    }
  }
  for (const stage of Object.keys(contract.stages)) {
    if (!steps.some(({ step }) => step.stage === stage)) draft.refuse(`the stage "${stage}" has no step.`);
  }
}

/** Refuses two states whose variables would have one name. */
export function checkNames(draft: Draft): void {
  const owners = new Map<string, string>();
  const claim = (variable: string, owner: string) => {
    const other = owners.get(variable);
    if (other)
      draft.refuse(`the variable "${variable}" would be both ${other}'s and ${owner}'s: rename one.`);
    owners.set(variable, owner);
  };
  for (const edge of draft.edges()) {
    for (const { variable } of edge.assigns) {
      if (variable !== "failure") claim(variable, `${edge.from}`);
    }
  }
  for (const name of draft.failures.keys()) claim(variableOf(name), name);
}

/** Refuses a state that reads a variable which some way to it does not set. */
export function checkVariables({ draft, timestamps, sharedErrors }: Settled): void {
  const before = assignedBefore(draft, "all");
  const known = (name: string) => before.get(name) ?? new Set<string>();
  const demand = (name: string, uses: ReadonlySet<string>, set: ReadonlySet<string>) => {
    const missing = [...uses].find((variable) => !set.has(variable));
    if (missing) draft.refuse(`"${name}" reads "${missing}", which is not set on every way to it.`);
  };
  for (const node of draft.nodes.values()) {
    demand(node.name, usesOf(node, sharedErrors), known(node.name));
    const timestamp = timestamps.get(node.name);
    if (timestamp) demand(node.name, timestamp.uses, known(node.name));
    for (const edge of edgesOf(node)) {
      const own = new Set([...known(node.name), ...edge.assigns.map(({ variable }) => variable)]);
      for (const { value } of edge.assigns) demand(node.name, value.uses, own);
    }
  }
}
