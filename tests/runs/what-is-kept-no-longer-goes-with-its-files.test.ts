import { artifacts, asCaller, limits, retention, runs } from "@longhaul/db";
import { sweepExpired } from "@longhaul/runs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { leaseOf, openWorld, startRun, type World } from "../support/database.js";
import type { Tenant } from "../support/tenants.js";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(async () => {
  await world.admin.sql`delete from longhaul.runs`;
  await world.admin.sql`delete from longhaul.artifacts`;
  await world.admin.sql`delete from longhaul.objects_to_remove`;
  await world.admin.sql`delete from longhaul.organisation_limits`;
});
afterAll(() => world[Symbol.asyncDispose]());

const logger = { info() {}, warn() {}, error() {} };
/** A storage that the test reads, and fails when it is told to. */
function scriptedStorage() {
  const storage = { removed: [] as string[], failing: false };
  const objects = {
    remove: async (paths: readonly string[]) => {
      if (storage.failing) throw new Error("Storage is away.");
      storage.removed.push(...paths);
    },
  };
  return { storage, sweep: () => sweepExpired({ db: world.api, logger, objects }) };
}

async function upload(tenant: Tenant = world.ours): Promise<{ id: string; path: string }> {
  const { organisationId, people } = tenant;
  const { id, path } = await asCaller(world.api, people.operator, (tx) =>
    artifacts.createUpload(tx, { organisationId, name: "rows.csv", contentType: "text/csv" }),
  );
  await world.admin.sql`insert into storage.objects (bucket_id, name) values ('artifacts', ${path})`;
  return { id, path };
}

/** A run that read an upload and wrote a file, and ended as many days ago. */
async function endedRun(days: number, tenant: Tenant = world.ours) {
  const file = await upload(tenant);
  const runId = await startRun(world.api, tenant, { artifactIds: [file.id] });
  const answer = await world.store.lease(leaseOf(runId));
  if (answer.kind !== "acquired") throw new Error(answer.kind);
  const lease = { key: leaseOf(runId), fence: answer.fence };
  const output = await world.store.createArtifact({ ...lease, name: "out.csv", contentType: "text/csv" });
  await world.store.finishArtifact({ ...lease, id: output!.id, size: 1, sha256: "a".repeat(64) });
  await world.admin
    .sql`update longhaul.runs set status = 'cancelled', created_at = now() - make_interval(days => ${days + 1}),
    started_at = now() - make_interval(days => ${days + 1}), finished_at = now() - make_interval(days => ${days})
    where id = ${runId}`;
  await world.admin.sql`update longhaul.artifacts set created_at = now() - make_interval(days => ${days + 1})
    where id = any (${[file.id, output!.id]})`;
  return { runId, upload: file.path, output: output!.path };
}

const idsLeft = async () =>
  (await world.admin.sql<{ id: string }[]>`select id from longhaul.runs`).map(({ id }) => id);
const get = async (runId: string) => {
  const { organisationId, people } = world.ours;
  return asCaller(world.api, people.viewer, (tx) => runs.get(tx, { organisationId, runId }));
};
const pin = (runId: string, pinned: boolean, tenant = world.ours, role: "operator" | "viewer" = "operator") =>
  asCaller(world.api, tenant.people[role], (tx) =>
    retention.pin(tx, { organisationId: tenant.organisationId, runId, pinned }),
  );

test("a run goes after its days, with its rows and its files, and no younger one does", async () => {
  const old = await endedRun(8);
  const young = await endedRun(6);
  const underWay = await startRun(world.api, world.ours);
  const { storage, sweep } = scriptedStorage();
  expect(await sweep()).toEqual({ runs: 1, uploads: 1, objects: 2 });
  expect(new Set(await idsLeft())).toEqual(new Set([young.runId, underWay]));
  expect(new Set(storage.removed)).toEqual(new Set([old.upload, old.output]));
  for (const table of [
    "run_attempts",
    "run_events",
    "run_steps",
    "run_files",
    "run_search",
    "run_tags",
    "artifacts",
  ]) {
    const column = table === "artifacts" ? "path" : "run_id";
    const left = await world.admin.sql.unsafe(`select ${column}::text as x from longhaul.${table}`);
    expect(
      left.some(({ x }) => [old.runId, old.upload, old.output].includes(x as string)),
      table,
    ).toBe(false);
  }
  expect(await world.admin.sql`select * from longhaul.objects_to_remove`).toEqual([]);
  expect(await sweep()).toEqual({ runs: 0, uploads: 0, objects: 0 });
});

