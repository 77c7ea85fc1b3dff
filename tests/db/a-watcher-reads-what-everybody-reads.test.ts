import { asCaller, asDispatcher, dispatch, history, runs, type Watched, watching } from "@longhaul/db";
import type { Json } from "@longhaul/kit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { leaseOf, openWorld, startRun, type World } from "../support/database.js";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const viewer = () => world.ours.people.viewer;
const ofRun = (runId: string) => ({ organisationId: world.ours.organisationId, runId });
const asked = (runId: string, over: Partial<Watched> = {}): Watched => ({
  ...ofRun(runId),
  userId: viewer().userId,
  after: 0,
  typicalSeconds: undefined,
  ...over,
});
const changes = (...questions: Watched[]) => watching.changes(world.api, questions, { limit: 500 });
const append = (runId: string, ...events: Json[]) =>
  world.admin.sql`select longhaul.append_events(${runId}, ${world.admin.sql.json(events)})`;
const close = (runId: string, outcome: Parameters<typeof dispatch.close>[1]["outcome"]) =>
  asDispatcher(world.api, (tx) => dispatch.close(tx, { runId, attempt: 1, outcome }));
const started = { type: "run.started", data: {} };

/** A step that holds its lease. */
async function leased(runId: string) {
  const lease = await world.store.lease(leaseOf(runId));
  if (lease.kind !== "acquired") throw new Error(lease.kind);
  return { key: { run: runId, state: "ReadFile", itemPath: "", visit: 0 }, fence: lease.fence };
}
const saying = (fraction: number) =>
  ({ type: "progress", at: new Date().toISOString(), fraction, message: 'Row "7"' }) as const;

const states: [name: string, reach: (runId: string) => Promise<unknown>][] = [
  ["queued", () => Promise.resolve()],
  ["queued for a reason", (id) => append(id, { type: "run.queued", data: { reason: 'Wait for "it"\n' } })],
  ["running", (id) => world.store.lease(leaseOf(id))],
  [
    "running and says how far it is",
    async (id) => {
      const held = await leased(id);
      await world.store.append({ ...held, events: [saying(1 / 3)] });
    },
  ],
  [
    "done with its first stage",
    async (id) => world.store.succeed({ ...(await leased(id)), output: {}, events: [saying(0.5)] }),
  ],
  [
    "left with a step that has failed",
    async (id) => {
      const error = { code: "NO", message: "No." };
      const end = { error, willRetry: false, retryAt: null };
      await world.store.fail({ ...(await leased(id)), ...end, events: [saying(0.5)] });
    },
  ],
  ["waiting", (id) => append(id, started, { type: "run.waiting", data: { waitingFor: "Anna’s decision" } })],
  ["cancelling", (id) => append(id, started, { type: "run.cancelling", data: { by: null } })],
  ["cancelled", (id) => close(id, { status: "cancelled" })],
  [
    "succeeded",
    async (id) => {
      await append(id, started);
      await close(id, { status: "succeeded", output: { rows: [1, null, "ü\u2028"], share: 0.1 } });
    },
  ],
  ["failed", (id) => close(id, { status: "failed", error: { code: "BAD", message: "No.", cause: "x" } })],
];

test.each(states)(
  "a run that is %s, and its log, are to the letter what other readers get",
  async (_, reach) => {
    const runId = await startRun(world.api, world.ours, {
      tags: ["a", "b c"],
      input: { file: "zoë.csv", deep: { list: [1.5, true, null, '"\\'] } },
    });
    await reach(runId);
    await append(runId, {
      type: "step.log",
      step: "ReadFile",
      itemPath: "0/1",
      visit: 2,
      stage: "read",
      data: { level: "info", message: "é" },
    }).catch(() => {});
    const [found] = await changes(asked(runId));
    const [run, events] = await asCaller(world.api, viewer(), (tx) =>
      Promise.all([
        runs.get(tx, ofRun(runId)),
        history.eventsAfter(tx, { ...ofRun(runId), after: 0, limit: 500 }),
      ]),
    );
    expect(JSON.parse(found!.json.toString())).toEqual({ run, events });
    expect(found).toMatchObject({
      events: events.length,
      lastEvent: events.length,
      lastSeq: run!.lastSeq,
      isFinal: run!.finishedAt !== null,
      workflow: run!.workflow,
      typicalSeconds: run!.typicalSeconds,
    });
  },
);

test("many are read at once, each from its number on, and nothing for whom it is not there", async () => {
  const [first, second] = [await startRun(world.api, world.ours), await startRun(world.api, world.ours)];
  await append(second, started, { type: "run.repaired", data: { repair: "x" } });
  const theirs = await startRun(world.api, world.theirs);
  const found = await changes(
    asked(second, { after: 1, typicalSeconds: 12.5 }),
    asked(theirs),
    asked(theirs, { organisationId: world.theirs.organisationId }),
    asked(first, { after: 1, typicalSeconds: null }),
    asked(first, { userId: world.theirs.people.viewer.userId }),
  );
  expect(found.map((one) => one && [one.events, one.lastEvent, one.typicalSeconds])).toEqual([
    [2, 3, 12.5],
    null,
    null,
    [0, null, null],
    null,
  ]);
  expect(JSON.parse(found[0]!.json.toString())).toMatchObject({
    run: { id: second, typicalSeconds: 12.5 },
    events: [{ seq: 2 }, { seq: 3 }],
  });
  const [page] = await watching.changes(world.api, [asked(second)], { limit: 2 });
  expect(page).toMatchObject({ events: 2, lastEvent: 2, lastSeq: 3 });
});

test("the check names who has left, and which logs go further", async () => {
  const { organisationId } = world.ours;
  const stranger = world.theirs.people.viewer.userId;
  const people = [stranger, viewer().userId, stranger].map((userId) => ({ userId, organisationId }));
  expect(await watching.goneMembers(world.api, people)).toEqual([0, 2]);
  const [still, moved] = [await startRun(world.api, world.ours), await startRun(world.api, world.ours)];
  await append(moved, started);
  const known = [still, moved].map((runId) => ({ runId, head: 1 }));
  expect(await watching.movedHeads(world.api, known)).toEqual([{ runId: moved, lastSeq: 2 }]);
  expect(await watching.movedHeads(world.api, [])).toEqual([]);
});
