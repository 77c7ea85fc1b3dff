import { roles, roleAtLeast } from "@longhaul/kit";
import {
  approvals,
  artifacts,
  asCaller,
  asDispatcher,
  company,
  DatabaseRefusal,
  dispatch,
  history,
  limits,
  lives,
  me,
  runs,
  type Tx,
  twins,
} from "@longhaul/db";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leaseOf, newRun, openWorld, startRun, type World } from "../support/database.js";
import { connectTenant } from "../support/connections.js";
import { keepQueries } from "../support/queries.js";
import { keepSchedulesAndWebhooks } from "../support/told.js";
import type { Person } from "../support/tenants.js";

let world: World;
let theirRun: string;
let ourRun: string;
beforeAll(async () => {
  world = await openWorld();
  for (const tenant of [world.ours, world.theirs]) {
    const { organisationId, people } = tenant;
    const { id, path } = await asCaller(world.api, people.operator, (tx) =>
      artifacts.createUpload(tx, { organisationId, name: "rows.csv", contentType: "text/csv" }),
    );
    await world.admin.sql`insert into storage.objects (bucket_id, name) values ('artifacts', ${path})`;
    await asCaller(world.api, people.admin, (tx) =>
      limits.update(tx, { organisationId, maxRunning: 3, maxRunningPerUser: 2, retentionDays: 1 }),
    );
    await connectTenant(world.api, tenant);
    await keepQueries(world.api, tenant);
    await keepSchedulesAndWebhooks(world.api, tenant);
    const training = await startRun(world.api, tenant, { workflow: "digital-twin" });
    await asCaller(world.api, people.operator, (tx) =>
      twins.open(tx, { organisationId, runId: training, twinId: null, name: "Grace Hopper" }),
    );
    const runId = await startRun(world.api, tenant, { artifactIds: [id] });
    await asCaller(world.api, people.operator, (tx) =>
      company.save(tx, { organisationId, version: 0, fields: { company: "A company" } }),
    );
    await world.admin.sql`
      insert into longhaul.campaign_messages (run_id, organisation_id, channel, address, segment)
      values (${runId}, ${organisationId}, 'EMAIL', 'ada@example.com', 'Readers')`;
    const answer = await world.store.lease(leaseOf(runId));
    if (answer.kind !== "acquired") throw new Error(answer.kind);
    const lease = { key: leaseOf(runId), fence: answer.fence };
    const artifact = await world.store.createArtifact({
      ...lease,
      name: "rows.csv",
      contentType: "text/csv",
    });
    await world.store.finishArtifact({ ...lease, id: artifact!.id, size: 1, sha256: "a".repeat(64) });
    await world.store.recordDelivery({
      ...lease,
      delivery: {
        channel: "EMAIL",
        recipient: "x@example.test",
        subject: "s",
        body: "b",
        status: "sent",
        providerMessageId: "1",
        error: null,
      },
    });
    await asDispatcher(world.api, (tx) =>
      approvals.request(tx, {
        ...{ runId, attempt: 1, state: "Publish", itemPath: "", visit: 0, stage: null },
        ...{ title: "Publish it?", role: "operator", form: {}, details: {}, deadline: null, token: "t" },
      }),
    );
    if (tenant === world.ours) ourRun = runId;
    else theirRun = runId;
  }
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const as = <T>(who: Person, work: (tx: Tx) => Promise<T>) => asCaller(world.api, who, work);

/** Every table of ours, found in the catalogue, so that a new one cannot be forgotten. */
async function tables(): Promise<string[]> {
  const rows = await world.admin.sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'longhaul'::regnamespace and relkind = 'r' order by 1`;
  return rows.map((row) => row.name);
}

/** What the workflows were is no organisation's. */
const common = ["definitions"];
/** Of these an organisation sees others' rows that were published, and its own. */
const published: Record<string, string> = { query_templates: "where visibility = 'private'" };
/** What the functions of ours keep for themselves. */
const houseOnly = [
  "invitations",
  "invitation_mails",
  "connection_tokens",
  "oauth_states",
  "objects_to_remove",
  "organisation_queues",
  "query_template_uses",
  "queue_wakes",
  "run_search",
  "run_tags",
  "user_queues",
];

test("every table has row level security", async () => {
  const open = await world.admin.sql`
    select relname from pg_class where relnamespace = 'longhaul'::regnamespace and relkind = 'r' and not relrowsecurity`;
  expect(open).toEqual([]);
  expect(await tables()).toContain("runs");
});

test("no function of ours may be called by just anybody", async () => {
  const open = await world.admin.sql`
    select p.oid::regprocedure::text as name from pg_proc p
    where p.pronamespace = 'longhaul'::regnamespace and has_function_privilege('anon', p.oid, 'execute')`;
  expect(open).toEqual([]);
});

describe.each(roles)("the %s of one organisation", (role) => {
  test("sees rows of their own organisation in every table, and none of the other", async () => {
    const who = world.ours.people[role];
    const key: Record<string, string> = { organisations: "id", profiles: "user_id" };
    for (const table of await tables()) {
      if (common.includes(table)) continue;
      if (houseOnly.includes(table)) {
        const reading = as(who, (tx) => tx.unsafe(`select from longhaul.${table}`));
        await expect(reading, table).rejects.toMatchObject({ code: "42501" });
        continue;
      }
      const column = key[table] ?? "organisation_id";
      const rows = await as(who, (tx) =>
        tx.unsafe<{ id: string }[]>(
          `select ${column} as id from longhaul.${table} ${published[table] ?? ""}`,
        ),
      );
      const seen = rows.map((row) => row.id);
      const allowed =
        table === "profiles"
          ? Object.values(world.ours.people).map((p) => p.userId)
          : [world.ours.organisationId];
      expect(seen.length, table).toBeGreaterThan(0);
      expect(
        seen.every((id) => allowed.includes(id)),
        table,
      ).toBe(true);
    }
  });

  test("cannot change a row of any table, not even of their own organisation", async () => {
    const who = world.ours.people[role];
    for (const table of await tables()) {
      await expect(
        as(who, (tx) => tx.unsafe(`delete from longhaul.${table}`)),
        table,
      ).rejects.toMatchObject({ code: "42501" });
      await expect(
        as(who, (tx) => tx.unsafe(`insert into longhaul.${table} default values`)),
        table,
      ).rejects.toMatchObject({ code: "42501" });
    }
    await expect(as(who, (tx) => tx`update longhaul.memberships set role = 'owner'`)).rejects.toMatchObject({
      code: "42501",
    });
  });

  test("finds nothing of the other organisation by its ids", async () => {
    const who = world.ours.people[role];
    const there = { organisationId: world.theirs.organisationId, runId: theirRun };
    expect(await as(who, (tx) => runs.get(tx, there))).toBeNull();
    expect((await as(who, (tx) => runs.list(tx, { ...there, limit: 10 }))).runs).toEqual([]);
    expect(await as(who, (tx) => runs.heads(tx, { ...there, runIds: [theirRun] }))).toEqual([]);
    expect(await as(who, (tx) => history.eventsAfter(tx, { ...there, after: 0, limit: 10 }))).toEqual([]);
    expect(await as(who, (tx) => history.stepsOf(tx, there))).toEqual([]);
    expect(await as(who, (tx) => history.artifactsOf(tx, there))).toEqual([]);
    expect(await as(who, (tx) => history.notificationsOf(tx, there))).toEqual([]);
  });

  test("cannot start, cancel or upload in the other organisation", async () => {
    const who = world.ours.people[role];
    const organisationId = world.theirs.organisationId;
    const code = { code: "ORGANISATION_NOT_FOUND" };
    await expect(as(who, (tx) => runs.start(tx, newRun(organisationId)))).rejects.toMatchObject(code);
    await expect(
      as(who, (tx) => lives.requestCancel(tx, { organisationId, runId: theirRun })),
    ).rejects.toMatchObject(code);
    await expect(
      as(who, (tx) => artifacts.createUpload(tx, { organisationId, name: "a.csv", contentType: "text/csv" })),
    ).rejects.toMatchObject(code);
  });

  test("cannot cancel the other organisation's run by naming their own organisation", async () => {
    const attempt = as(world.ours.people[role], (tx) =>
      lives.requestCancel(tx, { organisationId: world.ours.organisationId, runId: theirRun }),
    );
    await expect(attempt).rejects.toMatchObject({
      code: roleAtLeast(role, "operator") ? "RUN_NOT_FOUND" : "FORBIDDEN",
    });
  });

  test("starts and uploads in their own organisation from operator on", async () => {
    const { organisationId, people } = world.ours;
    const attempts = [
      as(people[role], (tx) => runs.start(tx, newRun(organisationId))),
      as(people[role], (tx) =>
        artifacts.createUpload(tx, { organisationId, name: "a.csv", contentType: "text/csv" }),
      ),
    ];
    for (const attempt of attempts) {
      if (roleAtLeast(role, "operator")) await expect(attempt).resolves.toBeTruthy();
      else await expect(attempt).rejects.toMatchObject({ name: "DatabaseRefusal", code: "FORBIDDEN" });
    }
  });

  test("cannot call what belongs to dispatcher and workers", async () => {
    const who = world.ours.people[role];
    const calls = [
      `longhaul.append_events('${ourRun}', '[]')`,
      `longhaul.close_run('${ourRun}', 1, '{"status": "cancelled"}')`,
      `longhaul.next_to_send(1, 1)`,
      `longhaul.lease_steps('[{"run": "${ourRun}", "attempt": 1, "step": "S", "itemPath": "", "visit": 0}]')`,
      `longhaul.write_steps('[]')`,
      `longhaul.write_plain('[]')`,
      `longhaul.start_runs('[]')`,
      `longhaul.begin_runs('[]')`,
      `longhaul.begin_runs('[]', 30)`,
      `longhaul.room_at_once('${world.ours.organisationId}', '${who.userId}')`,
      `longhaul.close_executions('[]')`,
      `longhaul.end_attempt('${ourRun}')`,
      `longhaul.custom_access_token_hook('{"claims": {}}')`,
    ];
    for (const call of calls) {
      await expect(
        as(who, (tx) => tx.unsafe(`select ${call}`)),
        call,
      ).rejects.toMatchObject({ code: "42501" });
    }
  });
});

test("a colleague's name is visible, a colleague's telephone is not", async () => {
  const { viewer, owner } = world.ours.people;
  const names = await as(
    viewer,
    (tx) => tx`select display_name from longhaul.profiles where user_id = ${owner.userId}`,
  );
  expect(names).toEqual([{ display_name: "ours-owner" }]);
  await expect(as(viewer, (tx) => tx`select phone from longhaul.profiles`)).rejects.toMatchObject({
    code: "42501",
  });
});

test("a person changes only themselves", async () => {
  const { viewer, owner } = world.ours.people;
  await as(viewer, (tx) =>
    me.update(tx, { name: "Another", notificationChannel: "SMS", phone: "+4915100000000", pushTarget: null }),
  );
  expect(await as(viewer, (tx) => me.get(tx))).toMatchObject({ name: "Another", notificationChannel: "SMS" });
  expect(await as(owner, (tx) => me.get(tx))).toMatchObject({
    name: "ours-owner",
    notificationChannel: "EMAIL",
    phone: null,
  });
});

test("a claim selects an organisation and opens none", async () => {
  const forged = {
    ...world.ours.people.owner,
    claims: { org_id: world.theirs.organisationId, org_role: "owner" },
  };
  expect(
    await as(
      forged,
      (tx) => tx`select from longhaul.runs where organisation_id = ${world.theirs.organisationId}`,
    ),
  ).toHaveLength(0);
});

test("who signed in to the database for the API may do nothing before taking a caller's role", async () => {
  await expect(world.api.sql`select from longhaul.runs`).rejects.toMatchObject({ code: "42501" });
  await expect(world.api.sql`select longhaul.next_to_send(1, 1)`).rejects.toMatchObject({ code: "42501" });
  await expect(world.api.sql`set role postgres`).rejects.toMatchObject({ code: "42501" });
});

test("a worker reads no table and the dispatcher changes none", async () => {
  for (const table of await tables()) {
    await expect(world.worker.sql.unsafe(`select from longhaul.${table}`), table).rejects.toMatchObject({
      code: "42501",
    });
    await expect(world.dispatcher.sql.unsafe(`delete from longhaul.${table}`), table).rejects.toMatchObject({
      code: "42501",
    });
  }
  await expect(world.dispatcher.sql`select from longhaul.profiles`).rejects.toMatchObject({ code: "42501" });
});

test("a worker opens the files of its run's organisation only", async () => {
  const [theirs] = await world.admin.sql<{ id: string }[]>`
    select id from longhaul.artifacts where organisation_id = ${world.theirs.organisationId} and status = 'ready'`;
  const open = (run: string) => world.store.openArtifact({ key: leaseOf(run), id: theirs!.id });
  expect(await open(ourRun)).toBeNull();
  expect(await open(theirRun)).toMatchObject({ name: "rows.csv" });
});

test("the refusal of a function reaches the caller as a sentence", async () => {
  const refused = as(world.ours.people.viewer, (tx) => runs.start(tx, newRun(world.ours.organisationId)));
  await expect(refused).rejects.toBeInstanceOf(DatabaseRefusal);
  await expect(refused).rejects.toThrow("This needs the role operator; yours is viewer.");
});

test("the dispatcher's role closes a run of any organisation", async () => {
  const runId = await startRun(world.api, world.theirs);
  const closed = await asDispatcher(world.api, (tx) =>
    dispatch.close(tx, { runId, attempt: 1, outcome: { status: "cancelled" } }),
  );
  expect(closed).toEqual({ closed: true });
});

test("the token of an approval, with which anybody could answer, is nobody's to read", async () => {
  const reading = as(world.ours.people.owner, (tx) => tx`select task_token from longhaul.approvals`);
  await expect(reading).rejects.toMatchObject({ code: "42501" });
});
