import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  authoriseUrl,
  callback,
  consent,
  signIn,
  startTestAds,
  type TestAds,
  type Tokens,
  token,
} from "./local-ads.js";

let ads: TestAds;
let tokens: Tokens;
beforeAll(async () => {
  ads = await startTestAds();
  tokens = await signIn(ads);
});
afterAll(async () => {
  await ads[Symbol.asyncDispose]();
});

type Json = Record<string, unknown>;

/** A call as Amazon's guide writes it. */
async function call(method: string, path: string, body?: object, over: Record<string, string> = {}) {
  const response = await fetch(`${ads.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${tokens.access_token}`,
      "Amazon-Advertising-API-ClientId": ads.environment["AMAZON_ADS_CLIENT_ID"] ?? "",
      "Amazon-Advertising-API-AdvertiserId": "ENTITY1LONGHAUL0001",
      "Amazon-Advertising-API-MarketplaceId": "ATVPDKIKX0DER",
      ...over,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, json: (await response.json()) as Json };
}

const executions = "/amc/reporting/amclocal01/workflowExecutions";
const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 19);
const queryOf = (sqlQuery: string, over: object = {}) => ({
  workflow: { sqlQuery },
  ...{
    timeWindowType: "EXPLICIT",
    timeWindowStart: day(390),
    timeWindowEnd: day(0),
    timeWindowTimeZone: "UTC",
  },
  ...over,
});

