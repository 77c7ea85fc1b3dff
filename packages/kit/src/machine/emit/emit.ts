import { timeOf } from "../analysis.js";
import type { Block } from "../draft.js";
import { delimited, type Expression, jsonata, type Resolve, variable } from "../expression.js";
import type { Edge, FailNode, Node, RawNode, YieldNode } from "../nodes.js";
import { type Constant, type Selection, toExpression } from "../refs.js";
import { approvalTask, expireTask } from "./approval.js";
import type { AslMachine, AslState, AslStates } from "./asl.js";
import { mapState, parallelState } from "./container.js";
import { assigned, expressed, resolveAfter, resolveIn, verbatim, written } from "./resolve.js";
import { stepTask } from "./task.js";

/** Writes the machine as ASL, with `${StepName}` where the ARN of a step's function belongs. */
export function emit(root: Block, comment: string): AslMachine {
  return { Comment: comment, QueryLanguage: "JSONata", ...states(root) };
}

function states(block: Block): AslStates {
  const start = block.start.to as string;
  const ends = endsAtOnce(block);
  const written = [...block.nodes.values()]
    .filter((node) => !ends.has(node.name))
    .map((node) => [node.name, state(node, block, ends)] as const);
  if (block.start.assigns.length === 0) return { StartAt: start, States: Object.fromEntries(written) };
  const entry = { Type: "Pass", ...assigned(block.start, block), Output: {}, Next: start };
  return { StartAt: block.entry, States: Object.fromEntries([[block.entry, entry], ...written]) };
}

/** Yields that follow one state only: that state ends the branch itself, which saves a transition. */
function endsAtOnce(block: Block): Map<string, YieldNode> {
  const edges = block.edges();
  const single = [...block.nodes.values()].flatMap((node) => {
    if (node.kind !== "yield") return [];
    const [way, ...more] = edges.filter(({ to }) => to === node.name);
    const before = block.nodes.get(way?.from ?? "");
    const lone = way?.kind === "next" && more.length === 0 && before?.kind !== "choice";
    return lone ? [[node.name, node] as const] : [];
  });
  return new Map(single);
}

/** Where a state goes: on, with what is set on the way, or out of its branch, with the branch's result. */
function onward(edge: Edge, block: Block, ends: ReadonlyMap<string, YieldNode>) {
  const end = ends.get(edge.to ?? "");
  if (end) return { Output: result(end, resolveAfter(edge, block)), End: true };
  return { ...assigned(edge, block), Output: {}, Next: edge.to };
}

function result({ output, completedAt }: YieldNode, resolve: Resolve) {
  if (!completedAt) return written(output, resolve);
  return { value: written(output, resolve), completedAt: delimited(completedAt, resolve) };
}

function catchers(node: Extract<Node, { caught: Edge | null }>, block: Block) {
  const catcher = (error: string, edge: Edge | null) =>
    edge ? [{ ErrorEquals: [error], ...assigned(edge, block), Next: edge.to }] : [];
  const special = [
    ...(node.kind === "step" ? catcher("RetryAfter", node.later) : []),
    ...(node.kind === "approval" ? catcher("States.Timeout", node.late) : []),
  ];
  const all = [...special, ...catcher("States.ALL", node.caught)];
  return all.length > 0 && { Catch: all };
}

function state(node: Node, block: Block, ends: ReadonlyMap<string, YieldNode>): AslState {
  switch (node.kind) {
    case "raw": {
      const written = rawState(node, block);
      const on = onward(node.next, block, ends);
      return { ...written, ...catchers(node, block), ...on, ...("Next" in on && own(written, "Output")) };
    }
    case "step":
    case "approval":
    case "expire":
    case "parallel":
    case "map":
      return { ...work(node, block), ...catchers(node, block), ...onward(node.next, block, ends) };
    case "choice":
      return {
        Type: "Choice",
        Choices: node.rules.map(({ condition, edge }) => ({
          Condition: expressed(condition.expression, block),
          ...assigned(edge, block),
          Next: edge.to,
        })),
        ...(node.otherwise && { ...assigned(node.otherwise, block), Default: node.otherwise.to }),
      };
    case "wait":
      return {
        Type: "Wait",
        Timestamp: expressed(node.timestamp ?? timeOf(node), block),
        ...onward(node.next, block, ends),
      };
    case "start":
      return { Type: "Pass", ...onward(node.next, block, ends) };
    case "succeed":
      return { Type: "Succeed", Output: written(node.output, resolveIn(block)) };
    case "yield":
      return { Type: "Succeed", Output: result(node, resolveIn(block)) };
    case "fail":
      return failed(node, block);
  }
}

function own(state: AslState, field: string) {
  return field in state && { [field]: state[field] };
}

/** What a state does, without where it goes. */
function work(node: Exclude<Extract<Node, { caught: Edge | null }>, RawNode>, block: Block): AslState {
  switch (node.kind) {
    case "step":
      return stepTask(node, block);
    case "approval":
      return approvalTask(node, block);
    case "expire":
      return expireTask(node, block);
    case "parallel":
      return parallelState(node, states);
    case "map":
      return mapState(node, block, states);
  }
}

/** As it was written; what it assigns is set on the way on. */
function rawState({ state: given }: RawNode, block: Block): AslState {
  const { Assign: _, ...fields } = verbatim(given, resolveIn(block)) as Record<string, Constant>;
  return fields as AslState;
}

function failed({ shared, error }: FailNode, block: Block): AslState {
  if (shared) return failedWith(variable(shared), block);
  if (error.kind !== "object") return failedWith(toExpression(error), block);
  const parts = new Map(error.entries);
  // Inside a branch the cause is read back by the Catch of the state around it: JSON, whatever the message.
  const asJson = parts.has("cause") || parts.has("fatal") || block.outer !== null;
  return {
    Type: "Fail",
    Error: written(parts.get("code") as Selection, resolveIn(block)),
    Cause: asJson
      ? expressed(jsonata`$string(${toExpression(error)})`, block)
      : written(parts.get("message") as Selection, resolveIn(block)),
  };
}

function failedWith(error: Expression, block: Block): AslState {
  return {
    Type: "Fail",
    Error: expressed(jsonata`${error}.code`, block),
    Cause: expressed(jsonata`$string(${error})`, block),
  };
}
