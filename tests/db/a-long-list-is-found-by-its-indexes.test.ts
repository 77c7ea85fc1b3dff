import { asCaller, type RunPage, runs } from "@longhaul/db";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openWorld, startRun, type World } from "../support/database.js";
import { explainingDatabase, type Plan } from "../support/plans.js";
import type { Tenant } from "../support/tenants.js";

const size = 20_000;
const statuses = ["succeeded", "failed", "cancelled", "running"] as const;

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await fill(world.ours, size);
  await fill(world.theirs, size / 10);
  await world.admin.sql`vacuum analyze longhaul.runs, longhaul.run_search, longhaul.run_tags`;
}, 120_000);
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/**
 * Runs of the last weeks: most have succeeded, one in a hundred has failed, one in a thousand was cancelled; one in 500
 * has the tag, one in ten another that many have, one in 1,000 the word, one in 200 is the admin's; three of four are of one workflow; of the oldest 5,000 one
 * in 50 has the other tag, and the other word; of the oldest 8,000 one in four has a third word, and none of the others.
 */
async function fill({ organisationId, people }: Tenant, count: number): Promise<void> {
  await world.admin.sql`
    with filled as (insert into longhaul.runs (organisation_id, workflow, name, priority, status, error, output, input, stages,
      definition_hash, correlation_id, created_by, created_at, started_at, finished_at, cancel_requested_at, tags, last_seq)
    select ${organisationId}, case when n % 4 = 0 then 'storybook' else 'data-import' end,
      case when n % 1000 = 7 then 'Readings of Pellworm ' when n % 50 = 13 and n < 5000 then 'Readings of Sylt '
        when n % 4 = 2 and n < 8000 then 'Readings of Amrum ' else 'Readings of March ' end || n, 'normal', s.status,
      case when s.status = 'failed' then '{"code": "X", "message": "x"}'::jsonb end,
      case when s.status = 'succeeded' then '{}'::jsonb end,
      jsonb_build_object('file', gen_random_uuid(), 'rows', n), '[{"key": "a", "label": "A", "weight": 1, "steps": 1,
        "fraction": 1, "status": "done", "message": null}]',
      ${"0".repeat(64)}, 'corr-' || n,
      case when n % 200 = 3 then ${people.admin.userId}::uuid else ${people.operator.userId}::uuid end,
      t.at, t.at, case when s.status <> 'running' then t.at + interval '3 s' end,
      case when s.status = 'cancelled' then t.at end, case when n % 500 = 1 then array['nightly']
        when n % 50 = 21 and n < 5000 then array['retired'] when n % 10 = 2 then array['daily'] else '{}' end, 1
    from generate_series(1, ${count}::integer) n
    cross join lateral (select now() - make_interval(secs => (${count}::integer - n) * 20) as at) t
    cross join lateral (select case when n % 1000 = 5 then 'cancelled' when n % 100 = 9 then 'failed'
      when n > ${count}::integer - 5 then 'running' else 'succeeded' end as status) s
      returning id, organisation_id, name, tags, input, created_at)
    insert into longhaul.run_search (run_id, organisation_id, created_at, slices, document)
    select id, organisation_id, created_at, longhaul.slices_of(organisation_id, created_at),
      longhaul.search_document(id, name, tags, input) from filled`;
}

const day = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * day).toISOString();
const cases = (): [string, object][] => [
  ["everything", {}],
  ["one workflow", { workflow: "storybook" }],
  ["a common status", { statuses: ["succeeded"] }],
  ["rare statuses", { statuses: ["failed", "cancelled"] }],
  ["every status", { statuses }],
  ["a rare status of one workflow", { statuses: ["cancelled"], workflow: "storybook" }],
  ["a tag", { tag: "nightly" }],
  ["a tag that nobody uses", { tag: "never" }],
  ["a tag among rare statuses", { tag: "nightly", statuses: ["failed", "cancelled"] }],
  ["a tag of one workflow", { tag: "nightly", workflow: "storybook" }],
  ["a tag that many have among rare statuses", { tag: "daily", statuses: ["failed"] }],
  ["a tag that many have, of one workflow", { tag: "daily", workflow: "storybook" }],
  ["a tag in a stretch of time", { tag: "nightly", from: daysAgo(3), to: daysAgo(2) }],
  ["a person", { person: world.ours.people.admin.userId }],
  ["a person who started nothing", { person: world.ours.people.viewer.userId }],
  ["a stretch of time", { from: daysAgo(3), to: daysAgo(2) }],
  ["a rare word", { search: "pellworm" }],
  ["a common word", { search: "march" }],
  ["a tag that the newest have not", { tag: "retired" }],
  ["a word that the newest have not", { search: "sylt" }],
  ["a word that many have, but none of the newest", { search: "amrum" }],
  ["such a word among rare statuses", { search: "amrum", statuses: ["failed"] }],
  ["such a word with a tag", { search: "amrum", tag: "daily" }],
  ["such a word in a stretch of time", { search: "amrum", from: daysAgo(4), to: daysAgo(3) }],
  ["words of which the newest have only the common one", { search: "readings of sylt" }],
  ["a word that is nowhere", { search: "kiribati" }],
  ["two letters", { search: "qx" }],
  ["signs without a letter", { search: "?!?" }],
  ["a letter before signs", { search: "x?!" }],
  ["a common word among the failed", { search: "march", statuses: ["failed"] }],
  [
    "everything at once",
    {
      workflow: "data-import",
      statuses: ["succeeded", "failed"],
      tag: "nightly",
      person: world.ours.people.operator.userId,
      from: daysAgo(4),
      search: "march",
    },
  ],
];