async function until(id: unknown, wanted: RegExp): Promise<Json> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const { json } = await call("GET", `${executions}/${String(id)}`);
    if (wanted.test(String(json["status"]))) return json;
    if (Date.now() > deadline) throw new Error(`It is still ${String(json["status"])}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const over = /SUCCEEDED|FAILED|CANCELLED/;

async function run(sql: string, given: object = {}) {
  const created = await call("POST", executions, queryOf(sql, given));
  expect(created.status, JSON.stringify(created.json)).toBe(200);
  return until(created.json["workflowExecutionId"], over);
}

async function urlsOf(execution: Json): Promise<string[]> {
  const { json } = await call(
    "GET",
    `${executions}/${String(execution["workflowExecutionId"])}/downloadUrls`,
  );
  return json["downloadUrls"] as string[];
}

describe("Login with Amazon", () => {
  test("asks a person, and comes back with code and state; or says that they declined", async () => {
    const back = await consent(authoriseUrl(ads).url);
    expect(back.origin + back.pathname).toBe(callback);
    expect(back.searchParams.get("state")).toBe("the-state");
    const declined = await consent(authoriseUrl(ads).url, "cancel");
    expect(Object.fromEntries(declined.searchParams)).toEqual({ error: "access_denied", state: "the-state" });
  });

  test("gives tokens for a code once, to who has its verifier, for an hour", async () => {
    const { url, verifier } = authoriseUrl(ads);
    const code = (await consent(url)).searchParams.get("code") ?? "";
    const form = { grant_type: "authorization_code", code, redirect_uri: callback };
    const stolen = await token(ads, { ...form, code_verifier: "x".repeat(43) });
    expect([stolen.status, await stolen.json()]).toMatchObject([400, { error: "invalid_grant" }]);
    const late = await token(ads, { ...form, code_verifier: verifier });
    expect(await late.json()).toMatchObject({ error: "invalid_grant" });
    expect(tokens).toMatchObject({ token_type: "bearer", expires_in: 3_600 });
    expect(tokens.access_token).toMatch(/^Atza\|/);
    expect(tokens.refresh_token).toMatch(/^Atzr\|/);
  });

  test.each([
    ["an address that is not on the list", { redirect_uri: "http://evil.example/connections/callback" }],
    ["another path of this machine", { redirect_uri: "http://localhost/elsewhere" }],
    ["another client", { client_id: "somebody" }],
  ])("leads nobody to %s", async (_what, given) => {
    const answer = await fetch(authoriseUrl(ads, given).url, { redirect: "manual" });
    expect(answer.status).toBe(400);
    expect(answer.headers.get("location")).toBeNull();
  });

  test("refuses a plain challenge", async () => {
    const answer = await fetch(authoriseUrl(ads, { code_challenge_method: "plain" }).url, {
      redirect: "manual",
    });
    expect(answer.headers.get("location")).toContain("error=invalid_request");
  });

  test("spends a refresh token where that is ordered, and takes no revoked one", async () => {
    const own = await signIn(ads);
    const refresh = (refresh_token: string) => token(ads, { grant_type: "refresh_token", refresh_token });
    expect(((await (await refresh(own.refresh_token)).json()) as Tokens).refresh_token).toBe(
      own.refresh_token,
    );
    await ads.order({ rotateRefreshTokens: true });
    const rotated = (await (await refresh(own.refresh_token)).json()) as Tokens;
    await ads.order({ rotateRefreshTokens: false });
    expect(rotated.refresh_token).not.toBe(own.refresh_token);
    expect(await (await refresh(own.refresh_token)).json()).toMatchObject({ error: "invalid_grant" });
    await fetch(`${ads.url}/auth/o2/revoke`, {
      method: "POST",
      body: new URLSearchParams({ token: rotated.refresh_token }),
    });
    expect(await (await refresh(rotated.refresh_token)).json()).toMatchObject({ error: "invalid_grant" });
  });
});

describe("the reporting API", () => {
  test("lists accounts, instances and tables", async () => {
    expect((await call("GET", "/amc/accounts")).json).toMatchObject({
      amcAccounts: [{ marketplaceId: "ATVPDKIKX0DER" }],
    });
    const { json } = await call("GET", "/amc/instances");
    expect(json).toMatchObject({ instances: [{ instanceId: "amclocal01", instanceType: "STANDARD" }, {}] });
    const tables = (await call("GET", "/amc/reporting/amclocal01/dataSources")).json["dataSources"] as Json[];
    expect(tables.map(({ name }) => name)).toContain("dsp_impressions");
    expect(JSON.stringify(tables)).toContain("user_id");
  }, 60_000);

  test.each([
    ["no token", { authorization: "" }, 401],
    ["a token of nobody", { authorization: "Bearer Atza|x" }, 401],
    ["another client", { "Amazon-Advertising-API-ClientId": "x" }, 401],
    ["no account", { "Amazon-Advertising-API-AdvertiserId": "" }, 400],
    ["another account", { "Amazon-Advertising-API-AdvertiserId": "ENTITY2" }, 403],
  ])("refuses %s", async (_what, headers, status) => {
    expect((await call("GET", "/amc/instances", undefined, headers)).status).toBe(status);
  });

  test("runs a query and gives its result in parts, each with the header", async () => {
    await ads.order({ partBytes: 300 });
    const sql =
      "SELECT campaign, COUNT(DISTINCT user_id) AS reach, SUM(impressions) AS impressions FROM dsp_impressions GROUP BY campaign ORDER BY campaign";
    const execution = await run(sql);
    await ads.order({ partBytes: 8_388_608 });
    expect(execution).toMatchObject({ status: "SUCCEEDED", executionCategory: "AD_HOC" });
    const parts = await Promise.all((await urlsOf(execution)).map(async (url) => (await fetch(url)).text()));
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) expect(part.split("\n")[0]).toBe("campaign,reach,impressions");
    const rows = parts.flatMap((part) => part.trim().split("\n").slice(1)).map((line) => line.split(","));
    expect(rows).toHaveLength(12);
    expect(rows.reduce((sum, row) => sum + Number(row[2]), 0)).toBeGreaterThan(50_000);
    expect(rows.every(([, reach, impressions]) => Number(reach) < Number(impressions))).toBe(true);
  }, 60_000);

  test("sees the time window only", async () => {
    const counted = async (start: string, end: string) => {
      const execution = await run("SELECT COUNT(*) AS n FROM dsp_impressions", {
        timeWindowStart: start,
        timeWindowEnd: end,
      });
      return Number((await (await fetch((await urlsOf(execution))[0] ?? "")).text()).split("\n")[1]);
    };
    const [whole, first, second] = [
      await counted(day(300), day(100)),
      await counted(day(300), day(200)),
      await counted(day(200), day(100)),
    ];
    expect(first).toBeGreaterThan(0);
    expect(first + second).toBe(whole);
  }, 60_000);

  test.each([
    ["SELECT COUNT(*) AS n FROM read_csv('/etc/passwd')", /file system operations are disabled/],
    ["SELECT content FROM read_text('/etc/passwd')", /file system operations are disabled/],
    ["SELECT a FROM '/etc/hosts.csv'", /file system operations are disabled/],
    ["SELECT a FROM 'https://example.org/x.csv'", /file system operations are disabled/],
    [
      "SELECT a FROM query('SELECT content AS a FROM read_text(''/etc/passwd'')')",
      /system operations are dis/,
    ],
    ["SELECT a FROM sqlite_scan('/etc/passwd', 'a')", /not in the catalog/],
    ["COPY (SELECT 1) TO '/tmp/out.csv'", /file system operations are disabled/],
    ["SELECT 1; SELECT 2", /one SELECT statement/],
    ["CREATE TABLE x (a INT)", /one SELECT statement/],
    ["SET memory_limit = '9GB'", /one SELECT statement/],
    ["ATTACH '/tmp/x.db'", /one SELECT statement/],
    ["SELECT nothing FROM dsp_impressions", /nothing/],
    ["SELEC", /syntax error/],
  ])(
    "lets no query do more than read the tables: %s",
    async (sql, reason) => {
      const execution = await run(sql);
      expect(execution["status"]).toBe("FAILED");
      expect(execution["statusReason"]).toMatch(reason);
    },
    60_000,
  );

  test("takes a query on one line only, with a window", async () => {
    expect((await call("POST", executions, queryOf("SELECT\n1"))).status).toBe(400);
    expect((await call("POST", executions, queryOf("SELECT 1", { timeWindowStart: undefined }))).status).toBe(
      400,
    );
  });

  test("cancels a query that computes", async () => {
    const endless =
      "SELECT COUNT(*) AS n FROM dsp_impressions a, dsp_impressions b, dsp_impressions c WHERE a.request_tag + b.request_tag > c.request_tag";
    const { json } = await call("POST", executions, queryOf(endless));
    await until(json["workflowExecutionId"], /RUNNING/);
    const path = `${executions}/${String(json["workflowExecutionId"])}`;
    expect((await call("PUT", path, { status: "CANCELLED" })).json["status"]).toBe("CANCELLED");
    expect((await call("PUT", path, { status: "CANCELLED" })).status).toBe(400);
    expect(await run("SELECT 1 AS one")).toMatchObject({ status: "SUCCEEDED" });
  }, 60_000);

  test("lists executions of a workflow", async () => {
    const given = queryOf("SELECT 1 AS one", {});
    await call("POST", executions, { ...given, workflow: { ...given.workflow, workflowId: "mine" } });
    const { json } = await call("GET", `${executions}?workflowId=mine`);
    expect(json["executions"]).toMatchObject([{ workflowId: "mine" }]);
  });

  test("gives URLs that end, and are nobody else's to make", async () => {
    const execution = await run("SELECT 1 AS one");
    const [url = ""] = await urlsOf(execution);
    expect((await fetch(url, { headers: { range: "bytes=4-" } })).status).toBe(206);
    expect((await fetch(url.replace(/Expires=\d+/, "Expires=9999999999"))).status).toBe(403);
    await ads.order({ downloadSeconds: 0 });
    const [ended = ""] = await urlsOf(execution);
    await ads.order({ downloadSeconds: 600 });
    expect(await (await fetch(ended.replace("Expires=", "Expires="))).text()).toMatch(/expired|<Error>|one/);
    const unready = await call("GET", `${executions}/00000000-0000-4000-8000-000000000000/downloadUrls`);
    expect(unready.status).toBe(404);
  }, 60_000);

  test("plays throttling, failures and the end of tokens on request", async () => {
    await ads.order({ throttle: { times: 1, retryAfterSeconds: 7 }, serverError: 1, failExecutions: 1 });
    const throttled = await call("GET", "/amc/instances");
    expect([throttled.status, throttled.headers.get("retry-after")]).toEqual([429, "7"]);
    expect((await call("GET", "/amc/instances")).status).toBe(500);
    expect(await run("SELECT 1 AS one")).toMatchObject({ status: "FAILED" });
    await ads.order({ expireAccessTokens: true });
    expect((await call("GET", "/amc/instances")).status).toBe(401);
    tokens = (await (
      await token(ads, { grant_type: "refresh_token", refresh_token: tokens.refresh_token })
    ).json()) as Tokens;
    expect((await call("GET", "/amc/instances")).status).toBe(200);
    expect((await ads.order({ nonsense: 1 })).status).toBe(400);
  }, 60_000);

  test("keeps consents and results over a restart", async () => {
    const execution = await run("SELECT 7 AS seven");
    await ads.restart();
    const [url = ""] = await urlsOf(execution);
    expect(await (await fetch(url)).text()).toBe("seven\n7\n");
  }, 60_000);

  test("answers no page of others", async () => {
    const answer = await fetch(`${ads.url}/_longhaul/faults`, {
      ...{ method: "POST", body: "{}", headers: { origin: "http://evil.example" } },
    });
    expect(answer.status).toBe(403);
  });
});
