import { asCaller, asDispatcher, dispatch, runs } from "@longhaul/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventsOf, leaseOf, openWorld, startRun, type World } from "../support/database.js";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

test("forty writers at once leave the numbers 1 to n, each once, in step with the run's last number", async () => {
  const runId = await startRun(world.api, world.ours);
  const append = (n: number) =>
    world.dispatcher.sql`select longhaul.append_events(${runId}, ${world.dispatcher.sql.json(
      Array.from({ length: n }, (_, i) => ({ type: "run.repaired", data: { repair: `${n}.${i}` } })),
    )})`;
  await Promise.all(Array.from({ length: 40 }, (_, i) => append(1 + (i % 7))));
  const events = await eventsOf(world, runId);
  expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
  const expected = 1 + Array.from({ length: 40 }, (_, i) => 1 + (i % 7)).reduce((a, b) => a + b);
  expect(events).toHaveLength(expected);
  const [row] = await world.admin.sql`select last_seq from longhaul.runs where id = ${runId}`;
  expect(row?.last_seq).toBe(expected);
});

test("a writer that rolls back leaves no hole", async () => {
  const runId = await startRun(world.api, world.ours);
  const failing = world.dispatcher.sql.begin(async (tx) => {
    await tx`select longhaul.append_events(${runId}, '[{"type":"run.repaired","data":{"repair":"undone"}}]')`;
    throw new Error("rolled back");
  });
  await expect(failing).rejects.toThrow("rolled back");
  await asDispatcher(world.api, (tx) => dispatch.repaired(tx, { runId, repair: "done" }));
  expect((await eventsOf(world, runId)).map((event) => [event.seq, event.data])).toEqual([
    [1, { reason: null }],
    [2, { repair: "done" }],
  ]);
});

test("the doorbell rings once per transaction, whatever it changed, and names each run's last number", async () => {
  const [first, second] = [await startRun(world.api, world.ours), await startRun(world.api, world.ours)];
  await world.admin.sql`delete from realtime.messages`;
  await world.dispatcher.sql.begin(async (tx) => {
    for (const run of [first, second, first]) {
      await tx`select longhaul.append_events(${run}, '[{"type":"run.repaired","data":{"repair":"x"}}]')`;
    }
  });
  const messages = await world.admin.sql`select topic, event, private, payload from realtime.messages`;
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatchObject({ topic: "longhaul:runs", event: "runs", private: true });
  const rung = messages[0]?.payload.runs as { run: string; org: string; seq: number }[];
  expect([...rung].sort((a, b) => b.seq - a.seq)).toEqual([
    { org: world.ours.organisationId, run: first, seq: 3 },
    { org: world.ours.organisationId, run: second, seq: 2 },
  ]);
});

test("the log of an ended run is closed", async () => {
  const runId = await startRun(world.api, world.ours);
  const outcome = { status: "failed", error: { code: "NO", message: "It did not work." } } as const;
  const close = () => asDispatcher(world.api, (tx) => dispatch.close(tx, { runId, attempt: 1, outcome }));
  expect(await close()).toEqual({ closed: true });
  expect(await close()).toEqual({ closed: false });
  await expect(
    world.dispatcher.sql`select longhaul.append_events(${runId}, '[{"type":"run.repaired"}]')`,
  ).rejects.toMatchObject({ code: "LH000", detail: "RUN_ENDED" });
  expect((await eventsOf(world, runId)).map((event) => event.type)).toEqual(["run.queued", "run.failed"]);
});

test("progress comes from the weights of the stages and what their steps say", async () => {
  const runId = await startRun(world.api, world.ours);
  const answer = await world.store.lease(leaseOf(runId));
  if (answer.kind !== "acquired") throw new Error(`lease: ${answer.kind}`);
  const lease = { key: leaseOf(runId), fence: answer.fence };
  const at = new Date().toISOString();
  await world.store.append({
    ...lease,
    events: [
      { type: "progress", at, fraction: 0.25, message: "a quarter" },
      { type: "progress", at, fraction: 0.5, message: "half" },
    ],
  });
  const read = () =>
    asCaller(world.api, world.ours.people.viewer, (tx) =>
      runs.get(tx, { organisationId: world.ours.organisationId, runId }),
    );
  expect(await read()).toMatchObject({
    status: "running",
    progress: 0.375,
    stages: [
      { key: "read", fraction: 0.5, status: "running", message: "half" },
      { key: "tell", fraction: 0, status: "pending", message: null },
    ],
  });
  await world.store.succeed({ ...lease, output: { rows: 3 }, events: [] });
  expect(await read()).toMatchObject({ progress: 0.75, stages: [{ status: "done" }, { status: "pending" }] });
  await asDispatcher(world.api, (tx) =>
    dispatch.close(tx, { runId, attempt: 1, outcome: { status: "succeeded", output: null } }),
  );
  expect(await read()).toMatchObject({ status: "succeeded", output: null, progress: 1 });
});

test("a run that goes takes along all that it has", async () => {
  const runId = await startRun(world.api, world.ours, { tags: ["nightly", "orders"] });
  const lease = await world.store.lease(leaseOf(runId));
  if (lease.kind !== "acquired") throw new Error(lease.kind);
  expect(
    await world.admin.sql`select tag from longhaul.run_tags where run_id = ${runId} order by tag`,
  ).toMatchObject([{ tag: "nightly" }, { tag: "orders" }]);
  await world.admin.sql`delete from longhaul.runs where id = ${runId}`;
  for (const table of ["run_events", "run_steps", "run_attempts", "run_search", "run_tags"]) {
    const left = await world.admin
      .sql`select from ${world.admin.sql(`longhaul.${table}`)} where run_id = ${runId}`;
    expect(left, table).toHaveLength(0);
  }
  expect(await world.store.succeed({ key: leaseOf(runId), fence: 1, output: {}, events: [] })).toEqual({
    held: false,
  });
});

test("an event of a step says of which", async () => {
  const runId = await startRun(world.api, world.ours);
  await expect(
    world.dispatcher.sql`select longhaul.append_events(${runId}, '[{"type":"step.log"}]')`,
  ).rejects.toMatchObject({ code: "23514", constraint_name: "run_events_fit" });
});
