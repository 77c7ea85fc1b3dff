import { GetScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { asCaller, runs } from "@longhaul/db";
import {
  deleteSchedule,
  eventBridgeClock,
  fireSchedule,
  pauseSchedule,
  reconcile,
  type ScheduleRequest,
  saveSchedule,
  scheduleTag,
} from "@longhaul/runs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestAws, type TestAws, testFunction } from "../aws/local-aws.js";
import { openRunsWorld, type RunsWorld } from "./runs-world.js";

let world: RunsWorld;
let aws: TestAws;
let client: SchedulerClient;
let deps: RunsWorld["deps"];
const none = new Set<"SIMULATION">();
const time = "2026-11-20T09:00:00Z";

beforeAll(async () => {
  world = await openRunsWorld();
  aws = await startTestAws([testFunction("fired", { file: "listener.mjs" })]);
  client = new SchedulerClient(aws.client);
  const place = {
    group: "default",
    functionArn: aws.aws.lambda.arn("fired"),
    roleArn: "arn:aws:iam::000000000000:role/scheduler",
  };
  deps = {
    ...world.deps,
    stateMachines: { ...world.deps.stateMachines, story: world.stateMachineArn },
    clock: eventBridgeClock(client, place),
  };
});
afterAll(async () => {
  client.destroy();
  await aws[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const storyInput = {
  childName: "Ada",
  summary: "A red house under a big yellow sun.",
  elements: [],
  colours: [],
  mood: "cheerful",
};
const story = (over: Partial<ScheduleRequest> = {}): ScheduleRequest => ({
  id: null,
  name: "A story each morning",
  workflow: "story",
  input: storyInput,
  cron: "0 9 * * 1-5",
  timezone: "Europe/Berlin",
  capabilities: none,
  ...over,
});

const save = (over: Partial<ScheduleRequest> = {}) =>
  saveSchedule(deps, world.caller(world.ours), story(over));
const clockOf = (id: string) => client.send(new GetScheduleCommand({ Name: id }));
const rowOf = async (id: string) =>
  (await world.admin.sql`select *, version - carried as behind from longhaul.schedules where id = ${id}`)[0];
const runsOf = async (id: string) =>
  (
    await asCaller(world.api, world.ours.people.viewer, (tx) =>
      runs.list(tx, { organisationId: world.ours.organisationId, tag: scheduleTag(id), limit: 50 }),
    )
  ).runs;

test("what is saved, changed, paused and deleted is so in the clock, too", async () => {
  const { id } = await save();
  expect(await clockOf(id)).toMatchObject({
    ScheduleExpression: "cron(0 9 ? * MON,TUE,WED,THU,FRI *)",
    ScheduleExpressionTimezone: "Europe/Berlin",
    State: "ENABLED",
    Target: { Input: JSON.stringify({ schedule: id, time: "<aws.scheduler.scheduled-time>" }) },
  });
  await save({ id, cron: "*/5 * * * *" });
  await pauseSchedule(deps, world.caller(world.ours), { id, paused: true });
  expect(await clockOf(id)).toMatchObject({ ScheduleExpression: "cron(0/5 * * * ? *)", State: "DISABLED" });
  await deleteSchedule(deps, world.caller(world.ours), { id });
  await expect(clockOf(id)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  expect(await rowOf(id)).toBeUndefined();
});

test("a clock that was away has it by the reconciler", async () => {
  const away = {
    put: () => Promise.reject(new Error("away")),
    remove: () => Promise.reject(new Error("away")),
  };
  const { id } = await saveSchedule({ ...deps, clock: away }, world.caller(world.ours), story());
  expect(await rowOf(id)).toMatchObject({ behind: 1 });
  await reconcile(deps);
  expect(await rowOf(id)).toMatchObject({ behind: 0 });
  expect(await clockOf(id)).toMatchObject({ State: "ENABLED" });
  await deleteSchedule({ ...deps, clock: away }, world.caller(world.ours), { id });
  await reconcile(deps);
  expect(await rowOf(id)).toBeUndefined();
});

test("a firing starts one run, however often it is delivered, and at once", async () => {
  const { id } = await save();
  const fired = await Promise.all([1, 2, 3].map(() => fireSchedule(deps, { schedule: id, time }, none)));
  expect(new Set(fired.map(({ runId }) => runId)).size).toBe(1);
  await fireSchedule(deps, { schedule: id, time }, none);
  await fireSchedule(deps, { schedule: id, time: "2026-11-23T09:00:00Z" }, none);
  const started = await runsOf(id);
  expect(started).toHaveLength(2);
  expect(started[0]).toMatchObject({ workflow: "story", input: { childName: "Ada" } });
  const row = await rowOf(id);
  expect(row!["last_fired_at"]).toBe("2026-11-23T09:00:00.000Z");
  expect(row!["last_run_id"]).toBe(started[0]!.id);
});

test("one that is paused, or gone, starts nothing", async () => {
  const { id } = await save();
  await pauseSchedule(deps, world.caller(world.ours), { id, paused: true });
  expect(await fireSchedule(deps, { schedule: id, time }, none)).toEqual({ runId: null });
  await deleteSchedule(deps, world.caller(world.ours), { id });
  expect(await fireSchedule(deps, { schedule: id, time }, none)).toEqual({ runId: null });
});

test("whose person may start nothing any more is paused and says why, and goes on with the rights of another", async () => {
  const { id } = await save();
  const { userId } = world.ours.people.operator;
  await world.admin.sql`update longhaul.memberships set role = 'viewer' where user_id = ${userId}`;
  try {
    expect(await fireSchedule(deps, { schedule: id, time }, none)).toEqual({ runId: null });
  } finally {
    await world.admin.sql`update longhaul.memberships set role = 'operator' where user_id = ${userId}`;
  }
  expect(await rowOf(id)).toMatchObject({ paused: true, pause_reason: expect.stringContaining("role") });
  expect(await clockOf(id)).toMatchObject({ State: "DISABLED" });
  await pauseSchedule(deps, world.caller(world.ours, "admin"), { id, paused: false });
  expect(await rowOf(id)).toMatchObject({
    ...{ paused: false, pause_reason: null, runs_as: world.ours.people.admin.userId },
  });
  expect(await fireSchedule(deps, { schedule: id, time }, none)).toMatchObject({ runId: expect.any(String) });
});

test("whose workflow takes its input no more is paused and says why", async () => {
  const { id } = await save();
  await world.admin.sql`update longhaul.schedules set input = '{"childName": ""}' where id = ${id}`;
  expect(await fireSchedule(deps, { schedule: id, time }, none)).toEqual({ runId: null });
  expect(await rowOf(id)).toMatchObject({ paused: true });
});

test.each([
  ["a time that is none", { cron: "0 9 * *" }, "INPUT_INVALID"],
  ["a zone that is none", { timezone: "Mars/Olympus" }, "INPUT_INVALID"],
  ["an input that its workflow does not take", { input: {} }, "INPUT_INVALID"],
  ["a workflow that is not there", { workflow: "nothing" }, "WORKFLOW_NOT_FOUND"],
  ["another organisation's schedule", { id: "00000000-0000-4000-8000-000000000000" }, "SCHEDULE_NOT_FOUND"],
])("%s is refused", async (_, over, code) => {
  await expect(save(over)).rejects.toMatchObject({ code });
});

test("a file is uploaded for one run, and cannot be repeated", async () => {
  const input = { file: await world.upload(), name: "March" };
  await expect(save({ workflow: "data-import", input })).rejects.toMatchObject({
    code: "INPUT_INVALID",
    message: expect.stringContaining("file"),
  });
});

test("who only looks may not save one, and a stranger finds none", async () => {
  const { id } = await save();
  const viewer = world.caller(world.ours, "viewer");
  await expect(saveSchedule(deps, viewer, story())).rejects.toMatchObject({ code: "FORBIDDEN" });
  const stranger = world.caller(world.theirs);
  for (const refused of [
    () => saveSchedule(deps, stranger, story({ id })),
    () => pauseSchedule(deps, stranger, { id, paused: true }),
    () => deleteSchedule(deps, stranger, { id }),
  ]) {
    await expect(refused()).rejects.toMatchObject({ code: "SCHEDULE_NOT_FOUND" });
  }
});

test("whose workflow is gone is paused and says so, and fires again once that is back", async () => {
  const { id } = await save();
  const { story: _gone, ...others } = deps.stateMachines;
  expect(await fireSchedule({ ...deps, stateMachines: others }, { schedule: id, time }, none)).toEqual({
    runId: null,
  });
  expect(await rowOf(id)).toMatchObject({
    ...{ paused: true, pause_reason: expect.stringContaining("cannot be started here") },
  });
  expect(await clockOf(id)).toMatchObject({ State: "DISABLED" });
  expect(await runsOf(id)).toEqual([]);
  await pauseSchedule(deps, world.caller(world.ours), { id, paused: false });
  expect(await fireSchedule(deps, { schedule: id, time }, none)).toMatchObject({ runId: expect.any(String) });

  const renamed = await save();
  await world.admin.sql`update longhaul.schedules set workflow = 'no-such-workflow' where id = ${renamed.id}`;
  expect(await fireSchedule(deps, { schedule: renamed.id, time }, none)).toEqual({ runId: null });
  expect(await rowOf(renamed.id)).toMatchObject({ paused: true, pause_reason: "There is no such workflow." });
});

test("one of an organisation that is at its limit waits its turn, and is neither lost nor doubled", async () => {
  await world.admin.sql`delete from longhaul.runs`;
  await world.setLimits(1, 1);
  const release = world.steps.hold("ProcessData");
  try {
    const { id } = await save();
    const first = await fireSchedule(deps, { schedule: id, time: "2026-11-24T09:00:00Z" }, none);
    const second = await fireSchedule(deps, { schedule: id, time: "2026-11-25T09:00:00Z" }, none);
    await fireSchedule(deps, { schedule: id, time: "2026-11-25T09:00:00Z" }, none);
    expect((await world.run(first.runId!)).status).not.toBe("queued");
    expect(await world.run(second.runId!)).toMatchObject({
      ...{ status: "queued", reason: expect.stringMatching(/limit|at a time|1 run/i) },
    });
    expect(await rowOf(id)).toMatchObject({ paused: false });
    expect(await runsOf(id)).toHaveLength(2);
    await world.admin.sql`select longhaul.close_run(${first.runId}, 1, '{"status": "cancelled"}')`;
    await reconcile(deps);
    expect((await world.run(second.runId!)).status).not.toBe("queued");
    expect(await runsOf(id)).toHaveLength(2);
  } finally {
    release();
    await world.setLimits(100, 100);
  }
});
