import { openWorld } from "../support/database.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Analyst, openAnalyst, type Row } from "./analysts.js";
import { startTestAds, type TestAds } from "./local-ads.js";

let ads: TestAds;
let ada: Analyst;
interface Template {
  name: string;
  sql: string;
  parameterSchema: unknown;
}
let templates: Template[];
beforeAll(async () => {
  ads = await startTestAds();
  ada = await openAnalyst(ads);
  await using world = await openWorld();
  templates = await world.admin.sql<Template[]>`
    select name, sql, parameter_schema as "parameterSchema" from longhaul.query_templates
    where organisation_id is null order by name`;
  await ada.ask("SELECT COUNT(*) AS n FROM dsp_impressions");
}, 120_000);
afterAll(() => ads[Symbol.asyncDispose]());

const sum = (rows: readonly Row[], column: string) => rows.reduce((all, row) => all + Number(row[column]), 0);
/** Divides as an analyst does, by what may be nothing. */
const per = (a: string | undefined, b: string | undefined) => Number(a) / Number(b);

test("every template that we ship runs with what its form begins with, and gives rows", async () => {
  expect(templates.length).toBeGreaterThanOrEqual(7);
  for (const { name, sql, parameterSchema } of templates) {
    // Of a small stand-in's buyers there are few.
    const few = sql.includes("{{min_buyers}}") ? { min_buyers: 1 } : {};
    const rows = await ada.ask({ sql, parameterSchema, parameters: few });
    expect(rows.length, name).toBeGreaterThan(1);
    for (const row of rows) {
      for (const [column, cell] of Object.entries(row))
        expect(cell, `${name}: ${column}`).not.toMatch(/nan|inf/i);
    }
  }
});

describe("what things cost", () => {
  test("a thousand impressions cost dollars, a click about one, and both are what the tables' units say", async () => {
    const rows = await ada.ask(`
      SELECT creative_type, SUM(total_cost) / 100000 AS cost, SUM(impressions) AS impressions,
        SUM(total_cost) / 100000 / SUM(impressions) * 1000 AS cpm, SUM(supply_cost) / 100000000 AS supply
      FROM dsp_impressions GROUP BY creative_type`);
    const cpm = Object.fromEntries(rows.map((row) => [row["creative_type"], Number(row["cpm"])]));
    expect(cpm).toMatchObject({
      display: expect.any(Number) as number,
      streaming_tv: expect.any(Number) as number,
    });
    const between = (least: number, most: number, value: number | undefined) => {
      expect(value).toBeGreaterThan(least);
      expect(value).toBeLessThan(most);
    };
    between(1, 8, cpm["display"]);
    between(8, 25, cpm["video"]);
    between(5, 20, cpm["audio"]);
    between(20, 50, cpm["streaming_tv"]);
    for (const row of rows) {
      expect(per(row["cost"], row["impressions"]) * 1000).toBeCloseTo(Number(row["cpm"]), 6);
      between(0.4, 0.95, per(row["supply"], row["cost"]));
    }
    const [clicks] = await ada.ask(`
      SELECT SUM(spend) / 100000000 AS cost, SUM(clicks) AS clicks FROM sponsored_ads_traffic WHERE clicks > 0`);
    between(0.3, 4, per(clicks?.["cost"], clicks?.["clicks"]));
  });

  test("the template's cost per thousand is that of the whole advertiser", async () => {
    const { sql, parameterSchema } = templates.find(({ name }) => name.startsWith("Reach and frequency"))!;
    const rows = await ada.ask({ sql, parameterSchema, parameters: { min_reach: 1 } });
    for (const row of rows) {
      expect(per(row["cost"], row["impressions"]) * 1000).toBeCloseTo(
        Number(row["cost_per_1000_impressions"]),
        6,
      );
      expect(per(row["impressions"], row["reach"])).toBeCloseTo(Number(row["frequency"]), 6);
      expect(Number(row["cost_per_1000_impressions"])).toBeLessThan(60);
    }
    const [all] = await ada.ask(
      "SELECT SUM(total_cost) / 100000 AS cost FROM dsp_impressions WHERE advertiser = 'Kettles'",
    );
    expect(sum(rows, "cost")).toBeCloseTo(Number(all?.["cost"]), 4);
  });

  test("what is spent comes back a few times over, not a hundred times", async () => {
    const rows = await ada.ask(`
      WITH spent AS (SELECT advertiser, SUM(total_cost) / 100000 AS cost FROM dsp_impressions GROUP BY advertiser),
      sold AS (
        SELECT advertiser, SUM(total_product_sales) AS sales, SUM(total_purchases) AS orders
        FROM amazon_attributed_events_by_traffic_time WHERE total_purchases > 0 GROUP BY advertiser
      )
      SELECT spent.advertiser, sold.sales / spent.cost AS roas, spent.cost / sold.orders AS cost_per_order
      FROM spent LEFT JOIN sold ON sold.advertiser = spent.advertiser`);
    expect(rows).toHaveLength(3);
    for (const row of rows) {
      expect(Number(row["roas"])).toBeGreaterThan(1);
      expect(Number(row["roas"])).toBeLessThan(20);
      expect(Number(row["cost_per_order"])).toBeGreaterThan(1);
    }
  });
});

