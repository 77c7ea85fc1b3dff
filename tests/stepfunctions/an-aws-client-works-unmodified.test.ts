import { randomUUID } from "node:crypto";
import {
  CreateActivityCommand,
  CreateStateMachineAliasCommand,
  CreateStateMachineCommand,
  DeleteActivityCommand,
  DeleteStateMachineAliasCommand,
  DeleteStateMachineCommand,
  DeleteStateMachineVersionCommand,
  DescribeActivityCommand,
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  DescribeStateMachineAliasCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetActivityTaskCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  ListStateMachineAliasesCommand,
  ListStateMachinesCommand,
  ListStateMachineVersionsCommand,
  ListTagsForResourceCommand,
  paginateGetExecutionHistory,
  paginateListActivities,
  paginateListExecutions,
  PublishStateMachineVersionCommand,
  RedriveExecutionCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateMapRunCommand,
  UpdateStateMachineAliasCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
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
      message: expect.stringContaining(
        "SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /",
      ),
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
      previousEventId: 0,
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

describe("versions behind an alias", () => {
  test("share its executions, and are moved with it", async () => {
    const stateMachineArn = await target.machine({ Give: { Type: "Pass", Output: 1, End: true } });
    const { stateMachineVersionArn: first } = await send(
      new PublishStateMachineVersionCommand({ stateMachineArn }),
    );
    const definition = JSON.stringify({
      QueryLanguage: "JSONata",
      StartAt: "Give",
      States: { Give: { Type: "Pass", Output: 2, End: true } },
    });
    const { stateMachineVersionArn: second } = await send(
      new UpdateStateMachineCommand({ stateMachineArn, definition, publish: true }),
    );
    const routes = (weight: number) => [
      { stateMachineVersionArn: first, weight },
      { stateMachineVersionArn: second, weight: 100 - weight },
    ];
    const request = { name: "live", description: "to everyone", routingConfiguration: routes(100) };
    const created = await send(new CreateStateMachineAliasCommand(request));
    const again = await send(new CreateStateMachineAliasCommand(request));
    expect(again.creationDate).toEqual(created.creationDate);
    const { stateMachineAliasArn = "" } = created;
    expect(stateMachineAliasArn).toBe(`${stateMachineArn}:live`);
    const one = await target.end(await target.start(stateMachineAliasArn));
    expect(one).toMatchObject({ output: "1", stateMachineAliasArn, stateMachineVersionArn: first });
    await send(new UpdateStateMachineAliasCommand({ stateMachineAliasArn, routingConfiguration: routes(0) }));
    const described = await send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn }));
    expect(described).toMatchObject({
      name: "live",
      description: "to everyone",
      routingConfiguration: routes(0),
    });
    const { stateMachineAliases = [] } = await send(new ListStateMachineAliasesCommand({ stateMachineArn }));
    expect(stateMachineAliases.map((alias) => alias.stateMachineAliasArn)).toEqual([stateMachineAliasArn]);
    // AWS takes some seconds to move an alias.
    if (!target.onAws) expect((await target.end(await target.start(stateMachineAliasArn))).output).toBe("2");
    await expect(
      send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn: first })),
    ).rejects.toMatchObject({ name: "ConflictException" });
    await expect(
      send(
        new CreateStateMachineAliasCommand({
          name: "other",
          routingConfiguration: [{ stateMachineVersionArn: first, weight: 99 }],
        }),
      ),
    ).rejects.toMatchObject({ name: "ValidationException", reason: "INVALID_ROUTING_CONFIGURATION" });
    await send(new DeleteStateMachineAliasCommand({ stateMachineAliasArn }));
    await expect(send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn }))).rejects.toMatchObject({
      name: "ResourceNotFound",
    });
  });
});

