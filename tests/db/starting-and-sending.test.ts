import { randomUUID } from "node:crypto";
import { artifacts, asCaller, asDispatcher, dispatch, lives, runs } from "@longhaul/db";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { newRun, openWorld, startRun, type World } from "../support/database.js";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(async () => {
  await world.admin.sql`delete from longhaul.runs`;
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const start = (over: Parameters<typeof newRun>[1]) =>
  asCaller(world.api, world.ours.people.operator, (tx) =>
    runs.start(tx, newRun(world.ours.organisationId, over)),
  );
const next = (limit = 10) => asDispatcher(world.api, (tx) => dispatch.next(tx, { limit, holdSeconds: 30 }));
const cancel = (runId: string) =>
  asCaller(world.api, world.ours.people.operator, (tx) =>
    lives.requestCancel(tx, { organisationId: world.ours.organisationId, runId }),
  );
const statusOf = async (runId: string) => {
  const run = await asCaller(world.api, world.ours.people.viewer, (tx) =>
    runs.get(tx, { organisationId: world.ours.organisationId, runId }),
  );
  return run?.status;
};

test("the same key and input start one run, also when twenty ask at once", async () => {
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 20 }, () => start({ idempotencyKey: key })));
  expect(new Set(answers.map((answer) => answer.runId)).size).toBe(1);
  expect(answers.filter((answer) => answer.created)).toHaveLength(1);
  await expect(start({ idempotencyKey: key, input: { other: true } })).rejects.toMatchObject({
    code: "IDEMPOTENCY_CONFLICT",
  });
});

test("an input over 200 kB is refused and leaves nothing behind", async () => {
  await expect(start({ input: { text: "x".repeat(200_001) } })).rejects.toMatchObject({
    code: "INPUT_TOO_LARGE",
  });
  const [count] = await world.admin.sql`select count(*) as n from longhaul.runs`;
  expect(count?.n).toBe(0);
});

test("a run starts with files that are there and the organisation's, and with no others", async () => {
  const { organisationId, people } = world.ours;
  const upload = await asCaller(world.api, people.operator, (tx) =>
    artifacts.createUpload(tx, {
      organisationId,
      name: "März/2026 ".replace("/", " "),
      contentType: "text/csv",
    }),
  );
  expect(upload.path).toMatch(new RegExp(`^${organisationId}/${upload.id}/[A-Za-z0-9._-]+$`));
  await expect(start({ artifactIds: [upload.id] })).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });

  await world.admin.sql`insert into storage.objects (bucket_id, name, metadata)
    values ('artifacts', ${upload.path}, ${world.admin.sql.json({ size: 1234 })})`;
  expect(await start({ artifactIds: [upload.id] })).toMatchObject({ created: true });
  const ready = await asCaller(world.api, people.viewer, (tx) =>
    artifacts.get(tx, { organisationId, artifactId: upload.id }),
  );
  expect(ready).toMatchObject({ status: "ready", size: 1234 });

  const stolen = asCaller(world.api, world.theirs.people.operator, (tx) =>
    runs.start(tx, newRun(world.theirs.organisationId, { artifactIds: [upload.id] })),
  );
  await expect(stolen).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
});

test("a file name that is a path is refused", async () => {
  const upload = asCaller(world.api, world.ours.people.operator, (tx) =>
    artifacts.createUpload(tx, {
      organisationId: world.ours.organisationId,
      name: "../x",
      contentType: "text/csv",
    }),
  );
  await expect(upload).rejects.toMatchObject({ constraint_name: "artifacts_name_length" });
});

test("the most urgent goes first, and no two dispatchers take the same run", async () => {
  for (const priority of ["low", "normal", "urgent", "high"] as const)
    await startRun(world.api, world.ours, { priority, name: priority });
  const taken = (await Promise.all([next(2), next(2), next(2)])).flat();
  expect(taken).toHaveLength(4);
  expect(new Set(taken.map((run) => run.runId)).size).toBe(4);
  expect(await next()).toEqual([]);

  const names = await world.admin.sql<{ id: string; name: string }[]>`select id, name from longhaul.runs`;
  await world.admin.sql`delete from longhaul.runs`;
  for (const { name } of names) await startRun(world.api, world.ours, { priority: name as "low", name });
  const order: string[] = [];
  for (let i = 0; i < 4; i++) order.push((await next(1))[0]!.priority);
  expect(order).toEqual(["urgent", "high", "normal", "low"]);
});

test("what is sent is the same text each time it is taken", async () => {
  const runId = await startRun(world.api, world.ours, { input: { b: 1, a: "ü" }, correlationId: "corr-1" });
  const [first] = await next();
  await asDispatcher(world.api, (tx) =>
    dispatch.postponed(tx, { runId, attempt: 1, reason: "AWS is throttling.", retrySeconds: 0 }),
  );
  const [second] = await next();
  expect(second?.executionInput).toBe(first?.executionInput);
  expect(second).toMatchObject({ executionName: `${runId}-1`, tries: 2, correlationId: "corr-1" });
  expect(JSON.parse(second!.executionInput)).toEqual({
    run: runId,
    attempt: 1,
    correlationId: "corr-1",
    startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    input: { b: 1, a: "ü" },
  });
});

