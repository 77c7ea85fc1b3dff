import { randomUUID } from "node:crypto";
import { approvals, asCaller, asDispatcher, connect, dispatch, lives, runs, stepStore } from "@longhaul/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventsOf, leaseOf, newRun, openWorld, startRun, type World } from "../support/database.js";
import { waitForLocks } from "../support/locks.js";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const gapless = async (runId: string) => {
  const events = await eventsOf(world, runId);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, n) => n + 1));
  return events;
};

/** The function itself: what one transaction does. */
const leaseSteps = async (requests: readonly object[]) =>
  (
    await world.worker.sql<
      { answer: { kind: string; reason?: string; fence?: number; retryAfterMs?: number }[] }[]
    >`
    select longhaul.lease_steps(${JSON.stringify(requests)}::text::jsonb) as answer`
  )[0]!.answer;
const checkpointSteps = async (writes: readonly object[]) =>
  (
    await world.worker.sql<{ answer: (string | null)[] }[]>`
    select longhaul.checkpoint_steps(${JSON.stringify(writes)}::text::jsonb) as answer`
  )[0]!.answer;

const request = (run: string, step: string, over: object = {}) => ({
  ...{
    run,
    attempt: 1,
    step,
    itemPath: "",
    visit: 0,
    stage: "read",
    input: null,
    owner: "w",
    leaseSeconds: 10,
  },
  ...over,
});
const write = (run: string, step: string, fence: number, events: object[] = []) => ({
  ...{ run, step, itemPath: "", visit: 0, fence, output: { of: step }, events },
});

test("several of one run are numbered in their order, and one run does not wait for another's", async () => {
  const [a, b] = [await startRun(world.api, world.ours), await startRun(world.api, world.ours)];
  const answers = await leaseSteps([request(b, "Z"), request(a, "One"), request(b, "A"), request(a, "Two")]);
  expect(answers.map(({ kind }) => kind)).toEqual(["acquired", "acquired", "acquired", "acquired"]);
  expect((await gapless(b)).map(({ type, step }) => [type, step])).toEqual([
    ["run.queued", null],
    ["run.started", null],
    ["step.started", "Z"],
    ["step.started", "A"],
  ]);
  const log = { type: "step.log", data: { level: "info", message: "Read." } };
  const stored = await checkpointSteps([
    write(a, "Two", 1, [log, log]),
    write(b, "A", 1),
    write(a, "One", 1),
  ]);
  expect(stored.every((at) => at !== null)).toBe(true);
  expect((await gapless(a)).slice(3).map(({ type, step }) => [type, step])).toEqual([
    ["step.started", "Two"],
    ["step.log", "Two"],
    ["step.log", "Two"],
    ["step.succeeded", "Two"],
    ["step.succeeded", "One"],
  ]);
});

test("the same step twice has one holder, and the same checkpoint twice one time", async () => {
  const run = await startRun(world.api, world.ours);
  const [first, second] = await leaseSteps([request(run, "One"), request(run, "One", { owner: "other" })]);
  expect(first).toMatchObject({ kind: "acquired", fence: 1 });
  expect(second).toMatchObject({ kind: "busy", retryAfterMs: 10_000 });
  const [stored, again] = await checkpointSteps([write(run, "One", 1), write(run, "One", 1)]);
  expect(stored).toMatch(/Z$/);
  expect(again).toBeNull();
  const types = (await gapless(run)).map(({ type }) => type);
  expect(types).toEqual(["run.queued", "run.started", "step.started", "step.succeeded"]);
});

test("who is stale, over, unknown, busy or done is told so, and the others go on", async () => {
  const start = () => startRun(world.api, world.ours);
  const [good, ended, cancelled, busy, done] = [
    await start(),
    await start(),
    await start(),
    await start(),
    await start(),
  ];
  const outcome = { status: "failed", error: { code: "NO", message: "No." } } as const;
  await asDispatcher(world.api, (tx) => dispatch.close(tx, { runId: ended, attempt: 1, outcome }));
  await leaseSteps([request(cancelled, "Other"), request(busy, "One"), request(done, "One")]);
  await checkpointSteps([write(done, "One", 1)]);
  const { organisationId, people } = world.ours;
  await asCaller(world.api, people.operator, (tx) =>
    lives.requestCancel(tx, { organisationId, runId: cancelled }),
  );

  const answers = await leaseSteps([
    request(ended, "One"),
    request(cancelled, "One"),
    request(randomUUID(), "One"),
    request(good, "One", { attempt: 2 }),
    request(busy, "One", { owner: "other" }),
    request(done, "One"),
    request(good, "One"),
  ]);
  expect(answers).toMatchObject([
    { kind: "ended", reason: "ended" },
    { kind: "ended", reason: "cancelled" },
    { kind: "ended", reason: "ended" },
    { kind: "ended", reason: "stale_attempt" },
    { kind: "busy" },
    { kind: "done", output: { of: "One" } },
    { kind: "acquired", fence: 1 },
  ]);
  const stored = await checkpointSteps([
    write(ended, "One", 1),
    write(busy, "One", 7),
    write(randomUUID(), "One", 1),
    write(good, "One", 1),
  ]);
  expect(stored).toEqual([null, null, null, expect.stringMatching(/Z$/)]);
  await gapless(good);
});

