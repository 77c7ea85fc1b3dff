import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { useAds } from "../../ads/env.js";
import { signIn, startTestAds, type TestAds, token, type Tokens } from "../../ads/local-ads.js";
import { openProductWorld, type ProductWorld } from "../product-world.js";

let ads: TestAds;
let world: ProductWorld;
let tokens: Tokens;
let access = "";
let instanceId = "";
const renewed: string[] = [];

beforeAll(async () => {
  ads = await startTestAds();
  useAds(ads.environment);
  tokens = await signIn(ads);
  access = tokens.access_token;
  const accessToken = async (_id: string, options?: { refused?: string }) => {
    if (options?.refused === undefined) return access;
    renewed.push(options.refused);
    const answer = await token(ads, { grant_type: "refresh_token", refresh_token: tokens.refresh_token });
    access = ((await answer.json()) as Tokens).access_token;
    return access;
  };
  // The tables are made.
  await signedIn("/amc/reporting/amclocal01/dataSources");
  world = await openProductWorld({
    workflow: "query-run",
    waitScale: 0.02,
    connections: () => ({ accessToken }),
  });
  const connection = randomUUID();
  const { organisationId } = world.ours;
  await world.admin.sql`
    insert into longhaul.connections (id, organisation_id, name) values (${connection}, ${organisationId}, 'Ads')`;
  const [row] = await world.admin.sql<{ id: string }[]>`
    insert into longhaul.amc_instances (organisation_id, connection_id, amc_instance_id, name, type, customer_name, account_id,
      account_name, marketplace_id)
    values (${organisationId}, ${connection}, 'amclocal01', 'local-us', 'STANDARD', 'c', 'ENTITY1LONGHAUL0001', 'b', 'ATVPDKIKX0DER')
    returning id`;
  instanceId = row!.id;
}, 120_000);
afterEach(async () => {
  renewed.length = 0;
  world.invoked.length = 0;
  world.replace("Submit", null);
  await ads.order({
    ...{ throttle: { times: 0 }, serverError: 0, truncate: 0, slowMs: 0, failExecutions: 0 },
    ...{ downloadSeconds: 600, partBytes: 8_388_608 },
  });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await ads[Symbol.asyncDispose]();
});

const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString();
const sql =
  "SELECT campaign, device_type, SUM(impressions) AS impressions FROM dsp_impressions GROUP BY campaign, device_type ORDER BY campaign, device_type";

async function ask(over: object = {}): Promise<string> {
  const timeWindow = { start: day(395), end: day(0) };
  const runId = await world.start({ name: "Delivery", instanceId, sql, timeWindow, ...over });
  await world.send();
  return runId;
}

function signedIn(path: string): Promise<Response> {
  return fetch(`${ads.url}${path}`, {
    headers: {
      authorization: `Bearer ${access}`,
      "Amazon-Advertising-API-ClientId": ads.environment["AMAZON_ADS_CLIENT_ID"] ?? "",
      "Amazon-Advertising-API-AdvertiserId": "ENTITY1LONGHAUL0001",
      "Amazon-Advertising-API-MarketplaceId": "ATVPDKIKX0DER",
    },
  });
}

/** What became of all that AMC has been handed in since the test began. */
async function executions(): Promise<string[]> {
  const list = await signedIn("/amc/reporting/amclocal01/workflowExecutions?limit=100");
  const answer = (await list.json()) as { executions: { workflowExecutionId: string; status: string }[] };
  return answer.executions
    .filter(({ workflowExecutionId }) => !before.has(workflowExecutionId))
    .map(({ workflowExecutionId, status }) => (before.add(workflowExecutionId), status))
    .toReversed();
}
const before = new Set<string>();

async function resultOf(runId: string): Promise<string> {
  const run = await world.ended(runId);
  expect(run).toMatchObject({ status: "succeeded" });
  const { artifactId } = (run as unknown as { output: { artifactId: string } }).output;
  const [file] = await world.admin.sql<{ path: string }[]>`
    select path from longhaul.artifacts where id = ${artifactId}`;
  return world.objects.files.get(file!.path)?.toString() ?? "";
}