test("a postponed run stays queued and says why, once", async () => {
  const runId = await startRun(world.api, world.ours);
  for (let i = 0; i < 3; i++) {
    await asDispatcher(world.api, (tx) =>
      dispatch.postponed(tx, { runId, attempt: 1, reason: "AWS is throttling.", retrySeconds: 60 }),
    );
  }
  const run = await asCaller(world.api, world.ours.people.viewer, (tx) =>
    runs.get(tx, { organisationId: world.ours.organisationId, runId }),
  );
  expect(run).toMatchObject({ status: "queued", reason: "AWS is throttling.", lastSeq: 2 });
  expect(await next()).toEqual([]);
});

test("a run that nobody has begun to send is cancelled at once; one being sent is stopped after", async () => {
  const unsent = await startRun(world.api, world.ours);
  expect(await cancel(unsent)).toMatchObject({ cancelled: true, beingSent: false, executionArn: null });
  expect(await statusOf(unsent)).toBe("cancelled");
  await expect(cancel(unsent)).rejects.toMatchObject({ code: "RUN_ENDED" });

  const sending = await startRun(world.api, world.ours);
  await next();
  expect(await cancel(sending)).toMatchObject({ cancelled: false, beingSent: true, executionArn: null });
  const arns = {
    executionArn: "arn:aws:states:x:execution:1",
    stateMachineArn: "arn:aws:states:x:stateMachine:1",
  };
  expect(
    await asDispatcher(world.api, (tx) => dispatch.sent(tx, { runId: sending, attempt: 1, ...arns })),
  ).toEqual({ cancelRequested: true });
  expect(await statusOf(sending)).toBe("cancelling");
  expect(await cancel(sending)).toMatchObject({
    cancelled: false,
    beingSent: false,
    executionArn: arns.executionArn,
  });
});

test("an execution that failed because its run was to end has cancelled it", async () => {
  const runId = await startRun(world.api, world.ours);
  await next();
  await cancel(runId);
  const outcome = {
    status: "failed",
    error: { code: "STEP_CANCELLED", message: "The step was cancelled." },
  } as const;
  expect(await asDispatcher(world.api, (tx) => dispatch.close(tx, { runId, attempt: 1, outcome }))).toEqual({
    closed: true,
  });
  expect(await statusOf(runId)).toBe("cancelled");
});

test("a quiet run is handed to one reconciler, once per while", async () => {
  const runId = await startRun(world.api, world.ours);
  const stale = () =>
    asDispatcher(world.api, (tx) => dispatch.stale(tx, { olderThanSeconds: 60, limit: 10 }));
  expect(await stale()).toEqual([]);
  await world.admin
    .sql`update longhaul.runs set updated_at = updated_at - interval '2 min', created_at = created_at - interval '2 min'`;
  const both = (await Promise.all([stale(), stale()])).flat();
  expect(both).toMatchObject([{ runId, status: "queued", executionName: `${runId}-1` }]);
  expect(await stale()).toEqual([]);
});

test("lists page through every run once, newest first, and search by name, id and input", async () => {
  const ids: string[] = [];
  for (let i = 0; i < 7; i++)
    ids.unshift(
      await startRun(world.api, world.ours, { name: `Run 100%_${i}`, input: { file: `f${i}.csv` } }),
    );
  const list = (over: object) =>
    asCaller(world.api, world.ours.people.viewer, (tx) =>
      runs.list(tx, { organisationId: world.ours.organisationId, limit: 3, ...over }),
    );
  const seen: string[] = [];
  for (let page = await list({}); ; page = await list({ before: page.next })) {
    seen.push(...page.runs.map((run) => run.id));
    if (!page.next) break;
  }
  expect(seen).toEqual(ids);
  const found = async (search: string) => (await list({ search })).runs.map((run) => run.id);
  expect(await found("100%_4")).toEqual([ids[2]]);
  expect(await found("F6.CSV")).toEqual([ids[0]]);
  expect(await found(ids[5]!)).toEqual([ids[5]]);
  expect(await found("1000")).toEqual([]);
  expect((await list({ statuses: ["failed"] })).runs).toEqual([]);
});

test("a token carries the active organisation and the role in it", async () => {
  const { viewer } = world.ours.people;
  const [row] = await world.admin.sql`
    select longhaul.custom_access_token_hook(${world.admin.sql.json({ user_id: viewer.userId, claims: { aud: "authenticated" } })}) as event`;
  expect(row?.event.claims).toEqual({
    aud: "authenticated",
    org_id: world.ours.organisationId,
    org_role: "viewer",
  });
});