test("batches with the same runs in opposite orders never wait for each other in a circle", async () => {
  const ids = await Promise.all(Array.from({ length: 12 }, () => startRun(world.api, world.ours)));
  for (let round = 0; round < 15; round += 1) {
    const [up, down] = await Promise.all([
      leaseSteps(ids.map((run) => request(run, `Up${round}`))),
      leaseSteps([...ids].reverse().map((run) => request(run, `Down${round}`))),
    ]);
    expect([...up, ...down].every(({ kind }) => kind === "acquired")).toBe(true);
    const shuffled = [...ids].sort(() => Math.random() - 0.5);
    await Promise.all([
      checkpointSteps(shuffled.map((run) => write(run, `Up${round}`, 1))),
      checkpointSteps(ids.map((run) => write(run, `Down${round}`, 1))),
    ]);
  }
  for (const run of ids) expect(await gapless(run)).toHaveLength(2 + 15 * 4);
});

test("numbers have no gap, whatever writes to the same runs at the same moment", async () => {
  const ids = await Promise.all(Array.from({ length: 4 }, () => startRun(world.api, world.ours)));
  // Two processes with a connection each, and the dispatcher beside them.
  const others = [0, 1].map(() => connect(world.database.url("longhaul_worker"), { max: 1, prepare: false }));
  const stores = others.map(stepStore);
  await Promise.all([
    ...Array.from({ length: 160 }, async (_, n) => {
      const store = stores[n % 2]!;
      const step = { ...leaseOf(ids[n % 4]!), itemPath: String(n) };
      const answer = await store.lease(step);
      if (answer.kind !== "acquired") throw new Error(answer.kind);
      const said = { type: "progress", at: new Date().toISOString(), fraction: 0.5, message: null } as const;
      const held = { key: step, fence: answer.fence };
      if (n % 5 === 0) await store.append({ ...held, events: [said] });
      const stored = await store.succeed({ ...held, output: { n }, events: n % 3 === 0 ? [said] : [] });
      expect(stored.held).toBe(true);
    }),
    ...ids.map(async (runId) => {
      for (let n = 0; n < 10; n += 1)
        await asDispatcher(world.dispatcher, (tx) => dispatch.repaired(tx, { runId, repair: `${n}` }));
    }),
  ]);
  for (const run of ids) {
    const events = await gapless(run);
    expect(events.filter(({ type }) => type === "step.succeeded")).toHaveLength(40);
  }
  await Promise.all(others.map((db) => db.close()));
});

test("an input that Postgres refuses fails its own start only", async () => {
  const { organisationId, people } = world.ours;
  const { artifactIds: _, ...run } = newRun(organisationId);
  const start = (over: object, who = people.operator) => runs.startAlone(world.api, who, { ...run, ...over });
  const key = randomUUID();
  const [good, nameless, stranger, viewer, first, same, other] = await Promise.allSettled([
    start({}),
    start({ name: "" }),
    start({}, world.theirs.people.operator),
    start({}, people.viewer),
    start({ idempotencyKey: key }),
    start({ idempotencyKey: key }),
    start({ idempotencyKey: key, input: { other: true } }),
  ]);
  expect(good).toMatchObject({ value: { created: true } });
  expect(nameless).toMatchObject({ reason: { constraint_name: "runs_name_length" } });
  expect(stranger).toMatchObject({ reason: { code: "ORGANISATION_NOT_FOUND" } });
  expect(viewer).toMatchObject({ reason: { code: "FORBIDDEN" } });
  const all = [first, same, other].map((settled) =>
    settled.status === "fulfilled" ? settled.value : settled.reason,
  );
  // Each was tried by itself in the end: whichever came first has made the run.
  const made = all.filter((one) => one.created === true);
  expect(made).toHaveLength(1);
  expect(all.filter((one) => one.code === "IDEMPOTENCY_CONFLICT").length).toBeGreaterThanOrEqual(1);
});