describe("activities", () => {
  const activity = async (): Promise<string> =>
    (await send(new CreateActivityCommand({ name: `contract-${randomUUID()}` }))).activityArn as string;
  const states = (Resource: string) => ({
    Ask: { Type: "Task", Resource, Arguments: "{% $states.input %}", End: true },
  });

  test("give their tasks to workers, who end them", async () => {
    const activityArn = await activity();
    const { name } = await send(new DescribeActivityCommand({ activityArn }));
    expect(activityArn).toMatch(new RegExp(`:activity:${name}$`));
    const listed: (string | undefined)[] = [];
    for await (const page of paginateListActivities({ client: target.client }, {}))
      listed.push(...(page.activities ?? []).map((one) => one.activityArn));
    expect(listed).toContain(activityArn);
    const stateMachineArn = await target.machine(states(activityArn));
    const [good, bad] = [
      await target.start(stateMachineArn, "good"),
      await target.start(stateMachineArn, "bad"),
    ];
    for (let taken = 0; taken < 2; taken += 1) {
      const task = await send(new GetActivityTaskCommand({ activityArn, workerName: "worker" }));
      const { taskToken } = task;
      await send(new SendTaskHeartbeatCommand({ taskToken }));
      if (task.input === '"good"')
        await send(new SendTaskSuccessCommand({ taskToken, output: '{"ok":true}' }));
      else await send(new SendTaskFailureCommand({ taskToken, error: "Refused", cause: "it is bad" }));
      await expect(send(new SendTaskHeartbeatCommand({ taskToken }))).rejects.toMatchObject({
        name: "TaskTimedOut",
      });
    }
    expect(await target.end(good)).toMatchObject({ status: "SUCCEEDED", output: '{"ok":true}' });
    expect(await target.end(bad)).toMatchObject({ status: "FAILED", error: "Refused", cause: "it is bad" });
    await send(new DeleteActivityCommand({ activityArn }));
    await expect(send(new DescribeActivityCommand({ activityArn }))).rejects.toMatchObject({
      name: "ActivityDoesNotExist",
    });
  });

  test("keep a task for the next worker when one hangs up while it waits", async () => {
    const activityArn = await activity();
    const waiting = new AbortController();
    const poll = target.client.send(new GetActivityTaskCommand({ activityArn }), {
      abortSignal: waiting.signal,
    });
    // Its request is on its way before the next one is.
    await send(new DescribeActivityCommand({ activityArn }));
    waiting.abort();
    await expect(poll).rejects.toMatchObject({ name: "AbortError" });
    await send(new DescribeActivityCommand({ activityArn }));
    const executionArn = await target.start(await target.machine(states(activityArn)), 1);
    const { taskToken } = await send(new GetActivityTaskCommand({ activityArn }));
    await send(new SendTaskSuccessCommand({ taskToken, output: "2" }));
    expect(await target.end(executionArn)).toMatchObject({ output: "2" });
    await send(new DeleteActivityCommand({ activityArn }));
  });

  test("and tasks that are not there are refused", async () => {
    await expect(
      send(new SendTaskSuccessCommand({ taskToken: "made up", output: "1" })),
    ).rejects.toMatchObject({ name: "InvalidToken", message: "Invalid Token: 'Invalid token'" });
  });
});

describe("map runs", () => {
  test("are described, and so are the executions of their items", async () => {
    const stateMachineArn = await target.machine({
      Each: {
        Type: "Map",
        Items: "{% [1..3] %}",
        Label: "Each",
        ToleratedFailurePercentage: 100,
        ItemProcessor: {
          ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
          StartAt: "Choose",
          States: {
            Choose: {
              Type: "Choice",
              Choices: [{ Condition: "{% $states.input = 2 %}", Next: "Fail" }],
              Default: "Done",
            },
            Fail: { Type: "Fail", Error: "Two" },
            Done: { Type: "Succeed" },
          },
        },
        End: true,
      },
    });
    const executionArn = await target.start(stateMachineArn);
    expect(await target.end(executionArn)).toMatchObject({ status: "SUCCEEDED", output: "[1,3]" });
    const { mapRuns: [{ mapRunArn } = {}] = [] } = await send(new ListMapRunsCommand({ executionArn }));
    const described = await send(new DescribeMapRunCommand({ mapRunArn }));
    expect(described).toMatchObject({
      executionArn,
      status: "SUCCEEDED",
      toleratedFailurePercentage: 100,
      itemCounts: { total: 3, succeeded: 2, failed: 1, running: 0, pending: 0 },
      executionCounts: { total: 3, succeeded: 2, failed: 1, running: 0, pending: 0 },
    });
    const { executions = [] } = await send(new ListExecutionsCommand({ mapRunArn, statusFilter: "FAILED" }));
    expect(executions).toMatchObject([{ mapRunArn, itemCount: 1, status: "FAILED" }]);
    const child = executions[0]?.executionArn;
    expect(await send(new DescribeExecutionCommand({ executionArn: child }))).toMatchObject({
      mapRunArn,
      error: "Two",
    });
    expect(await send(new DescribeStateMachineForExecutionCommand({ executionArn: child }))).toMatchObject({
      mapRunArn,
      label: "Each",
    });
    await expect(send(new UpdateMapRunCommand({ mapRunArn, maxConcurrency: 1 }))).rejects.toMatchObject({
      name: "ValidationException",
      reason: "CANNOT_UPDATE_COMPLETED_MAP_RUN",
    });
  });
});

describe("redrive", () => {
  test("takes up what was stopped, and refuses what succeeded", async () => {
    const stateMachineArn = await target.machine({
      Sleep: { Type: "Wait", Seconds: 1, Next: "Done" },
      Done: { Type: "Succeed" },
    });
    const executionArn = await target.start(stateMachineArn);
    await send(new StopExecutionCommand({ executionArn }));
    const { redriveDate } = await send(new RedriveExecutionCommand({ executionArn }));
    expect(redriveDate).toBeInstanceOf(Date);
    await vi.waitFor(
      async () => {
        const described = await send(new DescribeExecutionCommand({ executionArn }));
        expect(described).toMatchObject({ status: "SUCCEEDED", redriveCount: 1, redriveDate });
      },
      { timeout: 20_000, interval: 200 },
    );
    await expect(send(new RedriveExecutionCommand({ executionArn }))).rejects.toMatchObject({
      name: "ExecutionNotRedrivable",
    });
  });
});
