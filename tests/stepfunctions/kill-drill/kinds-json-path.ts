import type { Kind } from "./kind.js";

const Resource = "arn:aws:states:::lambda:invoke";
const arnOf = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const retry = (ErrorEquals: string[]) => [
  { ErrorEquals, IntervalSeconds: 1, BackoffRate: 1, MaxAttempts: 60 },
];
const flaky = {
  Type: "Task",
  Resource,
  Parameters: {
    FunctionName: "flaky",
    Payload: { "n.$": "$.n", "fails.$": "$.fails", "retry.$": "$$.State.RetryCount" },
  },
  Retry: retry(["Broken"]),
};

/** Retries, a Wait by path, a Choice, a function called by its ARN, an intrinsic function. */
const retriesAndWaits: Kind = {
  name: "retries-and-waits",
  definition: () => ({
    StartAt: "Flaky",
    States: {
      Flaky: { ...flaky, ResultSelector: { "n.$": "$.Payload.n" }, ResultPath: "$.first", Next: "Sleep" },
      Sleep: { Type: "Wait", SecondsPath: "$.seconds", Next: "Again" },
      Again: {
        Type: "Choice",
        Choices: [{ Variable: "$.fails", NumericGreaterThan: 0, Next: "Double" }],
        Default: "Done",
      },
      Double: {
        Type: "Task",
        Resource: arnOf("double"),
        InputPath: "$.first",
        ResultPath: "$.first",
        Next: "Done",
      },
      Done: {
        Type: "Pass",
        Parameters: { "n.$": "$.first.n", "sum.$": "States.MathAdd($.first.n, $.n)" },
        End: true,
      },
    },
  }),
  input: (n) => ({ n, fails: n % 3, seconds: 1 + (n % 2) }),
  expected(n) {
    const last = n % 3 > 0 ? 2 * (n + 1) : n + 1;
    return {
      status: "SUCCEEDED",
      output: { n: last, sum: last + n },
      events: { TaskFailed: n % 3, TaskSucceeded: 1, LambdaFunctionSucceeded: n % 3 > 0 ? 1 : 0 },
    };
  },
};

/** Branches that fail, sleep, and map. */
const parallel: Kind = {
  name: "parallel",
  definition: () => ({
    StartAt: "All",
    States: {
      All: {
        Type: "Parallel",
        Branches: [
          { StartAt: "Flaky", States: { Flaky: { ...flaky, End: true } } },
          {
            StartAt: "Sleep",
            States: {
              Sleep: { Type: "Wait", Seconds: 1, Next: "Two" },
              Two: { Type: "Pass", Result: { b: 2 }, End: true },
            },
          },
          {
            StartAt: "Each",
            States: {
              Each: {
                Type: "Map",
                ItemsPath: "$.items",
                ItemProcessor: {
                  StartAt: "Double",
                  States: {
                    Double: {
                      Type: "Task",
                      Resource,
                      Parameters: { FunctionName: "double", Payload: { "n.$": "$" } },
                      OutputPath: "$.Payload",
                      End: true,
                    },
                  },
                },
                End: true,
              },
            },
          },
        ],
        ResultSelector: { "a.$": "$[0].Payload.n", "b.$": "$[1].b", "c.$": "$[2][*].n" },
        End: true,
      },
    },
  }),
  input: (n) => ({ n, fails: 1, items: [n, n + 1, n + 2] }),
  expected: (n) => ({
    status: "SUCCEEDED",
    output: { a: n + 1, b: 2, c: [2 * n, 2 * n + 2, 2 * n + 4] },
    events: { TaskFailed: 1, TaskSucceeded: 4, MapIterationSucceeded: 3 },
  }),
};

/** A UUID that is drawn once must stay what it was. */
const oneUuid: Kind = {
  name: "one-uuid",
  definition: () => ({
    StartAt: "Draw",
    States: {
      Draw: {
        Type: "Pass",
        Parameters: { "id.$": "States.UUID()" },
        Assign: { "id.$": "$.id" },
        Next: "Echo",
      },
      Echo: {
        Type: "Task",
        Resource,
        Parameters: { FunctionName: "echo", Payload: { "id.$": "$id" } },
        ResultPath: "$.echo",
        Next: "Sleep",
      },
      Sleep: { Type: "Wait", Seconds: 1, Next: "Compare" },
      Compare: {
        Type: "Choice",
        Choices: [{ Variable: "$.echo.Payload.id", StringEqualsPath: "$id", Next: "Same" }],
        Default: "Other",
      },
      Same: { Type: "Pass", Result: "same", End: true },
      Other: { Type: "Fail", Error: "Other" },
    },
  }),
  input: (n) => ({ n }),
  expected: () => ({ status: "SUCCEEDED", output: "same" }),
};

/** A callback that is answered with a failure, which is caught. */
const refusal: Kind = {
  name: "refusal",
  definition: () => ({
    StartAt: "Ask",
    States: {
      Ask: {
        Type: "Task",
        Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
        Parameters: {
          FunctionName: "ask",
          Payload: { "token.$": "$$.Task.Token", "key.$": "$$.Execution.Name" },
        },
        Catch: [{ ErrorEquals: ["Refused"], ResultPath: "$.caught", Next: "Caught" }],
        Next: "Wrong",
      },
      Caught: { Type: "Pass", InputPath: "$.caught.Cause", Next: "Sleep" },
      Sleep: { Type: "Wait", Seconds: 1, End: true },
      Wrong: { Type: "Fail", Error: "Wrong" },
    },
  }),
  input: (n) => ({ n }),
  answered: "failure",
};

/** An activity whose worker may die with the task in its hands. */
const activity: Kind = {
  name: "activity",
  definition: ({ activityArn }) => ({
    StartAt: "Work",
    States: {
      Work: {
        Type: "Task",
        Resource: activityArn,
        HeartbeatSeconds: 3,
        TimeoutSeconds: 100,
        Retry: retry(["States.Timeout", "States.HeartbeatTimeout"]),
        End: true,
      },
    },
  }),
  input: (n) => ({ n }),
  expected: (n) => ({ status: "SUCCEEDED", output: { n: 3 * n }, events: { ActivitySucceeded: 1 } }),
  answered: "activity",
};

/** Sleeps until it is stopped. */
const stopped: Kind = {
  name: "stopped",
  definition: () => ({
    StartAt: "Sleep",
    States: { Sleep: { Type: "Wait", Seconds: 86_400, End: true } },
  }),
  input: (n) => ({ n }),
  expected: () => ({ status: "ABORTED", error: "Stopped" }),
  answered: "stop",
};

export const jsonPathKinds = [retriesAndWaits, parallel, oneUuid, refusal, activity, stopped];
