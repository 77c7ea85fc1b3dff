import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiWorld, openApiWorld } from "./api-world.js";

let world: ApiWorld;
let instanceId: string;
beforeAll(async () => {
  world = await openApiWorld();
  const connection = randomUUID();
  await world.admin.sql`
    insert into longhaul.connections (id, organisation_id, name) values (${connection}, ${world.ours.id}, 'Ads')`;
  const [row] = await world.admin.sql<{ id: string }[]>`
    insert into longhaul.amc_instances (organisation_id, connection_id, amc_instance_id, name, type, customer_name, account_id,
      account_name, marketplace_id)
    values (${world.ours.id}, ${connection}, 'amc1', 'Sandbox', 'STANDARD', 'c', 'a', 'b', 'm') returning id`;
  instanceId = row!.id;
});
afterAll(() => world[Symbol.asyncDispose]());

const api = () => world.clients.http(world.ours.operator);
const window = { start: "2026-01-01T00:00:00Z", end: "2026-02-01T00:00:00Z" };
const query = {
  name: "Reach",
  sql: "SELECT campaign\nFROM dsp_impressions WHERE advertiser = {{advertiser}} LIMIT {{most}}",
  parameterSchema: [
    { name: "advertiser", type: "string" as const },
    { name: "most", type: "integer" as const, default: 10, min: 1 },
  ],
};

/** What the refusal names: its code, and where each problem is. */
async function refusalOf(call: Promise<unknown>) {
  const error: unknown = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  const { data } = error as { data?: { errorCode: string; issues: { path: unknown[] }[] } };
  return { code: data?.errorCode, paths: data?.issues.map(({ path }) => path.join(".")) };
}

test("a value that does not fit is named by its field, and what is saved is what is run", async () => {
  const { id } = await api().sqlWorkflows.create.mutate({ ...query, instanceId, timeWindow: window });
  const run = (values?: Record<string, string | number>) => api().sqlWorkflows.run.mutate({ id, values });
  expect(await refusalOf(run())).toEqual({ code: "INPUT_INVALID", paths: ["values.advertiser"] });
  expect(await refusalOf(run({ advertiser: "a", most: 0 }))).toEqual({
    code: "INPUT_INVALID",
    paths: ["values.most"],
  });
  expect(await refusalOf(run({ advertiser: "a", other: 1 }))).toMatchObject({ paths: ["values.other"] });
  // What fits comes as far as this world has a machine for.
  expect(await refusalOf(run({ advertiser: "O'Brien" }))).toMatchObject({ code: "WORKFLOW_NOT_DEPLOYED" });
  await api().sqlWorkflows.saveValues.mutate({ id, savedValues: { advertiser: "a" }, timeWindow: window });
  expect(await refusalOf(run())).toMatchObject({ code: "WORKFLOW_NOT_DEPLOYED" });
});

test("a query is not run without an instance and a time, nor with SQL that cannot be bound", async () => {
  const make = (more: object) =>
    api().sqlWorkflows.create.mutate({ ...query, instanceId, timeWindow: window, ...more });
  const run = async (more: object) => {
    const { id } = await make(more);
    return refusalOf(api().sqlWorkflows.run.mutate({ id, values: { advertiser: "a" } }));
  };
  expect(await run({ instanceId: null })).toEqual({ code: "INPUT_INVALID", paths: ["instanceId"] });
  expect(await run({ timeWindow: null })).toEqual({ code: "INPUT_INVALID", paths: ["timeWindow"] });
  const quoted = query.sql.replace("{{advertiser}}", "'{{advertiser}}'");
  expect(await run({ sql: quoted })).toMatchObject({ code: "INPUT_INVALID", paths: ["sql.2.41"] });
});

test("a schema that is none is refused, and so is a template that cannot be rendered", async () => {
  const schema = [{ name: "a", type: "integer" as const, min: 2, max: 1 }];
  const bad = api().sqlWorkflows.create.mutate({ ...query, parameterSchema: schema });
  expect(await refusalOf(bad)).toEqual({ code: "INPUT_INVALID", paths: ["parameterSchema.0.max"] });
  const broken = api().queryTemplates.create.mutate({ ...query, sql: "DROP TABLE x" });
  expect(await refusalOf(broken)).toMatchObject({ code: "INPUT_INVALID", paths: ["sql.1.1", "sql", "sql"] });
  const { id } = await api().queryTemplates.create.mutate(query);
  const emptied = api().queryTemplates.update.mutate({ id, parameterSchema: [] });
  expect(await refusalOf(emptied)).toMatchObject({ code: "INPUT_INVALID" });
});

test("who saves over a change of somebody else is told, and keeps nothing of theirs from being there", async () => {
  const { id, version } = await api().sqlWorkflows.create.mutate(query);
  await world.clients.http(world.ours.admin).sqlWorkflows.update.mutate({ id, version, name: "Theirs" });
  const late = api().sqlWorkflows.update.mutate({ id, version, name: "Mine" });
  expect(await refusalOf(late)).toMatchObject({ code: "SQL_WORKFLOW_CHANGED" });
  expect(await api().sqlWorkflows.get.query({ id })).toMatchObject({ name: "Theirs", version: version + 1 });
});

test("a preview says what would be sent, or where it cannot be", async () => {
  const preview = (values: Record<string, string>) =>
    api().queryTemplates.preview.query({ ...query, values });
  expect(await preview({ advertiser: "O'Brien" })).toEqual({
    ok: true,
    sql: "SELECT campaign\nFROM dsp_impressions WHERE advertiser = 'O''Brien' LIMIT 10",
  });
  expect(await preview({})).toMatchObject({
    ok: false,
    problems: [{ parameter: "advertiser", place: { line: 2 } }],
  });
});

test("pages of templates go on where the page before ended", async () => {
  const first = await api().queryTemplates.list.query({ limit: 2 });
  const second = await api().queryTemplates.list.query({ limit: 2, cursor: first.nextCursor });
  const ids = [...first.templates, ...second.templates].map(({ id }) => id);
  expect(new Set(ids).size).toBe(4);
  const nowhere = api().queryTemplates.list.query({ cursor: "[1]" });
  expect(await refusalOf(nowhere)).toMatchObject({ code: "INPUT_INVALID" });
});
