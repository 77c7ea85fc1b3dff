import { asCaller, runs } from "@longhaul/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openWorld, startRun, type World } from "../support/database.js";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** What the stages are when every step of the run is counted anew. */
async function countedAnew(runId: string) {
  return (
    await world.admin.sql`
    select stage, count(*)::integer as known, (count(*) filter (where status = 'succeeded'))::integer as succeeded,
      (count(*) filter (where status = 'failed'))::integer as failed,
      round(coalesce(sum(progress) filter (where status <> 'succeeded'), 0)::numeric, 6)::double precision as partial
    from longhaul.run_steps where run_id = ${runId} and stage is not null group by stage order by stage`
  ).map((row) => ({ ...row }));
}
async function counted(runId: string) {
  return (
    await world.admin.sql`
    select stage, known, succeeded, failed, round(partial::numeric, 6)::double precision as partial
    from longhaul.run_stages where run_id = ${runId} and known > 0 order by stage`
  ).map((row) => ({ ...row }));
}

test("after any changes of any steps the counts are those of a count anew", async () => {
  const runId = await startRun(world.api, world.ours);
  const { sql } = world.admin;
  await sql`
    insert into longhaul.run_steps (run_id, step, item_path, visit, organisation_id, stage, status, attempt, input, progress,
      lease_owner, lease_expires_at)
    select ${runId}, 'ReadFile', n::text, 0, ${world.ours.organisationId}, case when n % 10 = 0 then null when n % 3 = 0 then 'tell'
      else 'read' end, 'running', 1, '{}', 0, 'w', now() from generate_series(1, 300) n`;
  expect(await counted(runId)).toEqual(await countedAnew(runId));
  const changes = [
    "progress = random()",
    "progress = least(1, progress + 0.1)",
    "status = 'succeeded', output = '{}', progress = 1, finished_at = now(), lease_owner = null, lease_expires_at = null",
    "status = 'failed', output = null, error = '{}', finished_at = now(), lease_owner = null, lease_expires_at = null",
    "status = 'running', output = null, finished_at = null, lease_owner = 'w', lease_expires_at = now()",
    "stage = case stage when 'read' then 'tell' else 'read' end",
    "stage = null",
    "message = 'Reading'",
  ];
  for (let round = 0; round < 6; round += 1) {
    for (const change of changes) {
      await sql.unsafe(
        `update longhaul.run_steps set ${change} where run_id = '${runId}' and random() < 0.2`,
      );
      expect(await counted(runId), change).toEqual(await countedAnew(runId));
    }
  }
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