let whole = "";
test("a query that nothing happens to: one execution, one table", async () => {
  const runId = await ask();
  whole = await resultOf(runId);
  expect(whole.split("\n").length).toBeGreaterThan(20);
  expect(await executions()).toEqual(["SUCCEEDED"]);
});

test.each([
  ["is busy, and says for how long", { throttle: { times: 3, retryAfterSeconds: 1 } }],
  ["answers 500 at first", { serverError: 3 }],
  ["breaks downloads off in the middle", { truncate: 3, partBytes: 400 }],
  ["gives URLs that have run out, and new ones when asked", { downloadSeconds: 0, partBytes: 400 }],
  ["ends the token", { expireAccessTokens: true }],
])("AMC %s: the same table, asked for once", async (_what, faults) => {
  await ads.order(faults);
  const runId = await ask();
  if ("downloadSeconds" in faults) {
    await world.until(runId, () => world.invoked.includes("Fetch"));
    await ads.order({ downloadSeconds: 600 });
  }
  expect(await resultOf(runId)).toBe(whole);
  expect(await executions()).toEqual(["SUCCEEDED"]);
  if ("expireAccessTokens" in faults) expect(renewed).toHaveLength(1);
});

test("the worker dies after AMC has taken the query, before it could say so: the next one finds it there", async () => {
  let deaths = 0;
  const { submitted } = await dyingAfterSubmit(() => deaths++ === 0);
  const runId = await ask();
  expect(await resultOf(runId)).toBe(whole);
  expect(submitted()).toBe(2);
  expect(await executions()).toEqual(["SUCCEEDED"]);
});

test("a query that AMC failed runs anew when the run is tried again, as another execution", async () => {
  await ads.order({ failExecutions: 1 });
  const runId = await ask();
  const failed = await world.ended(runId);
  expect(failed).toMatchObject({
    status: "failed",
    error: { code: "QUERY_FAILED", message: expect.stringContaining("internal error") as string },
  });
  expect(failed).not.toHaveProperty("error.fatal");
  await world.retry(runId);
  expect(await resultOf(runId)).toBe(whole);
  expect(await executions()).toEqual(["FAILED", "SUCCEEDED"]);
  expect(world.invoked.filter((step) => step === "Submit")).toHaveLength(2);
});

test("a cancelled run takes its query back in AMC", async () => {
  await ads.order({ slowMs: 600_000 });
  const runId = await ask();
  await world.until(runId, () => world.invoked.filter((step) => step === "Poll").length > 1);
  await world.cancel(runId);
  expect(await world.ended(runId)).toMatchObject({ status: "cancelled" });
  expect(await executions()).toEqual(["CANCELLED"]);
});

test("so does one that was tried again, the query of its second attempt", async () => {
  await ads.order({ failExecutions: 1 });
  const runId = await ask();
  await world.ended(runId);
  await ads.order({ slowMs: 600_000 });
  await world.retry(runId);
  const polls = world.invoked.filter((step) => step === "Poll").length;
  await world.until(runId, () => world.invoked.filter((step) => step === "Poll").length > polls + 2);
  await world.cancel(runId);
  expect(await world.ended(runId)).toMatchObject({ status: "cancelled" });
  expect(await executions()).toEqual(["FAILED", "CANCELLED"]);
});

/** Steps of Submit whose process is gone when it has handed the query in. */
async function dyingAfterSubmit(dies: () => boolean) {
  const { handlers } = await import("@longhaul/workflows/handlers");
  const { default: submit } = await handlers["query-run"].Submit();
  let submitted = 0;
  world.replace("Submit", async (input, ctx) => {
    submitted += 1;
    const done = await submit.run(input as never, ctx);
    if (dies()) throw new Error("The process ended.");
    return done;
  });
  return { submitted: () => submitted };
}
