import { asCaller, asDispatcher, dispatch, history, lives } from "@longhaul/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventsOf, leaseOf, openWorld, startRun, type World } from "../support/database.js";
import { waitForLocks } from "../support/locks.js";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

async function acquire(run: string, owner: string) {
  const answer = await world.store.lease(leaseOf(run, { owner }));
  if (answer.kind !== "acquired") throw new Error(`lease: ${JSON.stringify(answer)}`);
  return { key: leaseOf(run), fence: answer.fence, try: answer.try };
}

const expire = (run: string) =>
  world.admin
    .sql`update longhaul.run_steps set lease_expires_at = clock_timestamp() - interval '1 s' where run_id = ${run}`;

const typesOf = async (runId: string) => (await eventsOf(world, runId)).map((event) => event.type);

test("of twenty workers that ask at the same moment one gets the step", async () => {
  const run = await startRun(world.api, world.ours);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => world.store.lease(leaseOf(run, { owner: `w${i}` }))),
  );
  expect(answers.filter((answer) => answer.kind === "acquired")).toHaveLength(1);
  expect(answers.filter((answer) => answer.kind === "busy")).toHaveLength(19);
  expect(await typesOf(run)).toEqual(["run.queued", "run.started", "step.started"]);
});

test("the same request that asks again goes on at once, as the same try, and what it was before can write nothing more", async () => {
  const run = await startRun(world.api, world.ours);
  const lost = await acquire(run, "one");
  const again = await acquire(run, "one");
  expect(again).toMatchObject({ fence: lost.fence + 1, try: 1 });
  expect(await world.store.succeed({ ...lost, output: { rows: 1 }, events: [] })).toEqual({ held: false });
  expect((await world.store.lease(leaseOf(run, { owner: "another" }))).kind).toBe("busy");
});

test("a lease lasts from when it was granted, however long its run was locked before", async () => {
  const run = await startRun(world.api, world.ours);
  let granted: Promise<unknown> = Promise.resolve();
  await world.admin.sql.begin(async (sql) => {
    await sql`select from longhaul.runs where id = ${run} for update`;
    granted = world.store.lease(leaseOf(run, { owner: "patient", leaseSeconds: 2 }));
    await waitForLocks(world.admin);
    // Longer than the lease.
    await sql`select pg_sleep(2.1)`;
  });
  expect(await granted).toMatchObject({ kind: "acquired" });
  expect(await world.store.lease(leaseOf(run, { owner: "second" }))).toMatchObject({ kind: "busy" });
});

test("a lease that ran out goes to the next worker, and the first can write nothing more", async () => {
  const run = await startRun(world.api, world.ours);
  const first = await acquire(run, "first");
  await expire(run);
  const second = await acquire(run, "second");
  expect(second).toMatchObject({ fence: first.fence + 1, try: 2 });

  const event = {
    type: "log",
    at: new Date().toISOString(),
    level: "info",
    message: "late",
    fields: null,
  } as const;
  const late = [
    await world.store.renew({ ...first, leaseSeconds: 10 }),
    await world.store.check(first),
    await world.store.append({ ...first, events: [event] }),
    await world.store.succeed({ ...first, output: { rows: 1 }, events: [event] }),
    await world.store.fail({
      ...first,
      error: { code: "X", message: "x" },
      willRetry: false,
      retryAt: null,
      events: [],
    }),
  ];
  expect(late.map((answer) => answer.held)).toEqual([false, false, false, false, false]);
  expect(await world.store.createArtifact({ ...first, name: "a", contentType: "text/plain" })).toBeNull();

  expect(await world.store.succeed({ ...second, output: { rows: 2 }, events: [] })).toMatchObject({
    held: true,
  });
  expect(await world.store.lease(leaseOf(run, { owner: "third" }))).toMatchObject({
    kind: "done",
    output: { rows: 2 },
  });
  expect(await typesOf(run)).toEqual([
    "run.queued",
    "run.started",
    "step.started",
    "step.started",
    "step.succeeded",
  ]);
});

test("a lease that ran out while nobody else asked is still its holder's", async () => {
  const run = await startRun(world.api, world.ours);
  const lease = await acquire(run, "slept");
  await expire(run);
  expect(await world.store.renew({ ...lease, leaseSeconds: 10 })).toEqual({
    held: true,
    cancelRequested: false,
  });
});

test("a step that failed and will be retried is free at once", async () => {
  const run = await startRun(world.api, world.ours);
  const first = await acquire(run, "first");
  await world.store.fail({
    ...first,
    error: { code: "NET", message: "No network." },
    willRetry: true,
    retryAt: null,
    events: [],
  });
  expect(await acquire(run, "second")).toMatchObject({ try: 2 });
  expect(await typesOf(run)).toEqual([
    "run.queued",
    "run.started",
    "step.started",
    "step.retrying",
    "step.started",
  ]);
});

