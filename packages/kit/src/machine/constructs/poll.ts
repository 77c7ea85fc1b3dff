import type { Step } from "../../step/step.js";
import { Condition } from "../conditions.js";
import { type Block, variableOf } from "../draft.js";
import { jsonata, variable } from "../expression.js";
import { type ChoiceNode, Edge, type StartNode, type StepNode, type WaitNode } from "../nodes.js";
import { toExpression } from "../refs.js";
import { conditionOf } from "./choice.js";
import { asked, selected } from "./references.js";
import { addStep } from "./step.js";

export interface PollSpec {
  readonly name?: string | undefined;
  readonly states?: { readonly check?: string; readonly pause?: string } | undefined;
  readonly until: (scope: never) => unknown;
  readonly interval: unknown;
  readonly deadline: unknown;
}

/** A visit takes about 11 events of the 25,000 that the history of an execution holds. */
const mostVisits = 2_000;

/**
 * Adds a loop that runs a step until a condition holds or the deadline has passed. Each visit has a
 * checkpoint of its own, and all times are reckoned from checkpoints: a retry of the run goes through the
 * visits that were without waiting. The last visit is at the deadline.
 */
export function addPoll(
  block: Block,
  open: readonly Edge[],
  step: Step,
  select: unknown,
  spec: PollSpec,
): { node: StepNode; done: Edge; late: Edge } {
  const { name = `${step.name}Poll` } = spec;
  const { check = `${name}Check`, pause = `${name}Pause` } = spec.states ?? {};
  checkTimes(block, name, spec);
  const own = variableOf(name);
  const [visit, deadline, at] = [`${own}Visit`, `${own}Deadline`, `${own}At`];
  for (const one of [visit, deadline, at]) block.draft.nameVariable(one, name, block);

  const start = new Edge(name, "next", { assigns: [{ variable: visit, value: jsonata`0` }] });
  const seconds = selected(block, spec.deadline, `deadline of "${name}"`);
  block.add<StartNode>(open, {
    kind: "start",
    name,
    part: step.name,
    deadline: { variable: deadline, seconds },
    next: start,
  });
  const node = addStep(block, [start], step, select, { visit: variable(visit) });
  node.next.assigns.push({ variable: at, value: jsonata`$states.result.Payload.completedAt` });

  const until = conditionOf(asked(block, spec.until, `condition of "${name}"`), name, block);
  const done = new Edge(check, "next");
  const late = new Edge(check, "when", { label: "deadline has passed" });
  const again = new Edge(check, "otherwise");
  const isLate = new Condition(jsonata`$toMillis(${variable(at)}) >= $toMillis(${variable(deadline)})`);
  block.add<ChoiceNode>([node.next], {
    kind: "choice",
    name: check,
    part: step.name,
    rules: [
      { condition: until, edge: done },
      { condition: isLate, edge: late },
    ],
    otherwise: again,
  });

  const interval = toExpression(selected(block, spec.interval, `interval of "${name}"`));
  const next = new Edge(pause, "next", {
    assigns: [{ variable: visit, value: jsonata`${variable(visit)} + 1` }],
  });
  // AWS cuts a Timestamp to its second: on the average the interval is kept, and short of its deadline no poll asks over and over.
  const then = jsonata`$round($toMillis(${variable(at)}) / 1000 + ${interval})`;
  const last = jsonata`$ceil($toMillis(${variable(deadline)}) / 1000)`;
  block.add<WaitNode>([again], {
    kind: "wait",
    name: pause,
    part: step.name,
    until: { exactly: jsonata`$fromMillis(1000 * $min([${then}, ${last}]))` },
    next,
  });
  next.to = step.name;
  return { node, done, late };
}

function checkTimes(block: Block, name: string, { interval, deadline }: PollSpec): void {
  for (const [what, seconds] of Object.entries({ interval, deadline })) {
    if (typeof seconds === "number" && !(seconds > 0)) {
      block.refuse(`the ${what} of the poll "${name}" must be more than 0 seconds, not ${seconds}.`);
    }
  }
  if (typeof interval !== "number" || typeof deadline !== "number") return;
  const visits = Math.ceil(deadline / interval) + 1;
  if (visits > mostVisits) {
    block.refuse(
      `the poll "${name}" could ask ${visits} times, and an execution's history holds about ${mostVisits}: ` +
        "lengthen the interval.",
    );
  }
}
