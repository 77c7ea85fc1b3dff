import type { Step } from "../../step/step.js";
import { caughtError } from "../caught.js";
import { type Block, variableOf } from "../draft.js";
import { type Expression, jsonata, variable } from "../expression.js";
import { unknownField } from "../fit.js";
import { Edge, type StepNode, type WaitNode } from "../nodes.js";
import { type Ref, reference } from "../refs.js";
import type { RunError } from "../../run.js";
import { selected } from "./references.js";

export interface StepSpec {
  readonly visit?: Expression;
  readonly compensate?: Step | undefined;
}

/** Adds the state that runs a step, and the way on from it. */
export function addStep(
  block: Block,
  open: readonly Edge[],
  step: Step,
  select: unknown,
  { visit, compensate }: StepSpec = {},
): StepNode {
  const { name } = step;
  const input = selected(block, select, `input of "${name}"`);
  const problem = unknownField(input, step.input, "step");
  if (problem) block.refuse(`the input of "${name}" ${problem}.`);
  const output = variableOf(name);
  const next = new Edge(name, "next", {
    assigns: [{ variable: output, value: jsonata`$states.result.Payload.output` }],
  });
  const node = block.add<StepNode>(open, {
    kind: "step",
    name,
    step,
    input,
    visit: visit ?? null,
    compensate: compensate ?? null,
    next,
    caught: null,
    later: step.retryAfter ? new Edge(name, "catch") : null,
  });
  block.draft.nameVariable(output, name, block);
  block.draft.schemas.set(output, step.output);
  if (node.later) comeBack(block, node, node.later);
  return node;
}

/** Waits as long as a third party asked for, and runs the same visit of the step again. */
function comeBack(block: Block, { name }: StepNode, later: Edge): void {
  const time = `${variableOf(name)}RetryAt`;
  block.draft.nameVariable(time, name, block);
  later.assigns.push({
    variable: time,
    value: jsonata`$parse($parse($states.errorOutput.Cause).errorMessage).at`,
  });
  const pause = `${name}RetryPause`;
  const next = new Edge(pause, "next");
  block.add<WaitNode>([later], {
    kind: "wait",
    name: pause,
    part: name,
    until: { exactly: variable(time) },
    next,
  });
  next.to = name;
}

export interface Catchable {
  readonly name: string;
  caught: Edge | null;
}

/** Opens the way that failures of a construct's states go, with the error in a variable of its own. */
export function addCatch(
  block: Block,
  nodes: readonly Catchable[],
  value?: Expression,
): { edges: Edge[]; error: Ref<RunError> } {
  const name = nodes[0]?.name ?? "";
  const failed = `${variableOf(name)}Error`;
  block.draft.nameVariable(failed, name, block);
  const edges = nodes.map((node) => {
    const assigns = [{ variable: failed, value: value ?? caughtError(name) }];
    node.caught = new Edge(node.name, "catch", { assigns });
    return node.caught;
  });
  return { edges, error: reference(variable(failed)) };
}
