import type { Kind } from "./kind.js";

const Resource = "arn:aws:states:::lambda:invoke";
const QueryLanguage = "JSONata";
const call = (FunctionName: string, Payload: object | string) => ({
  Type: "Task",
  Resource,
  Arguments: { FunctionName, Payload },
});

/** An inline map, three at a time, each item with a task and a Wait. */
const inlineMap: Kind = {
  name: "inline-map",
  definition: () => ({
    QueryLanguage,
    StartAt: "Each",
    States: {
      Each: {
        Type: "Map",
        Items: "{% [1..$states.input.k] %}",
        MaxConcurrency: 3,
        ItemProcessor: {
          StartAt: "Double",
          States: {
            Double: {
              ...call("double", { n: "{% $states.input %}" }),
              Output: "{% $states.result.Payload.n %}",
              Next: "Nap",
            },
            Nap: { Type: "Wait", Seconds: 1, End: true },
          },
        },
        Output: "{% $sum($states.result) %}",
        End: true,
      },
    },
  }),
  input: (n) => ({ k: 2 + (n % 5) }),
  expected(n) {
    const k = 2 + (n % 5);
    return {
      status: "SUCCEEDED",
      output: k * (k + 1),
      events: { MapIterationStarted: k, MapIterationSucceeded: k, TaskSucceeded: k },
    };
  },
};

/** A distributed map whose every other child is retried. */
const distributedMap: Kind = {
  name: "distributed-map",
  definition: () => ({
    QueryLanguage,
    StartAt: "Each",
    States: {
      Each: {
        Type: "Map",
        Items: "{% [1..$states.input.k] %}",
        MaxConcurrency: 4,
        ItemProcessor: {
          ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
          StartAt: "Flaky",
          States: {
            Flaky: {
              ...call("flaky", {
                n: "{% $states.input %}",
                fails: "{% $states.input % 2 %}",
                retry: "{% $states.context.State.RetryCount %}",
              }),
              Retry: [{ ErrorEquals: ["Broken"], IntervalSeconds: 1, MaxAttempts: 3 }],
              Output: "{% $states.result.Payload.n %}",
              End: true,
            },
          },
        },
        Output: "{% $sum($states.result) %}",
        End: true,
      },
    },
  }),
  input: (n) => ({ k: 4 + (n % 9) }),
  expected(n) {
    const k = 4 + (n % 9);
    return {
      status: "SUCCEEDED",
      output: (k * (k + 3)) / 2,
      events: { MapRunStarted: 1, MapRunSucceeded: 1 },
    };
  },
  children: (n) => 4 + (n % 9),
};

/** A callback whose answer is the output. */
const callback: Kind = {
  name: "callback",
  definition: () => ({
    QueryLanguage,
    StartAt: "Ask",
    States: {
      Ask: {
        ...call("ask", {
          token: "{% $states.context.Task.Token %}",
          key: "{% $states.context.Execution.Name %}",
        }),
        Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
        Output: "{% $states.result.value %}",
        Next: "Sleep",
      },
      Sleep: { Type: "Wait", Seconds: 1, End: true },
    },
  }),
  input: (n) => ({ n }),
  answered: "token",
};

/** Variables that count round a loop of tasks. */
const loop: Kind = {
  name: "loop",
  definition: () => ({
    QueryLanguage,
    StartAt: "Begin",
    States: {
      Begin: { Type: "Pass", Assign: { i: 0, sum: 0 }, Next: "Echo" },
      Echo: {
        ...call("echo", { n: "{% $i %}" }),
        Assign: { i: "{% $i + 1 %}", sum: "{% $sum + $states.result.Payload.n %}" },
        Output: "{% $states.input %}",
        Next: "More",
      },
      More: {
        Type: "Choice",
        Choices: [{ Condition: "{% $i < $states.input.k %}", Next: "Echo" }],
        Default: "Done",
      },
      Done: { Type: "Succeed", Output: { i: "{% $i %}", sum: "{% $sum %}" } },
    },
  }),
  input: (n) => ({ k: 20 + (n % 30) }),
  expected(n) {
    const k = 20 + (n % 30);
    return {
      status: "SUCCEEDED",
      output: { i: k, sum: (k * (k - 1)) / 2 },
      events: { TaskSucceeded: k, ChoiceStateEntered: k },
    };
  },
};

/** Randomness that is drawn once must stay what it was. */
const oneDraw: Kind = {
  name: "one-draw",
  definition: () => ({
    QueryLanguage,
    StartAt: "Draw",
    States: {
      Draw: { Type: "Pass", Assign: { id: "{% $uuid() %}", number: "{% $random() %}" }, Next: "Echo" },
      Echo: {
        ...call("echo", { id: "{% $id %}", number: "{% $number %}" }),
        Output: "{% $states.result.Payload %}",
        Next: "Sleep",
      },
      Sleep: { Type: "Wait", Seconds: 1, Next: "Compare" },
      Compare: {
        Type: "Succeed",
        Output: "{% $states.input.id = $id and $states.input.number = $number %}",
      },
    },
  }),
  input: (n) => ({ n }),
  expected: () => ({ status: "SUCCEEDED", output: true }),
};

/** Another execution that is started and waited for. */
const nested: Kind = {
  name: "nested",
  definition: ({ innerArn }) => ({
    QueryLanguage,
    StartAt: "Inner",
    States: {
      Inner: {
        Type: "Task",
        Resource: "arn:aws:states:::states:startExecution.sync:2",
        Arguments: { StateMachineArn: innerArn, Input: { n: "{% $states.input.n %}" } },
        Output: "{% $states.result.Output %}",
        End: true,
      },
    },
  }),
  input: (n) => ({ n }),
  expected: (n) => ({
    status: "SUCCEEDED",
    output: { n: 2 * n },
    events: { TaskSubmitted: 1, TaskSucceeded: 1 },
  }),
};

/** What `nested` starts. */
export const inner = {
  QueryLanguage,
  StartAt: "Double",
  States: {
    Double: {
      ...call("double", "{% $states.input %}"),
      Output: "{% $states.result.Payload %}",
      Next: "Sleep",
    },
    Sleep: { Type: "Wait", Seconds: 1, End: true },
  },
};

export const jsonataKinds = [inlineMap, distributedMap, callback, loop, oneDraw, nested];
