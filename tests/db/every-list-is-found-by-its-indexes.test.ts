import {
  approvals,
  asCaller,
  campaigns,
  connections,
  queryTemplates,
  schedules,
  sqlWorkflows,
  twins,
  type Tx,
  webhooks,
} from "@longhaul/db";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openWorld, type World } from "../support/database.js";
import { explainingDatabase } from "../support/plans.js";

/** So many runs, and what comes of them, has an organisation that has many; and so many others there are beside ours. */
const many = 5_000;
const few = 60;
const strangers = 9;

let world: World;
beforeAll(async () => {
  world = await openWorld();
  for (let n = 0; n < strangers; n += 1) await fill(randomUUID(), many / strangers);
  await fill(world.theirs.organisationId, many);
  await fill(world.ours.organisationId, few);
  await world.admin.sql`vacuum analyze`;
}, 120_000);
afterAll(() => world[Symbol.asyncDispose]());

/** Rows only: what triggers and foreign keys would have to say of them is another test's. */
async function fill(organisation: string, count: number): Promise<void> {
  const n = `generate_series(1, ${Math.ceil(count)}) n`;
  // An organisation keeps so many of them at most.
  const upTo = (most: number) => `generate_series(1, ${Math.ceil(Math.min(count, most))}) n`;
  const id = (kind: string, of = "n") => `md5('${kind} ${organisation} ' || ${of})::uuid`;
  const at = "now() - make_interval(mins => n)";
  // There are fewer of them than of what happens to them.
  const fewer = Math.ceil(count / 50);
  const one = `n % ${fewer}`;
  await world.admin.sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx.unsafe(`
      insert into longhaul.runs (id, organisation_id, workflow, name, priority, status, output, input, stages, definition_hash,
        correlation_id, created_at, started_at, finished_at, last_seq)
      select ${id("run")}, '${organisation}', case n % 2 when 0 then 'campaign' else 'query-run' end, 'Run ' || n, 'normal',
        'succeeded', '{}', '{"goal": "Tell", "channels": [], "segments": []}', 
        '[{"key": "a", "label": "A", "weight": 1, "steps": 1}]', repeat('0', 64), 'c', ${at}, ${at}, ${at}, 1
      from ${n};
      insert into longhaul.campaign_messages (run_id, organisation_id, channel, address, segment)
      select ${id("run")}, '${organisation}', 'EMAIL', 'a@example.test', 'all' from ${n};
      insert into longhaul.approvals (organisation_id, run_id, state, item_path, visit, attempt, title, role, form, details, status,
        task_token, created_at)
      select '${organisation}', ${id("run")}, 'Approve', '', 0, 1, 'May it?', 'operator', '{}', '{}',
        case when n % 100 = 0 then 'open' else 'cancelled' end, 't', ${at} from ${n};
      insert into longhaul.twins (id, organisation_id, name, created_at)
      select ${id("twin")}, '${organisation}', 'Twin ' || n, ${at} from ${n};
      insert into longhaul.twin_versions (twin_id, version, organisation_id, run_id, created_at)
      select ${id("twin")}, 1, '${organisation}', ${id("run")}, ${at} from ${n};
      insert into longhaul.sql_workflows (id, organisation_id, name, sql, updated_at)
      select ${id("query")}, '${organisation}', 'Query ' || n, 'select 1', ${at} from ${upTo(2_000)};
      insert into longhaul.sql_workflow_runs (run_id, organisation_id, sql_workflow_id, created_at)
      select ${id("run")}, '${organisation}', ${id("query", `1 + ${one}`)}, ${at} from ${n};
      insert into longhaul.query_templates (organisation_id, name, category, sql, usage_count)
      select '${organisation}', 'Template ' || n, 'reach', 'select 1', n from ${upTo(1_000)};
      insert into longhaul.connections (id, organisation_id, name)
      select ${id("connection")}, '${organisation}', 'Connection ' || n from generate_series(0, ${fewer}) n;
      insert into longhaul.schedules (id, organisation_id, name, workflow, input, cron, expression, timezone)
      select ${id("schedule")}, '${organisation}', 'Schedule ' || n, 'data-import', '{}', '0 6 * * *', 'cron(0 6 * * ? *)', 'UTC' from ${upTo(200)};
      insert into longhaul.webhooks (id, organisation_id, name, url, kinds, secret)
      select ${id("webhook")}, '${organisation}', 'Webhook ' || n, 'https://example.test', array['run.failed'],
        'whsec_' || repeat('A', 32) from generate_series(0, ${fewer}) n;
      insert into longhaul.webhook_deliveries (organisation_id, webhook_id, message, kind, body, status, next_try_at, created_at)
      select '${organisation}', ${id("webhook", one)}, 'msg_' || md5(n::text), 'run.failed', '{}',
        case when n % 100 = 0 then 'failed' else 'delivered' end, null, ${at} from ${n}`);
  });
}

