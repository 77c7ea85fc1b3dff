import { randomUUID } from "node:crypto";
import { asCaller, queryTemplates, runs, sqlWorkflows, type Tx } from "@longhaul/db";
import { checkTemplate, parametersSchema, renderTemplate } from "@longhaul/workflows/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newRun, openWorld, type World } from "../support/database.js";
import type { Person } from "../support/tenants.js";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const as = <T>(who: Person, work: (tx: Tx) => Promise<T>) => asCaller(world.api, who, work);
const ours = () => ({ organisationId: world.ours.organisationId });
const theirs = () => ({ organisationId: world.theirs.organisationId });
const operator = () => world.ours.people.operator;

async function instanceOf({ organisationId }: { organisationId: string }): Promise<string> {
  const connection = randomUUID();
  await world.admin.sql`
    insert into longhaul.connections (id, organisation_id, name) values (${connection}, ${organisationId}, 'Ads')`;
  const [row] = await world.admin.sql<{ id: string }[]>`
    insert into longhaul.amc_instances (organisation_id, connection_id, amc_instance_id, name, type, customer_name, account_id,
      account_name, marketplace_id)
    values (${organisationId}, ${connection}, 'amc1', 'Sandbox', 'STANDARD', 'c', 'a', 'b', 'm') returning id`;
  return row!.id;
}

const create = (fields: Parameters<typeof sqlWorkflows.create>[1] | object = {}) =>
  as(operator(), (tx) =>
    sqlWorkflows.create(tx, { ...ours(), name: "Reach", sql: "SELECT 1 AS a", ...fields }),
  );

