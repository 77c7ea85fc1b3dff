import { asCaller, asDispatcher, deadLetters, dispatch, plans, runs } from "@longhaul/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventsOf, openWorld, startRun, type World } from "../support/database.js";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const queued = (over = {}) => startRun(world.api, world.ours, { lane: "queued", ...over });
const as = <T>(role: "viewer" | "operator" | "admin", call: Parameters<typeof asCaller<T>>[2]) =>
  asCaller(world.api, world.ours.people[role], call);

describe("a plan", () => {
  it("lets nobody of a free organisation choose a priority for what is queued", async () => {
    const { organisationId } = world.ours;
    expect(await as("viewer", (tx) => plans.get(tx, { organisationId }))).toBe("free");
    await expect(queued({ priority: "high" })).rejects.toMatchObject({ code: "PRIORITY_NOT_IN_PLAN" });
    await queued({ priority: "low" });
    await startRun(world.api, world.ours, { priority: "urgent" });
    await world.admin.sql`update longhaul.organisations set plan = 'team' where id = ${organisationId}`;
    await queued({ priority: "high" });
    const known = await asDispatcher(world.api, (tx) =>
      plans.ofAll(tx, [organisationId, world.theirs.organisationId]),
    );
    expect([...known.values()].toSorted()).toEqual(["free", "team"]);
  });
});

describe("a dead letter", () => {
  async function givenUp(): Promise<string> {
    const runId = await queued();
    const error = { code: "DEAD_LETTERED", message: "It failed too often.", cause: "Received 3 times." };
    await asDispatcher(world.api, (tx) =>
      dispatch.close(tx, { runId, attempt: 1, outcome: { status: "failed", error } }),
    );
    return runId;
  }

  it("says what it was and how often, and is dropped by an admin for good", async () => {
    const { organisationId } = world.ours;
    const runId = await givenUp();
    const params = { organisationId, runId };
    expect(await as("viewer", (tx) => deadLetters.get(tx, params))).toEqual({
      message: { runId, attempt: 1 },
      cause: "Received 3 times.",
      times: 1,
      reasons: [],
    });
    await expect(as("operator", (tx) => deadLetters.drop(tx, params))).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    await as("admin", (tx) => deadLetters.drop(tx, params));
    expect(await as("viewer", (tx) => deadLetters.get(tx, params))).toBeNull();
    const run = await as("viewer", (tx) => runs.get(tx, params));
    expect(run).toMatchObject({ status: "failed", error: { code: "DEAD_LETTER_DROPPED" } });
    expect((await eventsOf(world, runId)).at(-1)).toMatchObject({ type: "run.repaired", seq: run?.lastSeq });
    await expect(as("admin", (tx) => deadLetters.drop(tx, params))).rejects.toMatchObject({
      code: "RUN_NOT_DEAD_LETTERED",
    });
  });

  it("is queued again with all others, once, and of no other organisation", async () => {
    const { organisationId } = world.ours;
    const ids = [await givenUp(), await givenUp()];
    const until = new Date(Date.now() + 60_000).toISOString();
    const theirs = { organisationId: world.theirs.organisationId, until };
    expect(
      await asCaller(world.api, world.theirs.people.operator, (tx) => deadLetters.requeueAll(tx, theirs)),
    ).toEqual({ requeued: 0 });
    const all = { organisationId, until };
    await expect(as("viewer", (tx) => deadLetters.requeueAll(tx, all))).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    expect(await as("operator", (tx) => deadLetters.requeueAll(tx, all))).toEqual({ requeued: 2 });
    expect(await as("operator", (tx) => deadLetters.requeueAll(tx, all))).toEqual({ requeued: 0 });
    for (const runId of ids)
      expect(await as("viewer", (tx) => runs.get(tx, { organisationId, runId }))).toMatchObject({
        status: "queued",
        attempt: 2,
      });
  });
});