/** The plans of all statements that a list, or a count, has run. */
async function plansOf(filter: object, limit: number): Promise<Plan[]> {
  await using explaining = await explainingDatabase(world.database.adminUrl);
  const { sql } = explaining.db;
  return await explaining.plansOf(
    () => sql`select count(*) from longhaul.look_for_runs(${world.ours.organisationId},
      ${sql.json(filter as never)}, ${limit}, ${limit < 1000})`,
  );
}

test("no list, no search and no count reads a table from one end to the other", async () => {
  for (const [name, filter] of cases()) {
    // A page, and a count.
    for (const limit of [51, 1001]) {
      const plan = await plansOf(filter, limit);
      expect(
        plan.some((node) => node["Relation Name"] === "runs" || node["Relation Name"] === "run_tags"),
        `${name}, ${limit}`,
      ).toBe(true);
      const sequential = plan.filter((node) => node["Node Type"] === "Seq Scan");
      expect(sequential, `${name}, ${limit}`).toEqual([]);
    }
  }
});

test("a page of fifty looks at few rows, whatever it is filtered by", async () => {
  const most = (plan: Plan[]) =>
    Math.max(
      0,
      ...plan.map(
        (node) => (node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0)) * node["Actual Loops"],
      ),
    );
  for (const [name, filter] of cases()) {
    const plan = await plansOf(filter, 51);
    const entries = plan.filter((node) => node["Node Type"] === "Index Only Scan");
    const rows = plan.filter(
      (node) =>
        !entries.includes(node) && (node["Relation Name"] || node["Node Type"].startsWith("Bitmap Index")),
    );
    // Two letters have no trigram: they are looked for among the newest 2,000.
    expect(most(rows), name).toBeLessThan(4000);
    // What stands side by side in two indexes is found in these alone.
    expect(most(entries), name).toBeLessThan(13_000);
  }
});

test("the filters find what they say, newest first, page after page", async () => {
  const { organisationId, people } = world.ours;
  const as = <T>(work: Parameters<typeof asCaller<T>>[2]) => asCaller(world.api, people.viewer, work);
  const list = (filter: object) => as((tx) => runs.list(tx, { organisationId, limit: 40, ...filter }));
  const count = (filter: object) => as((tx) => runs.count(tx, { organisationId, ...filter }));

  expect(await count({ tag: "nightly" })).toEqual({ count: size / 500, capped: false });
  expect(await count({ search: "PELLWORM" })).toEqual({ count: size / 1000, capped: false });
  expect(await count({ tag: "retired" })).toEqual({ count: 100, capped: false });
  expect(await count({ tag: "retired", workflow: "data-import" })).toEqual({ count: 100, capped: false });
  expect(await count({ tag: "retired", workflow: "storybook" })).toEqual({ count: 0, capped: false });
  expect(await count({ tag: "retired", statuses: ["succeeded"] })).toEqual({ count: 100, capped: false });
  expect(await count({ tag: "retired", statuses: ["failed", "running"] })).toEqual({
    count: 0,
    capped: false,
  });
  expect(await count({ tag: "nightly", person: people.operator.userId })).toEqual({
    count: 40,
    capped: false,
  });
  expect(await count({ tag: "never", workflow: "storybook" })).toEqual({ count: 0, capped: false });
  expect(await count({ tag: "daily", statuses: ["failed", "cancelled"] })).toEqual({
    count: 0,
    capped: false,
  });
  expect(await count({ tag: "daily", person: people.admin.userId })).toEqual({ count: 0, capped: false });
  expect(await count({ tag: "daily", workflow: "storybook" })).toEqual({ count: 1000, capped: false });
  expect(await count({ search: "Readings of  Sylt" })).toEqual({ count: 0, capped: false });
  expect(await count({ search: "Readings of Sylt" })).toEqual({ count: 100, capped: false });
  expect(await count({ search: "of sylt 4" })).toEqual({ count: 22, capped: false });
  expect(await count({ person: people.admin.userId })).toEqual({ count: size / 200, capped: false });
  expect(await count({ statuses: ["cancelled", "running"] })).toEqual({
    count: size / 1000 + 5,
    capped: false,
  });
  expect(await count({})).toEqual({ count: 1000, capped: true });
  expect(await count({ statuses: ["failed"], search: "march" })).toEqual({
    count: size / 100,
    capped: false,
  });
  expect(await count({ from: daysAgo(2), to: daysAgo(1) })).toEqual({ count: 1000, capped: true });

  const seen: string[] = [];
  for (
    let page = await list({ tag: "nightly" });
    ;
    page = await list({ tag: "nightly", before: page.next })
  ) {
    expect(page.runs.every((run) => run.tags.includes("nightly"))).toBe(true);
    seen.push(...page.runs.map((run) => run.createdAt));
    if (!page.next) break;
  }
  expect(seen).toHaveLength(size / 500);
  expect(seen).toEqual([...seen].sort().reverse());

  const mixed = await list({ statuses: ["failed", "cancelled"] });
  expect(new Set(mixed.runs.map((run) => run.status))).toEqual(new Set(["failed", "cancelled"]));
  expect(mixed.runs.map((run) => run.createdAt)).toEqual(
    mixed.runs
      .map((run) => run.createdAt)
      .sort()
      .reverse(),
  );
  const [one] = mixed.runs;
  expect((await list({ search: one!.id })).runs.map((run) => run.id)).toEqual([one!.id]);
  expect((await list({ search: one!.id.slice(0, 8).toUpperCase() })).runs.map((run) => run.id)).toEqual([
    one!.id,
  ]);
});