describe("questions in the habit of AMC's own examples", () => {
  test("the path to conversion: rows, sorted lists of rows, and the path as AMC writes it", async () => {
    const rows = await ada.ask(
      `
      -- Campaigns in the order in which a person met them first.
      WITH met AS (
        SELECT campaign, user_id, MIN(impression_dt) AS first_seen, SUM(impressions) AS impressions
        FROM dsp_impressions WHERE user_id IS NOT NULL AND advertiser = 'Kettles' GROUP BY 1, 2
      ),
      bought AS (
        SELECT user_id, MAX(conversion_event_dt) AS last_bought, SUM(IF(ad_product_type IS NULL, purchases, total_purchases)) AS purchases,
          MAX(IF(new_to_brand = TRUE, 1, 0)) AS ntb
        FROM amazon_attributed_events_by_traffic_time
        WHERE total_purchases > 0 AND advertiser = 'Kettles' GROUP BY 1
      ),
      kept AS (
        SELECT m.user_id, m.campaign, m.first_seen, b.purchases, b.ntb FROM met m LEFT JOIN bought b ON b.user_id = m.user_id
        WHERE (b.user_id IS NOT NULL AND m.first_seen < b.last_bought) OR b.user_id IS NULL
      ),
      ranked AS (
        SELECT NAMED_ROW('order', ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY first_seen), 'campaign', campaign) AS step, user_id, purchases, ntb
        FROM kept
      ),
      paths AS (SELECT ARRAY_SORT(COLLECT(DISTINCT r.step)) AS path, r.user_id, MAX(purchases) AS purchases, MAX(ntb) AS ntb FROM ranked r GROUP BY r.user_id)
      SELECT path, COUNT(DISTINCT user_id) AS reach, COUNT(DISTINCT IF(purchases > 0, user_id, NULL)) AS buyers, SUM(ntb) AS ntb_buyers,
        (COUNT(DISTINCT IF(purchases > 0, user_id, NULL)) / COUNT(DISTINCT user_id)) AS purchase_rate
      FROM paths GROUP BY path`.replace(
        "m.*EXPANDED",
        "m.user_id, m.campaign, m.first_seen, b.purchases, b.ntb",
      ),
    );
    expect(rows.length).toBeGreaterThan(20);
    for (const { path } of rows) expect(path).toMatch(/^\[\[1, Kettles_\w+\](, \[\d, Kettles_\w+\])*\]$/);
    const [whole] = await ada.ask(
      "SELECT COUNT(DISTINCT user_id) AS reach FROM dsp_impressions WHERE advertiser = 'Kettles'",
    );
    expect(sum(rows, "reach")).toBe(Number(whole?.["reach"]));
    expect(sum(rows, "buyers")).toBeGreaterThan(20);
    expect(sum(rows, "ntb_buyers")).toBeLessThan(sum(rows, "buyers"));
    const longest = rows.map(({ path = "" }) => path.split("], [").length);
    expect(Math.max(...longest)).toBe(5);
  });

  test("overlap of sponsored and display audiences adds up to everybody", async () => {
    const rows = await ada.ask(`
      WITH seen AS (
        SELECT user_id, 'display' AS kind FROM dsp_impressions UNION ALL
        SELECT user_id, 'sponsored' AS kind FROM sponsored_ads_traffic WHERE ad_product_type = 'sponsored_products'
      ),
      groups AS (SELECT user_id, ARRAY_TO_STRING(ARRAY_SORT(COLLECT(DISTINCT kind)), ' + ') AS exposure FROM seen GROUP BY user_id)
      SELECT exposure, COUNT(DISTINCT user_id) AS people FROM groups GROUP BY exposure`);
    expect(rows.map(({ exposure }) => exposure).toSorted()).toEqual([
      "display",
      "display + sponsored",
      "sponsored",
    ]);
    const [all] = await ada.ask(`
      SELECT COUNT(DISTINCT user_id) AS people FROM
        (SELECT user_id FROM dsp_impressions UNION ALL SELECT user_id FROM sponsored_ads_traffic WHERE CONTAINED_IN(ad_product_type, 'sponsored_products'))`);
    expect(sum(rows, "people")).toBe(Number(all?.["people"]));
  });

  test("the time to conversion is counted in seconds and ends within the fourteen days of attribution", async () => {
    const rows = await ada.ask(`
      SELECT CASE WHEN SECONDS_BETWEEN(traffic_event_dt, conversion_event_dt) <= 60 * 60 * 24 THEN 'a day'
          WHEN SECONDS_BETWEEN(traffic_event_dt, conversion_event_dt) <= 60 * 60 * 24 * 14 THEN 'a fortnight' ELSE 'later' END AS after,
        SUM(purchases) AS orders, COUNT(DISTINCT user_id) AS people, MEDIAN(SECONDS_BETWEEN(traffic_event_dt, conversion_event_dt)) AS median
      FROM amazon_attributed_events_by_conversion_time WHERE conversion_event_subtype = 'order' GROUP BY 1`);
    expect(rows.map(({ after }) => after).toSorted()).toEqual(["a day", "a fortnight"]);
    for (const { median } of rows) expect(Number(median)).toBeGreaterThan(3_600);
  });

  test("new-to-brand buyers are a part of the buyers, by people and by sales", async () => {
    const [row] = await ada.ask(`
      SELECT COUNT(DISTINCT user_id) AS buyers, COUNT(DISTINCT IF(new_to_brand, user_id, NULL)) AS new_buyers,
        SUM(new_to_brand_total_product_sales) AS new_sales, SUM(total_product_sales) AS sales
      FROM amazon_attributed_events_by_conversion_time WHERE purchases > 0`);
    expect(per(row?.["new_buyers"], row?.["buyers"])).toBeGreaterThan(0.2);
    expect(per(row?.["new_buyers"], row?.["buyers"])).toBeLessThan(0.7);
    expect(per(row?.["new_sales"], row?.["sales"])).toBeLessThan(0.8);
  });

  test("frequency in groups, as text, with a name for what is left over", async () => {
    const rows = await ada.ask(`
      SELECT IF(impressions < 10, CONCAT('frequency_', impressions), 'frequency_10+') AS bucket, COUNT(DISTINCT user_id) AS people
      FROM (SELECT advertiser, user_id, SUM(impressions) AS impressions FROM dsp_impressions GROUP BY advertiser, user_id)
      GROUP BY bucket`);
    expect(rows.map(({ bucket }) => bucket)).toContain("frequency_1");
    expect(rows).toHaveLength(10);
  });

  test("a window is known by name, and reaches further back where it is asked to", async () => {
    const day = (ago: number) =>
      `${new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)}T00:00:00Z`;
    const timeWindow = { start: day(100), end: day(90) };
    const [row] = await ada.ask({
      timeWindow,
      sql: `SELECT BUILT_IN_PARAMETER('TIME_WINDOW_START') AS a, BUILT_IN_PARAMETER('TIME_WINDOW_END') AS b, COUNT(*) AS n,
        (SELECT COUNT(*) FROM TABLE(EXTEND_TIME_WINDOW('DSP_IMPRESSIONS', 'P10D', 'P5D')) I WHERE I.user_id IS NOT NULL) AS longer
        FROM dsp_impressions`,
    });
    expect(row?.["a"]).toBe(timeWindow.start.replace("T", " ").replace("Z", ""));
    expect(row?.["b"]).toBe(timeWindow.end.replace("T", " ").replace("Z", ""));
    const [longer] = await ada.ask({
      timeWindow: { start: day(110), end: day(85) },
      sql: "SELECT COUNT(*) AS n FROM dsp_impressions",
    });
    expect(row?.["longer"]).toBe(longer?.["n"]);
    expect(Number(row?.["longer"])).toBeGreaterThan(Number(row?.["n"]));
  });

  test.each([
    [
      "CASE WHEN 'Kettles_Spring_Video_US' SIMILAR TO '(?i)spring_video' THEN 'found' ELSE 'not' END",
      "found",
    ],
    ["CASE WHEN 'Kettles_Spring' SIMILAR TO '^Spring' THEN 'found' ELSE 'not' END", "not"],
    ["DAYOFWEEK(DATE '2026-11-22')", "1"],
    ["COALESCE(GREATEST(1, NULL), 0)", "0"],
    ["LEAST(3, 2)", "2"],
    ["CHARINDEX('b', 'abcb', 3)", "4"],
    ["LOCATE('z', 'abc')", "0"],
    ["REGEXP_REPLACE('a-b-c', '-', '.')", "a.b.c"],
    ["NVL2(NULL, 'a', 'b')", "b"],
    ["CARDINALITY(ARRAY_UNION(ARRAY[1, 2], ARRAY[2, 3]))", "3"],
    ["ARRAY_COMPLEMENT(ARRAY['x', 'y'], ARRAY['y'])", "[x]"],
    ["PERCENTILE(x, 0.5)", "2"],
    [
      "CONVERT_TIME_ZONE_FROM_UTC(TIMESTAMP '2026-01-01 00:00:00', 'America/New_York')",
      "2025-12-31 19:00:00",
    ],
    ["EPOCH_TO_UTC_TIMESTAMP(0)", "1970-01-01 00:00:00"],
    ["EXTRACT(HOUR FROM TIMESTAMP '2026-01-01 05:00:00')", "5"],
    ["CASE WHEN CAST('today' AS DATE) > DATE '2026-01-01' THEN 'later' END", "later"],
  ])("%s is %j as in AMC", async (expression, value) => {
    const aggregate = expression.startsWith("PERCENTILE") ? expression : `MAX(${expression})`;
    const sql = `WITH t (x) AS (VALUES (1), (2), (3)) SELECT ${aggregate} AS value FROM t`;
    expect((await ada.ask(sql))[0]?.["value"]).toBe(value);
  });
});