test("what cannot be written as JSON fails its own call only", async () => {
  const [odd, plain] = [await startRun(world.api, world.ours), await startRun(world.api, world.ours)];
  const circle: object[] = [];
  circle.push(circle);
  const answers = await Promise.allSettled([
    world.store.lease({ ...leaseOf(odd), input: circle as [] }),
    world.store.lease(leaseOf(plain)),
  ]);
  expect(answers).toMatchObject([{ reason: expect.any(TypeError) }, { value: { kind: "acquired" } }]);
});

test("what is nested deeper than Postgres reads fails its own call only", async () => {
  const [deep, flat] = [await startRun(world.api, world.ours), await startRun(world.api, world.ours)];
  const input = JSON.parse("[".repeat(20_000) + "]".repeat(20_000)) as [];
  const answers = await Promise.allSettled([
    world.store.lease({ ...leaseOf(deep), input }),
    world.store.lease(leaseOf(flat)),
  ]);
  // Up to Node 24 it cannot be written as JSON either.
  const message = expect.stringMatching(/^Maximum call stack size exceeded$|^stack depth limit exceeded$/);
  expect(answers).toMatchObject([{ reason: { message } }, { value: { kind: "acquired" } }]);
});

test("in one batch the same key starts one run, and gives it to the others", async () => {
  const { organisationId, people } = world.ours;
  const { artifactIds: _, ...run } = newRun(organisationId, { idempotencyKey: randomUUID() });
  const answers = await Promise.all([1, 2, 3].map(() => runs.startAlone(world.api, people.operator, run)));
  expect(answers.map(({ created }) => created)).toEqual([true, false, false]);
  expect(new Set(answers.map(({ runId }) => runId)).size).toBe(1);
  await gapless(answers[0]!.runId);
});

test("batches of starts with the same keys in opposite orders start each run once", async () => {
  const { organisationId, people } = world.ours;
  const keys = Array.from({ length: 10 }, () => randomUUID());
  const batch = async (order: readonly string[]) => {
    const db = connect(world.database.url("longhaul_api"), { max: 1 });
    const started = await Promise.all(
      order.map((idempotencyKey) =>
        runs.startAlone(db, people.operator, newRun(organisationId, { idempotencyKey })),
      ),
    );
    await db.close();
    return started;
  };
  const started = (await Promise.all([batch(keys), batch([...keys].reverse()), batch(keys)])).flat();
  expect(new Set(started.map(({ runId }) => runId)).size).toBe(10);
  expect(started.filter(({ created }) => created)).toHaveLength(10);
});

test("ends are told apart: ended now, ended before, and nobody's", async () => {
  const arn = (name: string) =>
    `arn:aws:states:us-east-1:000000000000:execution:longhaul-data-import:${name}`;
  const [a, b, c] = [1, 2, 3].map(() => startRun(world.api, world.ours));
  const ids = [await a!, await b!, await c!];
  await asDispatcher(world.api, (tx) => dispatch.next(tx, { limit: 100, holdSeconds: 30 }));
  await asDispatcher(world.dispatcher, (tx) =>
    dispatch.allSent(tx, [
      { runId: ids[1]!, attempt: 1, executionArn: arn("another"), stateMachineArn: "arn" },
    ]),
  );
  const end = (runId: string, over: object = {}) =>
    dispatch.closeByExecution(world.api, {
      ...{ name: `${runId}-1`, arn: arn(`${runId}-1`), workflow: "data-import" },
      ...{ outcome: { status: "succeeded" as const, output: { of: runId } }, ...over },
    });
  const answers = await Promise.all([
    end(ids[0]!),
    end(ids[0]!),
    // Sent as another execution, of another workflow, no run's.
    end(ids[1]!),
    end(ids[2]!, { workflow: "storybook" }),
    end(randomUUID()),
    end(ids[2]!, { outcome: { status: "failed", error: { code: "NO", message: "No." } } }),
  ]);
  expect(answers).toEqual(["closed", "open", "unknown", "unknown", "unknown", "closed"]);
  expect((await gapless(ids[0]!)).map(({ type }) => type)).toEqual([
    "run.queued",
    "run.started",
    "run.succeeded",
  ]);
  expect((await gapless(ids[2]!)).map(({ type }) => type)).toEqual(["run.queued", "run.failed"]);
  expect(await end(ids[0]!)).toBe("open");
});

test("the end of an earlier attempt, told late, does not hide that of the present one", async () => {
  const run = await startRun(world.api, world.ours);
  const { organisationId, people } = world.ours;
  const error = { code: "NO", message: "No." };
  const end = (attempt: number) => {
    const name = `${run}-${attempt}`;
    const arn = `arn:aws:states:us-east-1:000000000000:execution:longhaul-data-import:${name}`;
    const outcome = { status: "failed", error } as const;
    return dispatch.closeByExecution(world.api, { name, arn, workflow: "data-import", outcome });
  };
  expect(await end(1)).toBe("closed");
  await asCaller(world.api, people.operator, (tx) => lives.retry(tx, { organisationId, runId: run }));
  expect(await Promise.all([end(1), end(2), end(2)])).toEqual(["open", "closed", "open"]);
  expect((await gapless(run)).at(-1)).toMatchObject({ type: "run.failed", attempt: 2 });
});