test("a word that lies far back is found whole, in its order, and in one's own organisation only", async () => {
  const { organisationId, people } = world.ours;
  const search = "amrum";
  const [from, to] = [daysAgo(4), daysAgo(3.5)];
  for (const { filter, where } of [
    { filter: {}, where: world.admin.sql`true` },
    { filter: { from, to }, where: world.admin.sql`created_at >= ${from} and created_at < ${to}` },
    { filter: { workflow: "data-import" }, where: world.admin.sql`workflow = 'data-import'` },
    { filter: { tag: "daily" }, where: world.admin.sql`'daily' = any (tags)` },
    { filter: { statuses: ["failed" as const] }, where: world.admin.sql`status = 'failed'` },
    { filter: { search: "readings amrum 22" }, where: world.admin.sql`false` },
    { filter: { search: "of amrum 22" }, where: world.admin.sql`name ~ 'Amrum 22'` },
  ]) {
    const expected = await world.admin.sql<{ id: string }[]>`
      select id from longhaul.runs where organisation_id = ${organisationId} and name ~ 'Amrum' and ${where}
      order by created_at desc, id desc`;
    const found: string[] = [];
    for (let before: RunPage["next"] = null; ; ) {
      const page = await asCaller(world.api, people.viewer, (tx) =>
        runs.list(tx, { organisationId, limit: 170, search, ...filter, before }),
      );
      found.push(...page.runs.map((run) => run.id));
      before = page.next;
      if (!before) break;
    }
    expect(found, JSON.stringify(filter)).toEqual(expected.map((run) => run.id));
    expect(
      await asCaller(world.api, people.viewer, (tx) => runs.count(tx, { organisationId, search, ...filter })),
    ).toEqual({ count: Math.min(1000, expected.length), capped: expected.length > 1000 });
  }
});

test("a start stands in the slices of its time", async () => {
  const runId = await startRun(world.api, world.ours);
  const [stands] = await world.admin.sql<{ same: boolean }[]>`
    select (s.organisation_id, s.created_at, s.slices) = (r.organisation_id, r.created_at, array(
        select longhaul.slice_of(r.organisation_id, level, longhaul.slot_at(level, r.created_at)) from generate_series(0, 2) level)) as same
    from longhaul.runs r join longhaul.run_search s on s.run_id = r.id where r.id = ${runId}`;
  expect(stands).toEqual({ same: true });
});

test("a stranger finds and counts nothing, and text that is SQL is only text", async () => {
  const { organisationId } = world.ours;
  const stranger = world.theirs.people.owner;
  expect(await asCaller(world.api, stranger, (tx) => runs.list(tx, { organisationId, limit: 5 }))).toEqual({
    runs: [],
    next: null,
  });
  expect(await asCaller(world.api, stranger, (tx) => runs.count(tx, { organisationId }))).toEqual({
    count: 0,
    capped: false,
  });
  for (const text of ["' or true --", "%", "\\", "$$; drop table longhaul.runs; $$", "_____", "'' '"]) {
    for (const filter of [{ search: text }, { tag: text }, { workflow: text }]) {
      const found = await asCaller(world.api, world.ours.people.viewer, (tx) =>
        runs.list(tx, { organisationId, limit: 5, ...filter }),
      );
      expect(found.runs, JSON.stringify(filter)).toEqual([]);
    }
  }
});
