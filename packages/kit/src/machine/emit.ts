import type { RetryPolicy } from "../step/step.js";
import type { Edge, FailNode, Node, StepNode } from "./draft.js";
import { delimited, type Expression, fromVariables, jsonata, variable } from "./expression.js";
import { type Constant, type Selection, toConstant, toExpression } from "./refs.js";
import type { Settled } from "./settle.js";

export type AslState = { readonly Type: string; readonly [field: string]: unknown };

/** A state machine in the Amazon States Language, JSONata throughout. */
export interface AslMachine {
  readonly Comment: string;
  readonly QueryLanguage: "JSONata";
  readonly StartAt: string;
  readonly States: { readonly [name: string]: AslState };
}

/**
 * Time that a Task may take beyond its step's own: a cold start, and the wait for another holder's
 * lease to run out.
 */
const taskMarginSeconds = 30;

// Errors of the platform and of duplicates do not use up the tries that the step's own policy grants.
const platformErrors = [
  "Lambda.ServiceException",
  "Lambda.AWSLambdaException",
  "Lambda.SdkClientException",
  "Lambda.TooManyRequestsException",
  "StepBusy",
  "StepLeaseLost",
  "StepStoreFailed",
];

function retriers(policy: RetryPolicy) {
  return [
    { ErrorEquals: ["FatalError", "StepCancelled"], MaxAttempts: 0 },
    {
      ErrorEquals: platformErrors,
      IntervalSeconds: 1,
      BackoffRate: 2,
      MaxAttempts: 8,
      MaxDelaySeconds: 30,
      JitterStrategy: "FULL",
    },
    {
      ErrorEquals: ["States.ALL"],
      IntervalSeconds: policy.intervalSeconds,
      BackoffRate: policy.backoffRate,
      MaxAttempts: policy.maxAttempts,
      MaxDelaySeconds: policy.maxDelaySeconds,
      JitterStrategy: "FULL",
    },
  ];
}

function written(selection: Selection): Constant {
  return toConstant(selection) ?? delimited(toExpression(selection));
}

/** What the way sets; expressions in it that read each other's variables are written out in full. */
function assigned(edge: Edge): { Assign?: Record<string, string> } {
  if (edge.assigns.length === 0) return {};
  const inFull = new Map(edge.assigns.map((assign) => [assign.variable, assign.value]));
  const resolve = (own: string) => (name: string) => {
    const value = name === own ? undefined : inFull.get(name);
    return value ? value.render(fromVariables) : fromVariables(name);
  };
  return {
    Assign: Object.fromEntries(
      edge.assigns.map((assign) => [assign.variable, delimited(assign.value, resolve(assign.variable))]),
    ),
  };
}

function task(node: StepNode): AslState {
  const { step, caught } = node;
  return {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Arguments: {
      FunctionName: `\${${step.name}}`,
      Payload: {
        run: "{% $states.context.Execution.Input.run %}",
        attempt: "{% $states.context.Execution.Input.attempt %}",
        correlationId: "{% $states.context.Execution.Input.correlationId %}",
        state: step.name,
        itemPath: "",
        visit: 0,
        input: written(node.input),
      },
    },
    TimeoutSeconds: step.timeoutSeconds + taskMarginSeconds,
    Retry: retriers(step.retry),
    ...(caught && { Catch: [{ ErrorEquals: ["States.ALL"], ...assigned(caught), Next: caught.to }] }),
    ...assigned(node.next),
    Output: {},
    Next: node.next.to,
  };
}

function failed(node: FailNode, sharedErrors: Settled["sharedErrors"]): AslState {
  const shared = sharedErrors.get(node.name);
  if (shared) return failedWith(variable(shared));
  if (node.error.kind !== "object") return failedWith(toExpression(node.error));
  const parts = new Map(node.error.entries);
  const code = parts.get("code") as Selection;
  const cause = parts.has("cause")
    ? delimited(jsonata`$string(${toExpression(node.error)})`)
    : written(parts.get("message") as Selection);
  return { Type: "Fail", Error: written(code), Cause: cause };
}

function failedWith(error: Expression): AslState {
  return {
    Type: "Fail",
    Error: delimited(jsonata`${error}.code`),
    Cause: delimited(jsonata`$string(${error})`),
  };
}

function state(node: Node, { timestamps, sharedErrors }: Settled): AslState {
  switch (node.kind) {
    case "step":
      return task(node);
    case "choice":
      return {
        Type: "Choice",
        Choices: node.rules.map(({ condition, edge }) => ({
          Condition: delimited(condition.expression),
          ...assigned(edge),
          Next: edge.to,
        })),
        ...(node.otherwise && { ...assigned(node.otherwise), Default: node.otherwise.to }),
      };
    case "wait":
      return {
        Type: "Wait",
        Timestamp: delimited(timestamps.get(node.name) as Expression),
        ...assigned(node.next),
        Next: node.next.to,
      };
    case "succeed":
      return { Type: "Succeed", Output: written(node.output) };
    case "fail":
      return failed(node, sharedErrors);
  }
}

/** Writes the machine as ASL, with `${StepName}` where the ARN of a step's function belongs. */
export function emit(settled: Settled, comment: string): AslMachine {
  const { draft, begin } = settled;
  const start = draft.start.to as string;
  const states = [...draft.nodes.values()].map((node) => [node.name, state(node, settled)] as const);
  const first = { Type: "Pass", ...assigned(draft.start), Output: {}, Next: start };
  return {
    Comment: comment,
    QueryLanguage: "JSONata",
    StartAt: begin ? "Begin" : start,
    States: Object.fromEntries(begin ? [["Begin", first], ...states] : states),
  };
}