const page = { limit: 50 };
/** The lists of the dashboard besides that of runs. */
const lists: [name: string, read: (tx: Tx, organisationId: string) => Promise<unknown>][] = [
  ["twins", (tx, organisationId) => twins.list(tx, { organisationId })],
  ["campaigns", (tx, organisationId) => campaigns.list(tx, { organisationId })],
  ["approvals", (tx, organisationId) => approvals.list(tx, { organisationId, ...page })],
  ["open approvals", (tx, organisationId) => approvals.list(tx, { organisationId, status: "open", ...page })],
  ["queries", (tx, organisationId) => sqlWorkflows.list(tx, { organisationId, ...page })],
  [
    "queries that are searched",
    (tx, organisationId) => sqlWorkflows.list(tx, { organisationId, search: "Query 7", ...page }),
  ],
  [
    "a query's runs",
    async (tx, organisationId) => {
      const {
        sqlWorkflows: [first],
      } = await sqlWorkflows.list(tx, { organisationId, limit: 1 });
      await sqlWorkflows.executions(tx, { organisationId, id: first!.id, ...page });
    },
  ],
  ["templates", (tx, organisationId) => queryTemplates.list(tx, { organisationId, ...page })],
  [
    "templates that are searched",
    (tx, organisationId) => queryTemplates.list(tx, { organisationId, search: "template 7", ...page }),
  ],
  ["connections", (tx, organisationId) => connections.list(tx, { organisationId })],
  ["schedules", (tx, organisationId) => schedules.list(tx, { organisationId })],
  ["webhooks", (tx, organisationId) => webhooks.list(tx, { organisationId })],
  ...(["failed", "delivered", "waiting", null] as const).map((status): (typeof lists)[number] => [
    `deliveries, ${status ?? "all"}`,
    (tx, organisationId) =>
      webhooks.deliveries(tx, { organisationId, webhookId: null, status, kind: null, before: null, ...page }),
  ]),
  [
    "deliveries of a webhook",
    async (tx, organisationId) => {
      const [first] = await webhooks.list(tx, { organisationId });
      const of = { organisationId, webhookId: first!.id, status: null, kind: null, before: null };
      await webhooks.deliveries(tx, { ...of, ...page });
    },
  ],
];
const filled =
  /^(runs|twins|twin_versions|campaign_messages|approvals|sql_workflows|sql_workflow_runs|query_templates|schedules|webhook_deliveries)$/;

test.each(lists)("%s: nobody's list reads a table from one end to the other", async (_, read) => {
  await using explaining = await explainingDatabase(world.database.adminUrl);
  for (const { organisationId, people } of [world.ours, world.theirs]) {
    const plans = await explaining.plansOf(() =>
      asCaller(explaining.db, people.viewer, (tx) => read(tx, organisationId)),
    );
    const ofTables = plans.filter((node) => filled.test(node["Relation Name"] ?? ""));
    const sequential = ofTables.filter((node) => node["Node Type"] === "Seq Scan");
    const whose = organisationId === world.ours.organisationId ? "few" : "many";
    expect(
      sequential.map((node) => node["Relation Name"]),
      whose,
    ).toEqual([]);
  }
});