test("a worker hears that its run is to be cancelled, and a new one is turned away", async () => {
  const run = await startRun(world.api, world.ours);
  const lease = await acquire(run, "w");
  const asked = await asCaller(world.api, world.ours.people.operator, (tx) =>
    lives.requestCancel(tx, { organisationId: world.ours.organisationId, runId: run }),
  );
  expect(asked).toMatchObject({ cancelled: false, executionArn: null });
  expect(await world.store.check(lease)).toEqual({ held: true, cancelRequested: true });
  expect(await world.store.lease(leaseOf(run, { owner: "other" }))).toEqual({
    kind: "ended",
    reason: "cancelled",
  });
});

test("an ended run takes no step, and what was at work is shown as ended", async () => {
  const run = await startRun(world.api, world.ours);
  const lease = await acquire(run, "w");
  await asDispatcher(world.api, (tx) =>
    dispatch.close(tx, { runId: run, attempt: 1, outcome: { status: "cancelled" } }),
  );
  expect(await world.store.check(lease)).toMatchObject({ held: false });
  expect(await world.store.succeed({ ...lease, output: 1, events: [] })).toEqual({ held: false });
  expect(await world.store.lease(leaseOf(run))).toEqual({ kind: "ended", reason: "ended" });
  const [step] = await asCaller(world.api, world.ours.people.viewer, (tx) =>
    history.stepsOf(tx, { organisationId: world.ours.organisationId, runId: run }),
  );
  expect(step).toMatchObject({ status: "failed", error: { code: "RUN_ENDED" } });
});

test("a step of another attempt or of no run at all is turned away", async () => {
  const run = await startRun(world.api, world.ours);
  expect(await world.store.lease(leaseOf(run, { attempt: 2 }))).toEqual({
    kind: "ended",
    reason: "stale_attempt",
  });
  expect(await world.store.lease(leaseOf("00000000-0000-4000-8000-000000000000"))).toEqual({
    kind: "ended",
    reason: "ended",
  });
});

test("a repeated step's file takes the place of the first, and is listed once", async () => {
  const run = await startRun(world.api, world.ours);
  const write = async (owner: string, size: number) => {
    const lease = await acquire(run, owner);
    const artifact = await world.store.createArtifact({
      ...lease,
      name: "rejected.csv",
      contentType: "text/csv",
    });
    expect(
      await world.store.finishArtifact({ ...lease, id: artifact!.id, size, sha256: "b".repeat(64) }),
    ).toEqual({ held: true });
    return artifact!;
  };
  const first = await write("first", 10);
  await expire(run);
  const second = await write("second", 20);
  expect(second.path).not.toBe(first.path);
  const listed = await asCaller(world.api, world.ours.people.viewer, (tx) =>
    history.artifactsOf(tx, { organisationId: world.ours.organisationId, runId: run }),
  );
  expect(listed.map((artifact) => [artifact.id, artifact.size])).toEqual([[second.id, 20]]);
});

test("an earlier delivery is found, one that succeeded before one that failed", async () => {
  const run = await startRun(world.api, world.ours);
  const lease = await acquire(run, "w");
  expect(await world.store.findDelivery(lease)).toBeNull();
  const delivery = {
    channel: "EMAIL",
    recipient: "a@example.test",
    subject: "s",
    body: "b",
    providerMessageId: "1",
  } as const;
  await world.store.recordDelivery({ ...lease, delivery: { ...delivery, status: "sent", error: null } });
  await world.store.recordDelivery({
    ...lease,
    delivery: { ...delivery, status: "failed", error: "bounced" },
  });
  expect(await world.store.findDelivery(lease)).toMatchObject({ status: "sent", runId: run });
});

test("a step that gives nothing has given null, and is not run again", async () => {
  const run = await startRun(world.api, world.ours);
  const lease = await acquire(run, "w");
  expect(await world.store.succeed({ ...lease, output: null, events: [] })).toMatchObject({ held: true });
  expect(await world.store.lease(leaseOf(run))).toMatchObject({ kind: "done", output: null });
});