test("runs that are noted as published and as sent at once, in opposite orders, never wait in a circle", async () => {
  const { sql } = world.admin;
  const ids = (await Promise.all(Array.from({ length: 12 }, () => startRun(world.api, world.ours)))).sort();
  const runsOf = (order: readonly string[]) => order.map((runId) => ({ runId, attempt: 1 }));
  const sent = (runId: string) => ({
    runId,
    attempt: 1,
    executionArn: `arn:${runId}`,
    stateMachineArn: "arn",
  });
  // They lie in the table as they are published.
  for (const id of [...ids].reverse())
    await sql`update longhaul.run_attempts set tries = 0 where run_id = ${id}`;
  // Somebody holds one in the middle until both wait for it.
  const both = await sql.begin(async (tx) => {
    await tx`select from longhaul.run_attempts where run_id = ${ids[6]!} for update`;
    const notes = Promise.allSettled([
      asDispatcher(world.api, (other) =>
        dispatch.published(other, { runs: runsOf([...ids].reverse()), againSeconds: 900 }),
      ),
      asDispatcher(world.dispatcher, (other) => dispatch.allSent(other, ids.map(sent))),
    ]);
    await waitForLocks(world.admin, 2);
    return { notes };
  });
  expect((await both.notes).map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
});

test("callers of a connection that is closed are told so, and do not wait", async () => {
  const db = connect(world.database.url("longhaul_worker"), { max: 1, prepare: false });
  const store = stepStore(db);
  const run = await startRun(world.api, world.ours);
  await store.lease(leaseOf(run));
  await db.close();
  const calls = await Promise.allSettled([1, 2, 3].map((n) => store.lease({ ...leaseOf(run), visit: n })));
  expect(calls.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
});

test("whoever notes late that a decision was told waits for no one who waits for them", async () => {
  const { organisationId, people } = world.ours;
  const run = await startRun(world.api, world.ours);
  const asked = await asDispatcher(world.dispatcher, (tx) =>
    approvals.request(tx, {
      ...{
        runId: run,
        attempt: 1,
        state: "Approve",
        itemPath: "",
        visit: 0,
        stage: "read",
        title: "May it?",
      },
      ...{ role: "operator", form: {}, details: null, deadline: null, token: "first" },
    }),
  );
  const approvalId = asked.kind === "open" ? asked.approvalId : "";
  await asCaller(world.api, people.operator, (tx) =>
    approvals.decide(tx, { organisationId, approvalId, decision: { approved: true } }),
  );
  // A writer that has the run comes to the approval when the note is under way.
  const noted = await world.admin.sql.begin(async (tx) => {
    await tx`select from longhaul.runs where id = ${run} for update`;
    const note = asDispatcher(world.dispatcher, (other) =>
      approvals.delivered(other, { approvalId, token: "first", repair: "Told it." }),
    );
    await waitForLocks(world.admin);
    await tx`select from longhaul.approvals where id = ${approvalId} for update`;
    return { note };
  });
  await noted.note;
  expect((await gapless(run)).at(-1)).toMatchObject({ type: "run.repaired" });
});

test("leases and checkpoints go together, of one run and of several, each as if it were alone", async () => {
  const [a, b] = [await startRun(world.api, world.ours), await startRun(world.api, world.ours)];
  await leaseSteps([request(a, "One"), request(b, "One")]);
  const answers = (await leaseSteps([
    write(b, "One", 1),
    request(a, "Two"),
    write(a, "One", 1),
    request(a, "One"),
    write(b, "One", 2),
    request(b, "Two"),
  ])) as unknown[];
  expect(answers).toMatchObject([
    expect.stringMatching(/Z$/),
    { kind: "acquired", fence: 1 },
    expect.stringMatching(/Z$/),
    // What is stored in this transaction is done for whoever asks again in a moment.
    { kind: "busy", retryAfterMs: expect.any(Number) },
    null,
    { kind: "acquired", fence: 1 },
  ]);
  expect((await leaseSteps([request(a, "One")]))[0]).toMatchObject({ kind: "done", output: { of: "One" } });
  expect((await gapless(a)).map(({ type }) => type).slice(2)).toEqual([
    "step.started",
    "step.started",
    "step.succeeded",
  ]);
  expect((await gapless(b)).map(({ type }) => type).slice(2)).toEqual([
    "step.started",
    "step.succeeded",
    "step.started",
  ]);
});
