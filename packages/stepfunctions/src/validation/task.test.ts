import { describe, expect, test } from "vitest";
import { readResource } from "./resources.js";
import { jsonata, judge, machine, type State, task } from "./testing/judge.js";

describe("resources", () => {
  test.each([
    "arn:aws:lambda:us-east-1:123456789012:function:f",
    "arn:aws:lambda:us-east-1:123456789012:function:f:live",
    "arn:aws:states:us-east-1:123456789012:activity:a",
    "arn:aws:states:::lambda:invoke.waitForTaskToken",
    "arn:aws:states:::states:startExecution.sync:2",
    "arn:aws-cn:states:::ecs:runTask.sync",
    "arn:aws:states:::aws-sdk:dynamodb:batchGetItem",
    "arn:aws:states:::aws-sdk:sfn:startExecution.waitForTaskToken",
    "arn:aws:states:::http:invoke",
  ])("%s", (arn) => {
    expect(readResource(arn)).toBeDefined();
  });

  test.each([
    "arn:aws:states:::dynamodb:query",
    "arn:aws:states:::lambda:invoke.sync",
    "arn:aws:states:::sqs:sendMessage.sync",
    "arn:aws:states:::glue:startJobRun.waitForTaskToken",
    "arn:aws:states:::ecs:runTask.sync:2",
    "arn:aws:states:::aws-sdk:s3:getObject.sync",
    "arn:aws:states:::lambda:invoke.later",
    "arn:aws:sqs:us-east-1:123456789012:queue",
  ])("%s is not recognised", (arn) => {
    expect(judge(machine({ ...task, Resource: arn }))).toEqual([
      `/States/A/Resource: The resource provided ${arn} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`,
    ]);
  });

  test.each([
    ["f", "Value is not a valid resource ARN"],
    [{ Ref: "F" }, "Expected value of type [STRING]"],
  ])("%j", (Resource, message) => {
    expect(judge(machine({ ...task, Resource }))).toEqual([`/States/A/Resource: ${message}`]);
  });
});

test("an EXPRESS machine waits for nobody", () => {
  const express = (Resource: string, Parameters: object) =>
    judge(machine({ ...task, Resource, Parameters }), { type: "EXPRESS" });
  const no = "/States/A/Resource: Express state machine does not support";
  const execution = { StateMachineArn: "arn" };
  expect(express("arn:aws:states:::lambda:invoke", { FunctionName: "f" })).toEqual([]);
  expect(express("arn:aws:states:us-east-1:123456789012:activity:a", {})).toEqual([`${no} Activity ARN`]);
  expect(express("arn:aws:states:::states:startExecution.sync:2", execution)).toEqual([
    `${no} '.sync' service integration `,
  ]);
  expect(express("arn:aws:states:::states:startExecution.waitForTaskToken", execution)).toEqual([
    `${no} '.waitForTaskToken' service integration `,
  ]);
});

