import { asCaller, asDispatcher, dispatch, runs } from "@longhaul/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openWorld, startRun, type World } from "../support/database.js";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** What the run's stages have counted, and what they would have if every step were counted anew. */
async function talliesOf(runId: string) {
  const [row] = await world.admin.sql<
    { kept: string; counted: string; said: object | null; heard: object | null }[]
  >`
    select r.tallies::text as kept, c.tallies::text as counted, r.said, c.said as heard
    from longhaul.runs r cross join lateral longhaul.stages_counted(r.id, r.stage_keys) c where r.id = ${runId}`;
  return row!;
}

const wordsOf = (said: object | null) =>
  Object.entries(said ?? {}).flatMap(([stage, words]) =>
    (words as { by: string; text: string }[]).map(({ by, text }) => `${stage} ${by}: ${text}`),
  );

test("whatever steps do, the stages are those of a count anew", async () => {
  const runId = await startRun(world.api, world.ours);
  const step = (n: number) => ({
    ...{
      run: runId,
      state: n % 3 === 0 ? "TellPerson" : "ReadFile",
      itemPath: String(n),
      visit: 0,
      attempt: 1,
    },
    ...{ stage: n % 3 === 0 ? "tell" : "read", input: {}, owner: "w", leaseSeconds: 10 },
  });
  // Always the same chances, so that a failure comes again.
  let seed = 7;
  const chance = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const at = new Date().toISOString();
  const leases = new Map<number, number>();
  for (let round = 0; round < 12; round += 1) {
    await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        const request = step(n);
        const fence = leases.get(n);
        if (fence === undefined) {
          if (chance() < 0.6) return;
          const answer = await world.store.lease(request);
          if (answer.kind === "acquired") leases.set(n, answer.fence);
          return;
        }
        const held = { key: request, fence };
        const said = { type: "progress", at, fraction: chance(), message: `Row ${n}` } as const;
        const what = chance();
        if (what < 0.4) await world.store.append({ ...held, events: [said] });
        else {
          leases.delete(n);
          const error = { code: "NO", message: "No." };
          if (what < 0.6) await world.store.succeed({ ...held, output: {}, events: [said] });
          else
            await world.store.fail({ ...held, error, willRetry: what < 0.8, retryAt: null, events: [said] });
        }
      }),
    );
    const { kept, counted, said, heard } = await talliesOf(runId);
    expect(kept, `round ${round}`).toEqual(counted);
    // What a step said in an earlier try is told again only when it speaks.
    expect(wordsOf(heard)).toEqual(expect.arrayContaining(wordsOf(said)));
  }
  expect(leases.size).toBeGreaterThan(0);
  const outcome = { status: "failed", error: { code: "NO", message: "No." } } as const;
  await asDispatcher(world.api, (tx) => dispatch.close(tx, { runId, attempt: 1, outcome }));
  const ended = await talliesOf(runId);
  expect(ended.kept).toEqual(ended.counted);
  expect(ended.said).toBeNull();
});

test("a stage is done when its last step is, and tells what the last of those at work says", async () => {
  const runId = await startRun(world.api, world.ours);
  const { organisationId, people } = world.ours;
  const stages = async () => {
    const run = await asCaller(world.api, people.viewer, (tx) => runs.get(tx, { organisationId, runId }));
    return run!.stages.map(({ key, fraction, status, message }) => ({ key, fraction, status, message }));
  };
  const lease = (itemPath: string) =>
    world.store.lease({
      run: runId,
      attempt: 1,
      state: "ReadFile",
      itemPath,
      visit: 0,
      stage: "read",
      input: {},
      owner: "w",
      leaseSeconds: 10,
    });
  const held = async (itemPath: string) => {
    const answer = await lease(itemPath);
    if (answer.kind !== "acquired") throw new Error(answer.kind);
    return { key: { run: runId, state: "ReadFile", itemPath, visit: 0 }, fence: answer.fence };
  };
  const leases = [await held("0"), await held("1"), await held("2")];
  // Thirds and tenths, which no binary fraction is: they must not keep the stage from being done.
  for (const fraction of [0.1, 0.2, 0.3, 0.7]) {
    for (const [n, held] of leases.entries()) {
      const event = {
        type: "progress",
        at: new Date().toISOString(),
        fraction: fraction / 3,
        message: `Row ${n}`,
      };
      await world.store.append({ ...held, events: [event as never] });
    }
  }
  expect(await stages()).toMatchObject([
    { key: "read", status: "running", message: "Row 2", fraction: expect.closeTo(0.7 / 3, 6) },
    { key: "tell", status: "pending", fraction: 0, message: null },
  ]);
  await world.store.succeed({ ...leases[2]!, output: {}, events: [] });
  expect(await stages()).toMatchObject([{ key: "read", status: "running", message: "Row 1" }, {}]);
  await world.store.succeed({ ...leases[0]!, output: {}, events: [] });
  await world.store.succeed({ ...leases[1]!, output: {}, events: [] });
  expect(await stages()).toMatchObject([{ key: "read", status: "done", fraction: 1, message: null }, {}]);
});
