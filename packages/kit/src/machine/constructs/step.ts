import type { Step } from "../../step/step.js";
import { caughtError } from "../caught.js";
import { type Block, variableOf } from "../draft.js";
import { type Expression, jsonata, variable } from "../expression.js";
import { fitInput } from "../fit.js";
import { Edge, type StepNode } from "../nodes.js";
import { type Ref, reference } from "../refs.js";
import type { RunError } from "../../run.js";
import { selected } from "./references.js";

/** Adds the state that runs a step, and the way on from it. */
export function addStep(
  block: Block,
  open: readonly Edge[],
  step: Step,
  select: (scope: never) => unknown,
): StepNode {
  const { name } = step;
  const input = selected(block, select, `input of "${name}"`);
  const problem = fitInput(input, step.input);
  if (problem) block.refuse(`the input of "${name}" ${problem}.`);
  const output = variableOf(name);
  const next = new Edge(name, "next", {
    assigns: [{ variable: output, value: jsonata`$states.result.Payload.output` }],
  });
  const node = block.add<StepNode>(open, { kind: "step", name, step, input, next, caught: null });
  block.draft.nameVariable(output, name, block);
  return node;
}

/** Opens the way that a failure of a state goes, with the error in a variable of its own. */
export function addCatch(
  block: Block,
  node: { readonly name: string; caught: Edge | null },
  value: Expression = caughtError(node.name),
): { edge: Edge; error: Ref<RunError> } {
  const failed = `${variableOf(node.name)}Error`;
  block.draft.nameVariable(failed, node.name, block);
  const edge = new Edge(node.name, "catch", { assigns: [{ variable: failed, value }] });
  node.caught = edge;
  return { edge, error: reference(variable(failed)) };
}
