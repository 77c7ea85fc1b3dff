import { randomUUID } from "node:crypto";
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DeleteStateMachineVersionCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  ListStateMachineVersionsCommand,
  ListTagsForResourceCommand,
  paginateGetExecutionHistory,
  paginateListExecutions,
  PublishStateMachineVersionCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
  StopExecutionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTarget, type Target } from "./support/target.js";

let target: Target;
beforeAll(async () => {
  target = await openTarget();
});
afterAll(() => target[Symbol.asyncDispose]());

const pass = { Pass: { Type: "Pass", End: true } };
const asleep = { Sleep: { Type: "Wait", Seconds: 3600, End: true } };
const send: Target["client"]["send"] = ((command: never) => target.client.send(command)) as never;

describe("state machines", () => {
  test("are described as they were created, and creating again answers the same", async () => {
    const definition = JSON.stringify({ QueryLanguage: "JSONata", StartAt: "Pass", States: pass });
    const request = { name: `contract-${randomUUID()}`, definition, roleArn: target.roleArn };
    const created = await send(new CreateStateMachineCommand(request));
    const again = await send(new CreateStateMachineCommand(request));
    expect(again).toMatchObject({
      stateMachineArn: created.stateMachineArn,
      creationDate: created.creationDate,
    });
    await expect(
      send(new CreateStateMachineCommand({ ...request, definition: `${definition} ` })),
    ).rejects.toMatchObject({
      name: "StateMachineAlreadyExists",
    });
    const { stateMachineArn } = created;
    const described = await send(new DescribeStateMachineCommand({ stateMachineArn }));
    expect(described).toMatchObject({
      name: request.name,
      definition,
      status: "ACTIVE",
      type: "STANDARD",
      roleArn: target.roleArn,
    });
    const { stateMachines = [] } = await send(new ListStateMachinesCommand({ maxResults: 1000 }));
    expect(stateMachines.map((machine) => machine.stateMachineArn)).toContain(stateMachineArn);
    await send(new DeleteStateMachineCommand({ stateMachineArn }));
  });

  test("that are not sound are refused with every reason", async () => {
    const roleArn = target.roleArn;
    const create = (request: object) =>
      send(new CreateStateMachineCommand({ name: "unsound", definition: "{}", roleArn, ...request }));
    await expect(create({})).rejects.toMatchObject({
      name: "InvalidDefinition",
      message: expect.stringContaining("[StartAt, States]"),
    });
    await expect(create({ definition: "no" })).rejects.toMatchObject({ name: "InvalidDefinition" });
    await expect(create({ name: "no spaces" })).rejects.toMatchObject({ name: "InvalidName" });
    await expect(create({ roleArn: "nobody" })).rejects.toMatchObject({ name: "InvalidArn" });
    const found = await send(new ValidateStateMachineDefinitionCommand({ definition: '{"StartAt":"A"}' }));
    expect(found).toMatchObject({
      result: "FAIL",
      diagnostics: [
        {
          severity: "ERROR",
          code: "SCHEMA_VALIDATION_FAILED",
          location: "/",
          message: "These fields are required: [States]",
        },
      ],
    });
  });

  test("have versions, which keep what was published", async () => {
    const stateMachineArn = await target.machine({ One: { Type: "Pass", Output: 1, End: true } });
    const first = await send(
      new PublishStateMachineVersionCommand({ stateMachineArn, description: "first" }),
    );
    const same = await send(new PublishStateMachineVersionCommand({ stateMachineArn }));
    expect(same.stateMachineVersionArn).toBe(first.stateMachineVersionArn);
    expect(first.stateMachineVersionArn).toBe(`${stateMachineArn}:1`);
    const definition = JSON.stringify({
      QueryLanguage: "JSONata",
      StartAt: "Two",
      States: { Two: { Type: "Pass", Output: 2, End: true } },
    });
    const updated = await send(new UpdateStateMachineCommand({ stateMachineArn, definition, publish: true }));
    expect(updated.stateMachineVersionArn).toBe(`${stateMachineArn}:2`);
    const { stateMachineVersions = [] } = await send(
      new ListStateMachineVersionsCommand({ stateMachineArn }),
    );
    expect(stateMachineVersions.map((version) => version.stateMachineVersionArn)).toEqual([
      `${stateMachineArn}:2`,
      `${stateMachineArn}:1`,
    ]);
    const old = await target.end(await target.start(first.stateMachineVersionArn as string));
    const now = await target.end(await target.start(stateMachineArn));
    expect([old.output, now.output]).toEqual(["1", "2"]);
    expect(old.stateMachineVersionArn).toBe(first.stateMachineVersionArn);
    const executions = await send(
      new ListExecutionsCommand({ stateMachineArn: first.stateMachineVersionArn }),
    );
    expect(executions.executions?.map(({ executionArn }) => executionArn)).toEqual([old.executionArn]);
    const { definition: ran } = await send(
      new DescribeStateMachineForExecutionCommand({ executionArn: old.executionArn }),
    );
    expect(JSON.parse(ran as string)).toMatchObject({ StartAt: "One" });
    await send(
      new DeleteStateMachineVersionCommand({ stateMachineVersionArn: first.stateMachineVersionArn }),
    );
    await expect(target.start(first.stateMachineVersionArn as string)).rejects.toMatchObject({
      name: "StateMachineDoesNotExist",
    });
  });

  test("have tags", async () => {
    const resourceArn = await target.machine(pass);
    await send(
      new TagResourceCommand({
        resourceArn,
        tags: [
          { key: "team", value: "data" },
          { key: "gone", value: "soon" },
        ],
      }),
    );
    await send(new UntagResourceCommand({ resourceArn, tagKeys: ["gone"] }));
    expect((await send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual([
      { key: "team", value: "data" },
    ]);
  });

  test("that are deleted are gone, and their name is free", async () => {
    const stateMachineArn = await target.machine(asleep);
    await target.start(stateMachineArn, {}, "one");
    await send(new DeleteStateMachineCommand({ stateMachineArn }));
    if (target.onAws) return;
    await expect(send(new DescribeStateMachineCommand({ stateMachineArn }))).rejects.toMatchObject({
      name: "StateMachineDoesNotExist",
    });
    const name = stateMachineArn.split(":").at(-1);
    const definition = JSON.stringify({ QueryLanguage: "JSONata", StartAt: "Pass", States: pass });
    await send(new CreateStateMachineCommand({ name, definition, roleArn: target.roleArn }));
    const again = await target.end(await target.start(stateMachineArn, { fresh: true }, "one"));
    expect(again).toMatchObject({ status: "SUCCEEDED", output: '{"fresh":true}' });
  });
});

describe("executions", () => {
  test("call a function and keep its result", async () => {
    const stateMachineArn = await target.machine({
      Work: {
        Type: "Task",
        Resource: "arn:aws:states:::lambda:invoke",
        Arguments: { FunctionName: target.echoArn, Payload: { doubled: "{% $states.input.n * 2 %}" } },
        Output: "{% $states.result.Payload %}",
        End: true,
      },
    });
    const described = await target.end(await target.start(stateMachineArn, { n: 21 }));
    expect(described).toMatchObject({
      status: "SUCCEEDED",
      output: '{"doubled":42}',
      input: '{"n":21}',
      redriveCount: 0,
    });
    expect(described.stopDate?.getTime()).toBeGreaterThanOrEqual(described.startDate?.getTime() as number);
  });

  test("start once for a name and input", async () => {
    const stateMachineArn = await target.machine(asleep);
    const [first, second] = await Promise.all([
      target.start(stateMachineArn, { a: 1 }, "same"),
      target.start(stateMachineArn, { a: 1 }, "same"),
    ]);
    expect(second).toBe(first);
    await expect(target.start(stateMachineArn, { a: 2 }, "same")).rejects.toMatchObject({
      name: "ExecutionAlreadyExists",
    });
    const { executions } = await send(new ListExecutionsCommand({ stateMachineArn }));
    expect(executions).toHaveLength(1);
    await send(new StopExecutionCommand({ executionArn: first }));
    await expect(target.start(stateMachineArn, { a: 1 }, "same")).rejects.toMatchObject({
      name: "ExecutionAlreadyExists",
    });
  });

  test("are refused without a machine, with a bad name or input", async () => {
    const stateMachineArn = await target.machine(pass);
    const start = (request: object) => send(new StartExecutionCommand({ stateMachineArn, ...request }));
    await expect(start({ stateMachineArn: `${stateMachineArn}-no` })).rejects.toMatchObject({
      name: "StateMachineDoesNotExist",
    });
    await expect(start({ stateMachineArn: "no" })).rejects.toMatchObject({ name: "InvalidArn" });
    await expect(start({ name: "a/b" })).rejects.toMatchObject({ name: "InvalidName" });
    await expect(start({ input: "{" })).rejects.toMatchObject({ name: "InvalidExecutionInput" });
    await expect(start({ input: JSON.stringify("x".repeat(262_144)) })).rejects.toMatchObject({
      name: "ValidationException",
    });
    await expect(
      send(
        new DescribeExecutionCommand({
          executionArn: stateMachineArn.replace("stateMachine", "execution") + ":no",
        }),
      ),
    ).rejects.toMatchObject({ name: "ExecutionDoesNotExist" });
  });

  test("stop", async () => {
    const executionArn = await target.start(await target.machine(asleep));
    const { stopDate } = await send(
      new StopExecutionCommand({ executionArn, error: "Enough", cause: "as asked" }),
    );
    expect(await target.end(executionArn)).toMatchObject({
      status: "ABORTED",
      error: "Enough",
      cause: "as asked",
      stopDate,
    });
    const { events = [] } = await send(new GetExecutionHistoryCommand({ executionArn }));
    expect(events.at(-1)).toMatchObject({
      type: "ExecutionAborted",
      executionAbortedEventDetails: { error: "Enough", cause: "as asked" },
    });
  });

  test("are listed newest first, by status, page by page", async () => {
    const stateMachineArn = await target.machine({
      Choose: {
        Type: "Choice",
        Choices: [{ Condition: "{% $states.input.fail %}", Next: "Fail" }],
        Default: "End",
      },
      Fail: { Type: "Fail", Error: "Asked" },
      End: { Type: "Succeed" },
    });
    const arns: string[] = [];
    for (const fail of [false, true, false, true, false])
      arns.push(await target.start(stateMachineArn, { fail }));
    for (const arn of arns) await target.end(arn);
    const listed: string[] = [];
    for await (const page of paginateListExecutions(
      { client: target.client, pageSize: 2 },
      { stateMachineArn },
    ))
      listed.push(...(page.executions ?? []).map(({ executionArn }) => executionArn as string));
    expect(listed).toEqual(arns.toReversed());
    const failed = await send(new ListExecutionsCommand({ stateMachineArn, statusFilter: "FAILED" }));
    expect(failed.executions?.map(({ executionArn }) => executionArn)).toEqual([arns[3], arns[1]]);
    await expect(
      send(new ListExecutionsCommand({ stateMachineArn, nextToken: "made up" })),
    ).rejects.toMatchObject({ name: "InvalidToken" });
  });

  test("have a history, page by page in both directions", async () => {
    const executionArn = await target.start(
      await target.machine({ A: { Type: "Pass", Next: "B" }, B: { Type: "Pass", Output: "b", End: true } }),
    );
    await target.end(executionArn);
    const read = async (reverseOrder: boolean) => {
      const events = [];
      const pages = paginateGetExecutionHistory(
        { client: target.client, pageSize: 2 },
        { executionArn, reverseOrder },
      );
      for await (const page of pages) events.push(...(page.events ?? []));
      return events;
    };
    const events = await read(false);
    expect(events.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, "ExecutionStarted"],
      [2, 0, "PassStateEntered"],
      [3, 2, "PassStateExited"],
      [4, 3, "PassStateEntered"],
      [5, 4, "PassStateExited"],
      [6, 5, "ExecutionSucceeded"],
    ]);
    expect(events[4]?.stateExitedEventDetails).toEqual({
      name: "B",
      output: '"b"',
      outputDetails: { truncated: false },
    });
    expect(await read(true)).toEqual(events.toReversed());
    const bare = await send(new GetExecutionHistoryCommand({ executionArn, includeExecutionData: false }));
    expect(JSON.stringify(bare.events)).not.toContain('"output"');
  });
});

test("an operation that is not there answers with its name", async () => {
  if (target.onAws) return;
  const executionArn = await target.start(await target.machine(pass));
  await expect(send(new RedriveExecutionCommand({ executionArn }))).rejects.toMatchObject({
    name: "UnknownOperationException",
    message: expect.stringContaining("RedriveExecution"),
  });
});