test("a pinned run stays until it is pinned no longer, and tells when it goes", async () => {
  const { runId } = await endedRun(8);
  await pin(runId, true);
  const { sweep } = scriptedStorage();
  expect(await sweep()).toMatchObject({ runs: 0, uploads: 0 });
  expect(await get(runId)).toMatchObject({ pinned: true, expiresAt: null });
  await pin(runId, false);
  const run = await get(runId);
  expect(Date.parse(run!.expiresAt!) - Date.parse(run!.finishedAt!)).toBe(7 * 86_400_000);
  expect(await sweep()).toMatchObject({ runs: 1 });
  expect((await get(await startRun(world.api, world.ours)))?.expiresAt).toBeNull();
});

test("pinning is an operator's, of the run's organisation", async () => {
  const { runId } = await endedRun(1);
  await expect(pin(runId, true, world.ours, "viewer")).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(pin(runId, true, world.theirs)).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  expect(await get(runId)).toMatchObject({ pinned: false });
});

test("each organisation's days count for its own runs", async () => {
  const { organisationId, people } = world.ours;
  await asCaller(world.api, people.admin, (tx) =>
    limits.update(tx, { organisationId, maxRunning: 5, maxRunningPerUser: 5, retentionDays: 30 }),
  );
  const ours = await endedRun(20);
  await endedRun(20, world.theirs);
  const { sweep } = scriptedStorage();
  expect(await sweep()).toMatchObject({ runs: 1 });
  expect(await idsLeft()).toEqual([ours.runId]);
});

test("an upload that no run names goes, one that a kept run names stays", async () => {
  const kept = await endedRun(6);
  await world.admin.sql`update longhaul.artifacts set created_at = now() - interval '90 days'`;
  const unused = await upload();
  const fresh = await upload();
  await world.admin
    .sql`update longhaul.artifacts set created_at = now() - interval '8 days' where id = ${unused.id}`;
  const { storage, sweep } = scriptedStorage();
  expect(await sweep()).toEqual({ runs: 0, uploads: 1, objects: 1 });
  expect(storage.removed).toEqual([unused.path]);
  const paths = (await world.admin.sql`select path from longhaul.artifacts`).map((row) => row["path"]);
  expect(new Set(paths)).toEqual(new Set([kept.upload, kept.output, fresh.path]));
});

test("an upload is not taken away from the run that is just being started with it", async () => {
  const { id } = await upload();
  await world.admin.sql`update longhaul.artifacts set created_at = now() - interval '30 days'`;
  const { sweep } = scriptedStorage();
  await world.admin.sql.begin(async (tx) => {
    // As start_run does: the row that names the file is there, and not yet committed.
    const runId = await startRun(world.api, world.ours);
    await tx`insert into longhaul.run_files (run_id, artifact_id, organisation_id)
      values (${runId}, ${id}, ${world.ours.organisationId})`;
    expect(await sweep()).toMatchObject({ uploads: 0 });
  });
  expect(await sweep()).toMatchObject({ uploads: 0, objects: 0 });
});

test("a file that Storage could not remove is not forgotten", async () => {
  const { upload: first, output: second } = await endedRun(8);
  const { storage, sweep } = scriptedStorage();
  storage.failing = true;
  expect(await sweep()).toEqual({ runs: 1, uploads: 1, objects: 0 });
  storage.failing = false;
  // Handed out lately: not at once again.
  expect(await sweep()).toMatchObject({ objects: 0 });
  await world.admin.sql`update longhaul.objects_to_remove set next_try_at = now()`;
  expect(await sweep()).toMatchObject({ objects: 2 });
  expect(new Set(storage.removed)).toEqual(new Set([first, second]));
});

test("a file whose place another try's file has taken is removed, too", async () => {
  const runId = await startRun(world.api, world.ours);
  const answer = await world.store.lease(leaseOf(runId));
  if (answer.kind !== "acquired") throw new Error(answer.kind);
  const lease = { key: leaseOf(runId), fence: answer.fence };
  const paths = [];
  for (let i = 0; i < 2; i += 1) {
    const file = await world.store.createArtifact({ ...lease, name: "out.csv", contentType: "text/csv" });
    await world.store.finishArtifact({ ...lease, id: file!.id, size: 1, sha256: "a".repeat(64) });
    paths.push(file!.path);
  }
  const { storage, sweep } = scriptedStorage();
  await sweep();
  expect(storage.removed).toEqual([paths[0]]);
});

test("a batch is no more than its events, but a large run goes all the same", async () => {
  const large = await endedRun(9);
  const small = [await endedRun(8), await endedRun(8)];
  await world.admin.sql`update longhaul.runs set last_seq = 1000000 where id = ${large.runId}`;
  const { sql } = world.admin;
  const expire = async () => (await sql`select runs from longhaul.expire(10, 100)`)[0]!["runs"];
  expect(await expire()).toBe(small.length);
  expect(await idsLeft()).toEqual([large.runId]);
  expect(await expire()).toBe(1);
});