describe("what AMC does not do is refused with a sentence", () => {
  test.each([
    [
      "SELECT user_id, SUM(impressions) AS n FROM dsp_impressions GROUP BY user_id",
      /user_id.*VERY_HIGH.*COUNT\(DISTINCT/,
    ],
    ["SELECT advertiser, COLLECT(DISTINCT user_id) AS people FROM dsp_impressions GROUP BY 1", /VERY_HIGH/],
    ["SELECT COUNT(*) AS n FROM dsp_impressions WHERE user_id = 'u00000001'", /compared/],
    ["SELECT COUNT(*) AS n FROM dsp_impressions i WHERE i.user_id NOT IN ('u00000001')", /compared/],
    ["SELECT * FROM dsp_impressions", /SELECT \*.*Name the columns/],
    ["WITH a AS (SELECT i.* FROM dsp_impressions i) SELECT COUNT(*) AS n FROM a", /SELECT \*/],
    ["SELECT campaign, COUNT(*) AS n FROM dsp_impressions GROUP BY 1 LIMIT 10", /no LIMIT.*RANK/],
    [
      "SELECT COUNT(*) AS n FROM dsp_impressions a RIGHT JOIN dsp_clicks b ON a.user_id = b.user_id",
      /RIGHT JOIN.*LEFT JOIN/,
    ],
    ["SELECT MAX(GETDATE()) AS a FROM dsp_impressions", /GETDATE.*'today'/],
    [
      "SELECT MAX(DATE_DIFF('day', impression_dt, impression_dt)) AS a FROM dsp_impressions",
      /SECONDS_BETWEEN/,
    ],
    ["SELECT MAX(BUILT_IN_PARAMETER('REGION')) AS a FROM dsp_impressions", /TIME_WINDOW_START/],
    ["SELECT COUNT(*) AS n FROM TABLE(EXTEND_TIME_WINDOW('dsp_impressions', '14', '0'))", /three texts/],
    ["SELECT COUNT(*) AS n FROM TABLE(EXTEND_TIME_WINDOW('secrets', 'P1D', 'P0D'))", /no table secrets/],
    ["SELECT MAX(NAMED_ROW('a')) AS a FROM dsp_impressions", /NAMED_ROW\('label', value/],
  ])("%s", async (sql, sentence) => {
    await expect(ada.ask(sql)).rejects.toThrow(sentence);
  });

  test("CUSTOM_PARAMETER has its place in AMC's own parameters, here it is {{...}}", async () => {
    const sql = "SELECT COUNT(*) AS n FROM dsp_impressions WHERE campaign = CUSTOM_PARAMETER('campaign')";
    await expect(ada.ask(sql)).rejects.toThrow(/Write \{\{name\}\}/);
  });
});
