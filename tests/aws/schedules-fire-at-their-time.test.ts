import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  ListTagsForResourceCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startTestAws, type TestAws, testFunction } from "./local-aws.js";

let local: TestAws;
let client: SchedulerClient;
beforeAll(async () => {
  local = await startTestAws([testFunction("listener", { file: "listener.mjs" })]);
  local.aws.scheduler.startClock();
  client = new SchedulerClient(local.client);
});
afterAll(async () => {
  client.destroy();
  await local[Symbol.asyncDispose]();
});

const daily = (name: string, over: Partial<CreateScheduleCommandInput> = {}): CreateScheduleCommandInput => ({
  Name: name,
  ScheduleExpression: "cron(0 9 * * ? *)",
  ScheduleExpressionTimezone: "Europe/Berlin",
  FlexibleTimeWindow: { Mode: "OFF" },
  Target: {
    Arn: "arn:aws:lambda:us-east-1:000000000000:function:listener",
    RoleArn: "arn:aws:iam::000000000000:role/scheduler",
  },
  ...over,
});

/** `at(...)` for the next whole second but one. */
function soon(): string {
  return `at(${new Date(Date.now() + 2000).toISOString().slice(0, 19)})`;
}

it("keeps what is created, replaces it by an update, and forgets it", async () => {
  const { ScheduleArn } = await client.send(
    new CreateScheduleCommand(daily("report", { Description: "Mornings" })),
  );
  expect(ScheduleArn).toBe("arn:aws:scheduler:us-east-1:000000000000:schedule/default/report");
  const created = await client.send(new GetScheduleCommand({ Name: "report" }));
  expect(created).toMatchObject({
    ...daily("report"),
    Arn: ScheduleArn,
    State: "ENABLED",
    Description: "Mornings",
    CreationDate: expect.any(Date),
    Target: { RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 } },
  });
  await expect(client.send(new CreateScheduleCommand(daily("report")))).rejects.toMatchObject({
    name: "ConflictException",
  });
  await client.send(new UpdateScheduleCommand(daily("report", { State: "DISABLED" })));
  const updated = await client.send(new GetScheduleCommand({ Name: "report" }));
  expect(updated).toMatchObject({ State: "DISABLED", CreationDate: created.CreationDate });
  expect(updated.Description).toBeUndefined();
  await client.send(new DeleteScheduleCommand({ Name: "report" }));
  for (const command of [
    new GetScheduleCommand({ Name: "report" }),
    new DeleteScheduleCommand({ Name: "report" }),
    new UpdateScheduleCommand(daily("report")),
  ]) {
    await expect(client.send(command as GetScheduleCommand)).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  }
});

it("lists schedules by group, name and state, page by page, and deletes them with their group", async () => {
  await client.send(new CreateScheduleGroupCommand({ Name: "nightly" }));
  for (const name of ["a1", "a2", "b1"])
    await client.send(new CreateScheduleCommand(daily(name, { GroupName: "nightly" })));
  const names = async (input: object) =>
    (await client.send(new ListSchedulesCommand(input))).Schedules?.map(({ Name }) => Name);
  expect(await names({ GroupName: "nightly", NamePrefix: "a" })).toEqual(["a1", "a2"]);
  expect(await names({ GroupName: "nightly", State: "DISABLED" })).toEqual([]);
  const first = await client.send(new ListSchedulesCommand({ GroupName: "nightly", MaxResults: 2 }));
  expect(await names({ GroupName: "nightly", NextToken: first.NextToken })).toEqual(["b1"]);
  const groups = await client.send(new ListScheduleGroupsCommand({}));
  expect(groups.ScheduleGroups?.map(({ Name }) => Name)).toEqual(["default", "nightly"]);
  await client.send(new DeleteScheduleGroupCommand({ Name: "nightly" }));
  expect(await names({ GroupName: "nightly" })).toEqual([]);
});

it.each([
  ["an expression that is none", { ScheduleExpression: "0 9 * * *" }, "ValidationException"],
  ["a zone that is none", { ScheduleExpressionTimezone: "Mars/Olympus" }, "ValidationException"],
  ["a group that is not there", { GroupName: "nobody" }, "ResourceNotFoundException"],
  [
    "a target that is no function",
    { Target: { Arn: "arn:aws:sqs:us-east-1:000000000000:q", RoleArn: "arn:aws:iam::000000000000:role/r" } },
    "ValidationException",
  ],
] as const)("refuses %s", async (_, over, name) => {
  await expect(client.send(new CreateScheduleCommand(daily("refused", over)))).rejects.toMatchObject({
    name,
  });
});

it("names an operation that it does not have", async () => {
  const ResourceArn = "arn:aws:scheduler:us-east-1:000000000000:schedule-group/default";
  await expect(client.send(new ListTagsForResourceCommand({ ResourceArn }))).rejects.toMatchObject({
    name: "UnknownOperationException",
    message: expect.stringContaining("EventBridge Scheduler"),
  });
});

it("calls the function with what the keywords stand for, once, and deletes what is complete", async () => {
  const Input = JSON.stringify({
    time: "<aws.scheduler.scheduled-time>",
    try: "<aws.scheduler.attempt-number>",
  });
  const expression = soon();
  await client.send(
    new CreateScheduleCommand({
      ...daily("once"),
      ScheduleExpression: expression,
      ScheduleExpressionTimezone: "UTC",
      ActionAfterCompletion: "DELETE",
      Target: { ...daily("once").Target, Input } as CreateScheduleCommandInput["Target"],
    }),
  );
  await vi.waitFor(
    () =>
      expect(client.send(new GetScheduleCommand({ Name: "once" }))).rejects.toMatchObject({
        name: "ResourceNotFoundException",
      }),
    { timeout: 20_000 },
  );
  const events = await vi.waitFor(
    async () => {
      const heard = await readFile(join(local.dataDir, "logs", "lambda", "listener.log"), "utf8");
      return heard
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).event);
    },
    { timeout: 20_000 },
  );
  expect(events).toEqual([{ time: `${expression.slice(3, -1)}Z`, try: "1" }]);
});