describe("parameters of an integration", () => {
  test.each<[State, string[]]>([
    [
      { Resource: "arn:aws:states:::lambda:invoke" },
      ["/Resource: Parameters field is required for resource ARN: arn:aws:states:::lambda:invoke"],
    ],
    [
      { Resource: "arn:aws:states:::sqs:sendMessage", Parameters: { "QueueUrl.$": "$.q", Body: "b" } },
      [
        "/Parameters: The field 'MessageBody' is required but was missing",
        '/Parameters: The field "Body" is not supported by Step Functions',
      ],
    ],
    [{ Resource: "arn:aws:states:::aws-sdk:s3:listBuckets", Parameters: {} }, []],
    [
      {
        Resource: "arn:aws:states:::aws-sdk:sfn:startExecution",
        Parameters: { StateMachineArn: "arn", "input.$": "$", name: "one" },
      },
      [
        '/Parameters: The field "input" is not supported by Step Functions',
        '/Parameters: The field "name" is not supported by Step Functions',
      ],
    ],
    [
      {
        Resource: "arn:aws:states:::aws-sdk:iot:publish",
        Parameters: { Topic: "t", Attributes: { own: 1 } },
      },
      [],
    ],
    [{ Resource: "arn:aws:lambda:us-east-1:123456789012:function:f" }, []],
  ])("%j", (fields, findings) => {
    const expected = findings.map((finding) => `/States/A${finding}`);
    expect(judge(machine({ Type: "Task", End: true, ...fields }))).toEqual(expected);
  });

  test("in JSONata they are Arguments, and may be computed", () => {
    const state = { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", End: true };
    expect(judge(jsonata({ ...state, Arguments: "{% $states.input %}" }))).toEqual([]);
    expect(judge(jsonata(state))).toEqual([
      "/States/A/Resource: Arguments field is required for resource ARN: arn:aws:states:::lambda:invoke",
    ]);
    expect(judge(jsonata({ ...state, Arguments: "f" }))).toEqual([
      "/States/A/Arguments: Expected value of type [OBJECT]",
    ]);
  });
});

test("credentials name a role, and activities have none", () => {
  expect(judge(machine({ ...task, Credentials: { "RoleArn.$": "$.role" } }))).toEqual([]);
  expect(judge(machine({ ...task, Credentials: {} }))).toEqual([
    "/States/A/Credentials: The field 'RoleArn' is required but was missing",
  ]);
  const Resource = "arn:aws:states:us-east-1:123456789012:activity:a";
  expect(judge(machine({ ...task, Resource, Credentials: { RoleArn: "r" } }))).toEqual([
    "/States/A/Credentials: The field 'Credentials' is not supported for activities",
  ]);
});

describe("Retry and Catch", () => {
  const alone = "States.ALL must appear alone and at end of list";
  test.each<[State, string[]]>([
    [
      {
        Retry: [
          {
            ErrorEquals: ["A", "B"],
            IntervalSeconds: 0,
            MaxAttempts: 0,
            BackoffRate: 1,
            MaxDelaySeconds: 9,
            JitterStrategy: "FULL",
            Comment: "c",
          },
          { ErrorEquals: ["States.ALL"] },
        ],
      },
      [],
    ],
    [{ Retry: [{ ErrorEquals: ["A", "States.ALL"] }] }, [`/Retry[0]/ErrorEquals[1]: ${alone}`]],
    [
      { Retry: [{ ErrorEquals: ["States.ALL"] }, { ErrorEquals: ["A"] }] },
      [`/Retry[0]/ErrorEquals[0]: ${alone}`],
    ],
    [{ Retry: [{ ErrorEquals: [] }] }, ["/Retry[0]/ErrorEquals: Value cannot be empty"]],
    [{ Retry: [{}] }, ["/Retry[0]: These fields are required: [ErrorEquals]"]],
    [{ Retry: {} }, ["/Retry: Expected value of type [ARRAY]"]],
    [{ Retry: [null] }, ["/Retry[0]: Expected value of type [OBJECT]"]],
    [{ Retry: [{ ErrorEquals: ["A"], BackoffRate: 0.5 }] }, ["/Retry[0]/BackoffRate: Minimum value is 1.0"]],
    [
      { Retry: [{ ErrorEquals: ["A"], MaxDelaySeconds: 31_622_401 }] },
      ["/Retry[0]/MaxDelaySeconds: Maximum value is 31622400"],
    ],
    [
      { Retry: [{ ErrorEquals: ["A"], JitterStrategy: "SOME" }] },
      ["/Retry[0]/JitterStrategy: Value should be one of the following: [NONE, FULL]"],
    ],
    [
      { Catch: [{ _comment: 1 }] },
      [
        "/Catch[0]: Field '_comment' is not supported",
        "/Catch[0]: These fields are required: [Next, ErrorEquals]",
      ],
    ],
    [
      { Catch: [{ ErrorEquals: ["A"], Next: "A", ResultPath: "$.a[*]" }] },
      ["/Catch[0]/ResultPath: Value is not a Reference Path"],
    ],
  ])("%j", (fields, findings) => {
    expect(judge(machine({ ...task, ...fields }))).toEqual(findings.map((finding) => `/States/A${finding}`));
  });
});
