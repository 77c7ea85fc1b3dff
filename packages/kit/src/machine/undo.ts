import { createHash } from "node:crypto";
import type { Step } from "../step/step.js";
import type { Draft } from "./draft.js";
import type { AslMachine, AslState } from "./emit/asl.js";
import { retriers, runKey, timeoutOf } from "./emit/task.js";

/** A machine's other half: it takes back what a cancelled run has done, the last first. */
export interface UndoMachine {
  readonly template: string;
  readonly hash: string;
  /** The compensations, each once. */
  readonly steps: readonly Step[];
  /** Compensations that only earlier versions name: it takes back for their runs, too, so these are in its template and hash. */
  readonly retired: readonly Step[];
  /** The name of the compensation of each state that has one. */
  readonly compensations: Readonly<Record<string, string>>;
  definition(arnOf: (name: string) => string): AslMachine;
}

/** What is listed to be taken back may wait for steps that are still at work. */
const listSeconds = 90;
const listRetry = { maxAttempts: 5, intervalSeconds: 5, backoffRate: 2, maxDelaySeconds: 60 };

/** @returns null for a machine without compensations, retired ones included. */
export function undoOf(
  draft: Draft,
  retired: readonly Step[],
  fillIn: (template: string, arnOf: (name: string) => string) => AslMachine,
): UndoMachine | null {
  const pairs = draft
    .nodes()
    .flatMap((node) =>
      node.kind === "step" && node.compensate ? [[node.name, node.compensate] as const] : [],
    );
  const steps = [...new Set(pairs.map(([, compensation]) => compensation))];
  if (steps.length + retired.length === 0) return null;
  const taken = new Set(draft.nodes().map(({ name }) => name));
  for (const { name } of steps) {
    const namesake = taken.has(name) || steps.filter((step) => step.name === name).length > 1;
    if (namesake)
      draft.refuse(`the compensation "${name}" has the name of another state: rename one of them.`);
  }
  checkNames(draft, [...steps, ...retired]);
  const write = (comment: string) => JSON.stringify(undoStates([...steps, ...retired], comment), null, 2);
  const title = `Longhaul workflow ${draft.machine}, undo`;
  const hash = createHash("sha256").update(write(title)).digest("hex");
  const template = write(`${title}, sha256:${hash}`);
  return {
    template,
    hash,
    steps,
    retired,
    compensations: Object.fromEntries(pairs.map(([name, compensation]) => [name, compensation.name])),
    definition: (arnOf) => fillIn(template, arnOf),
  };
}

/** The states of a machine that undoes which are no compensations. */
const ownStates = ["ListCompensations", "TakeBack", "WhichCompensation", "NoCompensation"] as const;
const pauseOf = ({ name }: Step) => `${name}RetryPause`;

/** Refuses compensations that would take the place of another state, without a word, or share its name, which ASL forbids. */
function checkNames(draft: Draft, steps: readonly Step[]): void {
  const pauses = steps.filter(({ retryAfter }) => retryAfter).map(pauseOf);
  const taken = new Set<string>([...ownStates, ...pauses]);
  for (const { name } of steps) {
    if (taken.has(name))
      draft.refuse(`the name "${name}" is taken in the machine that undoes: give the compensation another.`);
  }
}

function undoStates(steps: readonly Step[], comment: string): AslMachine {
  const list = {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Arguments: { FunctionName: "${LonghaulCompensations}", Payload: runKey },
    TimeoutSeconds: listSeconds,
    Retry: retriers(listRetry),
    Output: "{% $states.result.Payload.items %}",
    Next: "TakeBack",
  };
  const which = {
    Type: "Choice",
    Choices: steps.map(({ name }) => ({
      Condition: `{% $states.input.compensation = "${name}" %}`,
      Next: name,
    })),
    Default: "NoCompensation",
  };
  const none = {
    Type: "Fail",
    Error: "COMPENSATION_UNKNOWN",
    Cause: "{% $states.input.state & ' is not taken back by a step of this machine.' %}",
  };
  const inside = [
    ["WhichCompensation", which] as const,
    ...steps.flatMap((step) => compensationStates(step)),
    ["NoCompensation", none] as const,
  ];
  const takeBack = {
    Type: "Map",
    Items: "{% $states.input %}",
    MaxConcurrency: 1,
    ItemProcessor: {
      ProcessorConfig: { Mode: "INLINE" },
      StartAt: "WhichCompensation",
      States: Object.fromEntries(inside),
    },
    Output: {},
    End: true,
  };
  return {
    Comment: comment,
    QueryLanguage: "JSONata",
    StartAt: "ListCompensations",
    States: { ListCompensations: list, TakeBack: takeBack },
  };
}

/** Also waits as long as a third party asked for, and tries the same compensation again, as a step does. */
function compensationStates(step: Step): (readonly [string, AslState])[] {
  const task = compensationTask(step);
  if (!step.retryAfter) return [[step.name, task]];
  const time = `${step.name}RetryAt`;
  const pause = pauseOf(step);
  const later = {
    ErrorEquals: ["RetryAfter"],
    Assign: { [time]: "{% $parse($parse($states.errorOutput.Cause).errorMessage).at %}" },
    // Which checkpoint it is about.
    Output: "{% $states.input %}",
    Next: pause,
  };
  return [
    [step.name, { ...task, Catch: [later] }],
    [pause, { Type: "Wait", Timestamp: `{% $${time} %}`, Next: step.name }],
  ];
}

/** The runtime reads what the step was given and gave from its checkpoint: the key is all it needs. */
function compensationTask(step: Step): AslState {
  return {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Arguments: {
      FunctionName: `\${${step.name}}`,
      Payload: {
        ...runKey,
        state: "{% $states.input.state %}",
        itemPath: "{% $states.input.itemPath %}",
        visit: "{% $states.input.visit %}",
        compensation: step.name,
        input: {},
      },
    },
    TimeoutSeconds: timeoutOf(step),
    Retry: retriers(step.retry, step.retryAfter ? ["RetryAfter"] : []),
    Output: {},
    End: true,
  };
}