test("text that jsonb cannot hold stops neither a step nor the end of its run", async () => {
  const run = await startRun(world.api, world.ours);
  const lease = await acquire(run, "w");
  const bad = "NUL \u0000, half \ud800, whole \u{1f600}, and a path \\u0000";
  const good = "NUL \ufffd, half \ufffd, whole \u{1f600}, and a path \\u0000";
  const at = new Date().toISOString();
  await world.store.append({
    ...lease,
    events: [{ type: "log", at, level: "info", message: bad, fields: { bad } }],
  });
  await world.store.succeed({ ...lease, output: { [bad]: bad }, events: [] });
  expect(await world.store.lease(leaseOf(run))).toMatchObject({ kind: "done", output: { [good]: good } });
  const error = { code: "BAD", message: bad };
  const close = asDispatcher(world.api, (tx) =>
    dispatch.close(tx, { runId: run, attempt: 1, outcome: { status: "failed", error } }),
  );
  expect(await close).toEqual({ closed: true });
});

test("a step's text reaches the doorbell's topic while its lease lasts, and the run's log never", async () => {
  const run = await startRun(world.api, world.ours);
  const lease = await acquire(run, "writer");
  const before = await typesOf(run);
  const piece = { ...lease, name: "story", offset: 0, text: "Once upon a \ud83d\ude80 time\u0000\ud800" };
  expect(await world.store.stream(piece)).toEqual({ held: true, cancelRequested: false });
  await expire(run);
  await acquire(run, "next");
  expect(await world.store.stream({ ...piece, offset: 12 })).toMatchObject({ held: false });
  const sent = await world.admin.sql<{ event: string; payload: unknown; private: boolean }[]>`
    select event, payload - 'id' as payload, private from realtime.messages
    where topic = 'longhaul:runs' and payload ->> 'run' = ${run}`;
  expect(sent).toEqual([
    {
      event: "text",
      private: true,
      payload: {
        org: world.ours.organisationId,
        run,
        step: "ReadFile",
        itemPath: "",
        visit: 0,
        stream: "story",
        offset: 0,
        text: "Once upon a \ud83d\ude80 time\ufffd\ufffd",
      },
    },
  ]);
  expect(await typesOf(run)).toEqual([...before, "step.started"]);
});

test("a step knows the role of who started its run, at this moment", async () => {
  const { operator } = world.ours.people;
  const run = await startRun(world.api, world.ours);
  const first = await world.store.lease(leaseOf(run));
  expect(first).toMatchObject({ context: { startedBy: { id: operator.userId, role: "operator" } } });
  await world.admin.sql.begin(async (sql) => {
    await sql`update longhaul.memberships set role = 'admin' where user_id = ${operator.userId}`;
    await sql`update longhaul.run_steps set lease_expires_at = clock_timestamp() - interval '1 s' where run_id = ${run}`;
  });
  const second = await world.store.lease(leaseOf(run));
  expect(second).toMatchObject({ context: { startedBy: { role: "admin" } } });
  await world.admin.sql`update longhaul.memberships set role = 'operator' where user_id = ${operator.userId}`;
});

test("the log says when a step is tried again, where a third party has named the time", async () => {
  const run = await startRun(world.api, world.ours);
  const lease = await acquire(run, "asker");
  const retryAt = "2030-01-01T00:00:30.250Z";
  const error = { code: "MODEL_BUSY", message: "The model is busy." };
  await world.store.fail({ ...lease, error, willRetry: true, retryAt, events: [] });
  const events = await asCaller(world.api, world.ours.people.viewer, (tx) =>
    history.eventsAfter(tx, { organisationId: world.ours.organisationId, runId: run, after: 3, limit: 9 }),
  );
  expect(events).toMatchObject([{ type: "step.retrying", data: { error, try: 1, retryAt } }]);
});

test.each([1, 2])(
  "a checkpoint holds beside a renewal of its lease, stored with %i at a time",
  async (many) => {
    const runs = [await startRun(world.api, world.ours), await startRun(world.api, world.ours)].slice(
      0,
      many,
    );
    const leases = await Promise.all(runs.map((run) => acquire(run, "w")));
    let stored: Promise<unknown> = Promise.resolve();
    await world.worker.sql.begin(async (tx) => {
      await tx`select longhaul.renew_lease(${runs[0]!}, 'ReadFile', '', 0, ${leases[0]!.fence}, 10)`;
      // In one turn: one batch.
      stored = Promise.all(leases.map((lease) => world.store.succeed({ ...lease, output: {}, events: [] })));
      await waitForLocks(world.admin);
    });
    expect(await stored).toEqual(Array(many).fill({ held: true, completedAt: expect.any(String) }));
    for (const run of runs) {
      const [kept] = await world.admin.sql`
      select s.status, s.output, r.tallies = (longhaul.stages_counted(r.id, r.stage_keys)).tallies as counted
      from longhaul.run_steps s join longhaul.runs r on r.id = s.run_id where r.id = ${run}`;
      expect(kept).toEqual({ status: "succeeded", output: {}, counted: true });
      expect(await typesOf(run)).toEqual(["run.queued", "run.started", "step.started", "step.succeeded"]);
    }
  },
);