describe("a SQL workflow", () => {
  test("keeps what is written, and counts its changes", async () => {
    const instanceId = await instanceOf(ours());
    const { id, version } = await create({ instanceId, savedValues: { a: [1, "x"] } });
    const timeWindow = { start: "2026-01-01T00:00:00Z", end: "2026-02-01T00:00:00Z" };
    await as(operator(), (tx) =>
      sqlWorkflows.update(tx, { ...ours(), id, version, name: "Reach 2", timeWindow }),
    );
    const found = await as(operator(), (tx) => sqlWorkflows.get(tx, { ...ours(), id }));
    expect(found).toMatchObject({
      ...{ id, name: "Reach 2", sql: "SELECT 1 AS a", version: 2, instanceId, instanceName: "Sandbox" },
      ...{ savedValues: { a: [1, "x"] }, timeWindow, parameterSchema: [], lastRun: null },
      createdBy: { name: "ours-operator" },
    });
  });

  test("is not overwritten by who has read an earlier one, of two at once one succeeds", async () => {
    const { id } = await create();
    const change = (name: string) =>
      as(operator(), (tx) => sqlWorkflows.update(tx, { ...ours(), id, version: 1, name }));
    const answers = await Promise.allSettled([change("first"), change("second")]);
    expect(answers.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    await expect(change("third")).rejects.toMatchObject({ code: "SQL_WORKFLOW_CHANGED" });
    await as(operator(), (tx) =>
      sqlWorkflows.saveValues(tx, { ...ours(), id, savedValues: { x: 1 }, timeWindow: null }),
    );
    const found = await as(operator(), (tx) => sqlWorkflows.get(tx, { ...ours(), id }));
    expect(found).toMatchObject({ version: 2, savedValues: { x: 1 } });
  });

  test("takes no instance of another organisation, and loses one that goes", async () => {
    const foreign = await instanceOf(theirs());
    await expect(create({ instanceId: foreign })).rejects.toMatchObject({ code: "INSTANCE_NOT_FOUND" });
    const instanceId = await instanceOf(ours());
    const { id } = await create({ instanceId });
    await world.admin.sql`delete from longhaul.amc_instances where id = ${instanceId}`;
    const found = await as(operator(), (tx) => sqlWorkflows.get(tx, { ...ours(), id }));
    expect(found?.instanceId).toBeNull();
  });

  test("has its runs in its history, however they were started, and nobody else's", async () => {
    const { id } = await create();
    const other = await create();
    const run = (over: object) =>
      as(operator(), (tx) =>
        runs.start(tx, newRun(ours().organisationId, { workflow: "query-run", ...over })),
      );
    const window = { start: "2026-01-01T00:00:00Z", end: "2026-02-01T00:00:00Z" };
    const first = await run({ input: { sqlWorkflowId: id, timeWindow: window, parameters: { a: 1 } } });
    const second = await run({ input: { sqlWorkflowId: id } });
    await run({ input: { sqlWorkflowId: other.id } });
    await run({ input: { sqlWorkflowId: "nonsense" } });
    await run({ workflow: "data-import", input: { sqlWorkflowId: id } });
    const history = (more: object = {}) =>
      as(operator(), (tx) => sqlWorkflows.executions(tx, { ...ours(), id, limit: 1, ...more }));
    const page = await history();
    expect(page.executions).toMatchObject([{ runId: second.runId, status: "queued", parameters: {} }]);
    const older = await history({ before: page.next });
    expect(older).toMatchObject({
      executions: [{ runId: first.runId, timeWindow: window, parameters: { a: 1 }, amcExecutionId: null }],
      next: null,
    });
    expect((await history({ statuses: ["failed"] })).executions).toEqual([]);
    const strangers = await as(world.theirs.people.owner, (tx) =>
      sqlWorkflows.executions(tx, { ...theirs(), id, limit: 10 }),
    );
    expect(strangers.executions).toEqual([]);
    await as(operator(), (tx) => sqlWorkflows.remove(tx, { ...ours(), id }));
    const kept = await as(operator(), (tx) => runs.get(tx, { ...ours(), runId: first.runId }));
    expect(kept?.id).toBe(first.runId);
  });
});

describe("templates that come with the product", () => {
  test("can be rendered with their defaults", async () => {
    const { templates } = await as(operator(), (tx) => queryTemplates.list(tx, { ...ours(), limit: 50 }));
    expect(templates.length).toBeGreaterThanOrEqual(7);
    for (const { name, sql, parameterSchema, owner } of templates) {
      const parameters = parametersSchema.parse(parameterSchema);
      expect(checkTemplate(sql, parameters), name).toEqual([]);
      expect(renderTemplate(sql, parameters, {}), name).toMatchObject({ ok: true });
      expect(owner).toBe("house");
    }
  });

  test("are found by words, their beginnings and their forms", async () => {
    const names = async (search: string, more: object = {}) => {
      const page = await as(operator(), (tx) =>
        queryTemplates.list(tx, { ...ours(), search, limit: 50, ...more }),
      );
      return page.templates.map(({ name }) => name);
    };
    expect(await names("overlaps")).toEqual(["Overlap of two kinds of ads"]);
    expect(await names("conversio path")).toEqual(["Path to conversion"]);
    expect(await names("new-to-br")).toContain("New-to-brand buyers by campaign");
    expect(await names("nothing like this")).toEqual([]);
    expect(await names("  !&|<>:* ")).toHaveLength((await names("")).length);
    expect(await names("", { category: "overlap" })).toEqual(["Overlap of two kinds of ads"]);
    expect(await names("", { own: true })).toEqual([]);
  });

  test("are nobody's to change, and everybody's to copy", async () => {
    const { templates } = await as(operator(), (tx) => queryTemplates.list(tx, { ...ours(), limit: 1 }));
    const [{ id, usageCount, sql }] = templates as [(typeof templates)[0]];
    const { owner } = world.ours.people;
    const absent = { code: "QUERY_TEMPLATE_NOT_FOUND" };
    await expect(
      as(owner, (tx) => queryTemplates.update(tx, { ...ours(), id, name: "Mine" })),
    ).rejects.toMatchObject(absent);
    await expect(as(owner, (tx) => queryTemplates.remove(tx, { ...ours(), id }))).rejects.toMatchObject(
      absent,
    );
    const copy = await as(operator(), (tx) => queryTemplates.fork(tx, { ...ours(), id }));
    const forked = await as(operator(), (tx) => queryTemplates.get(tx, { ...ours(), id: copy.id }));
    expect(forked).toMatchObject({ forkedFrom: id, owner: "own", visibility: "private", sql, usageCount: 0 });
    const used = await as(operator(), (tx) => queryTemplates.get(tx, { ...ours(), id }));
    expect(used?.usageCount).toBe(usageCount + 1);
  });
});

test("a template counts the people who begin from it, each once, however often and in whatever way", async () => {
  const { admin, operator: one } = world.ours.people;
  const { operator: stranger } = world.theirs.people;
  const { id } = await as(admin, (tx) =>
    queryTemplates.create(tx, {
      ...{ ...ours(), name: "Counted", category: "other", sql: "SELECT 1 AS a" },
      visibility: "public",
    }),
  );
  const use = (who: Person, organisation: { organisationId: string }) =>
    as(who, (tx) => queryTemplates.use(tx, { ...organisation, id }));
  const counted = async () => (await as(one, (tx) => queryTemplates.get(tx, { ...ours(), id })))?.usageCount;
  await Promise.all([use(one, ours()), use(one, ours()), use(one, ours())]);
  await as(one, (tx) => queryTemplates.fork(tx, { ...ours(), id }));
  await as(one, (tx) =>
    sqlWorkflows.create(tx, { ...ours(), name: "x", sql: "SELECT 1 AS a", templateId: id }),
  );
  expect(await counted()).toBe(1);
  await Promise.all([use(stranger, theirs()), use(stranger, theirs()), use(admin, ours())]);
  expect(await counted()).toBe(3);
  const reading = as(one, (tx) => tx`select user_id from longhaul.query_template_uses`);
  await expect(reading).rejects.toMatchObject({ code: "42501" });
});

describe("a template of an organisation", () => {
  const fields = { name: "Ours", category: "other", sql: "SELECT 1 AS a" };

  test("is seen by its own people, and by others once an admin publishes it", async () => {
    const { admin } = world.ours.people;
    const { id } = await as(operator(), (tx) => queryTemplates.create(tx, { ...ours(), ...fields }));
    const seen = () => as(world.theirs.people.viewer, (tx) => queryTemplates.get(tx, { ...theirs(), id }));
    expect(await seen()).toBeNull();
    const publish = (who: Person) =>
      as(who, (tx) => queryTemplates.update(tx, { ...ours(), id, visibility: "public" }));
    await expect(publish(operator())).rejects.toMatchObject({ code: "FORBIDDEN" });
    await publish(admin);
    expect(await seen()).toMatchObject({ name: "Ours", owner: "other" });
    // What others may have begun from is an admin's from now on.
    const rename = (who: Person, organisation: { organisationId: string }) =>
      as(who, (tx) => queryTemplates.update(tx, { ...organisation, id, name: "Changed" }));
    await expect(rename(operator(), ours())).rejects.toMatchObject({ code: "FORBIDDEN" });
    const strangers = rename(world.theirs.people.owner, theirs());
    await expect(strangers).rejects.toMatchObject({ code: "QUERY_TEMPLATE_NOT_FOUND" });
    await as(world.theirs.people.operator, (tx) => queryTemplates.fork(tx, { ...theirs(), id }));
    await as(admin, (tx) => queryTemplates.remove(tx, { ...ours(), id }));
    expect(await seen()).toBeNull();
  });

  test("that is private is neither used nor copied by others", async () => {
    const { id } = await as(operator(), (tx) => queryTemplates.create(tx, { ...ours(), ...fields }));
    const { operator: stranger } = world.theirs.people;
    const absent = { code: "QUERY_TEMPLATE_NOT_FOUND" };
    await expect(as(stranger, (tx) => queryTemplates.use(tx, { ...theirs(), id }))).rejects.toMatchObject(
      absent,
    );
    await expect(as(stranger, (tx) => queryTemplates.fork(tx, { ...theirs(), id }))).rejects.toMatchObject(
      absent,
    );
    const begun = as(stranger, (tx) =>
      sqlWorkflows.create(tx, { ...theirs(), name: "x", sql: "SELECT 1", templateId: id }),
    );
    await expect(begun).rejects.toMatchObject(absent);
  });

  test("who wrote it is not read by everybody", async () => {
    const reading = as(operator(), (tx) => tx`select created_by from longhaul.query_templates`);
    await expect(reading).rejects.toMatchObject({ code: "42501" });
  });

  test("pages hold each template once, the most used first", async () => {
    const seen: string[] = [];
    let before: Parameters<typeof queryTemplates.list>[1]["before"];
    for (;;) {
      const page = await as(operator(), (tx) => queryTemplates.list(tx, { ...ours(), limit: 3, before }));
      seen.push(...page.templates.map(({ id }) => id));
      if (!page.next) break;
      before = page.next;
    }
    expect(new Set(seen).size).toBe(seen.length);
    const all = await as(operator(), (tx) => queryTemplates.list(tx, { ...ours(), limit: 100 }));
    expect(seen).toEqual(all.templates.map(({ id }) => id));
  });
});
