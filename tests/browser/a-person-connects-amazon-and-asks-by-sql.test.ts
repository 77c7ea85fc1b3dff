import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "@longhaul/db";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack.js";
import { readBrowserEnvironment } from "./env.js";
import { violationsOf } from "./axe.js";
import { openBrowser, tellPages, type TestBrowser, type Visitor } from "./browser.js";
import { signUp, status } from "./steps.js";

const queryMs = 120_000;

/** Reach and frequency, as a media analyst asks: how many people saw how many ads, and what that cost. */
const reachAndFrequency = `
  WITH per_user AS (
    SELECT campaign, user_id, SUM(impressions) AS frequency, SUM(total_cost) / 100000 AS cost
    FROM dsp_impressions
    WHERE user_id IS NOT NULL
    GROUP BY campaign, user_id
  )
  SELECT campaign, LEAST(frequency, 10) AS frequency, COUNT(DISTINCT user_id) AS reach,
    SUM(frequency) AS impressions, ROUND(SUM(cost), 2) AS spend
  FROM per_user
  GROUP BY campaign, LEAST(frequency, 10)
  ORDER BY campaign, frequency`;

/** As a control for a day and a time takes it. */
const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 16);

describe("a person who asks Amazon Marketing Cloud", { timeout: 600_000 }, () => {
  let stack: Stack;
  let browser: TestBrowser;
  let ada: Visitor;

  beforeAll(async () => {
    stack = await startStack({ simulation: true, web: true });
    browser = await openBrowser(stack.url);
    ada = await browser.visitor();
    await signUp(ada.page);
  }, 300_000);
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await stack[Symbol.asyncDispose]();
  });
  afterEach(({ task }) => tellPages(task, [ada]));

  const order = (faults: object) =>
    fetch(`${stack.env["AMAZON_ADS_URL"]}/_longhaul/faults`, {
      method: "POST",
      body: JSON.stringify(faults),
    });

  async function shot(page: Page, name: string): Promise<void> {
    const folder = readBrowserEnvironment().SCREENSHOTS;
    if (folder) await writeFile(join(folder, `${name}.png`), await page.screenshot());
    const violations = await violationsOf(page);
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  }

  async function startQuery(page: Page, name: string, sql: string): Promise<void> {
    const instances = page.getByRole("list", { name: "Instances" });
    await page.goto("/connections");
    const copied = await instances
      .getByTitle(/Copy instance id/)
      .first()
      .getAttribute("title");
    await page.goto("/start/query-run");
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Instance").fill(copied?.split(": ")[1] ?? "");
    await page.getByLabel("SQL", { exact: true }).fill(sql);
    await page.getByLabel("From").fill(day(390));
    await page.getByLabel("Until").fill(day(1));
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}\/result$/);
  }

  it("is told when they decline, and that nothing was connected", async () => {
    const { page } = ada;
    await page.getByRole("link", { name: "Connections" }).click();
    await page.getByText("Nothing is connected").waitFor();
    await shot(page, "connections-empty");
    await page.getByRole("button", { name: "Connect Amazon Ads" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("You did not consent, so nothing was connected.").waitFor();
    await page.waitForURL(({ search }) => search === "");
  });

  it("connects by the consent page, and sees the instances", async () => {
    const { page } = ada;
    await page.getByRole("link", { name: "Back to the connections" }).click();
    await page.getByRole("button", { name: "Connect Amazon Ads" }).click();
    await page.getByRole("heading", { name: "Longhaul wants to use", exact: false }).waitFor();
    await shot(page, "consent");
    await page.getByRole("button", { name: "Allow" }).click();
    await page.getByText("local-us").waitFor();
    await page.getByText("Connected", { exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/connections");
    await shot(page, "connections");
    await page.setViewportSize({ width: 360, height: 800 });
    await shot(page, "connections-narrow");
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it("asks for reach and frequency while Amazon is busy, breaks off and lets the token run out, and sees the answer", async () => {
    const { page } = ada;
    await order({ throttle: { times: 2, retryAfterSeconds: 1 }, truncate: 1, partBytes: 400 });
    await startQuery(page, "Reach and frequency", reachAndFrequency);
    await order({ expireAccessTokens: true });
    await status(page, "Succeeded").waitFor({ timeout: queryMs });
    await page.getByText("Coffee_Weekend_Display_US").filter({ visible: true }).first().waitFor();
    await shot(page, "query-result");
  });

  it("is told what is wrong with a query, in Amazon's words", async () => {
    const { page } = ada;
    await startQuery(page, "Misspelt", "SELECT campain FROM dsp_impressions");
    await status(page, "Failed").waitFor({ timeout: queryMs });
    await page
      .getByText("Amazon Marketing Cloud could not run the query", { exact: false })
      .first()
      .waitFor();
  });

  it("finds a way to connect again when the consent was withdrawn", async () => {
    const { page } = ada;
    await order({ revoke: true, expireAccessTokens: true });
    await startQuery(page, "Withdrawn", "SELECT 1 AS one");
    await status(page, "Failed").waitFor({ timeout: queryMs });
    await page
      .getByText("Amazon does not accept this connection any more", { exact: false })
      .first()
      .waitFor();
    await page.getByRole("link", { name: "Connections" }).click();
    await page.getByText("This connection has to be made again").waitFor();
    await shot(page, "connection-revoked");
    await page.getByRole("button", { name: "Connect again" }).first().click();
    await page.getByRole("button", { name: "Allow" }).click();
    await page.getByText("Connected", { exact: true }).waitFor();
    await startQuery(page, "Again", "SELECT 1 AS one");
    await status(page, "Succeeded").waitFor({ timeout: queryMs });
  });

  it("left no token in any table, log or event", async () => {
    const admin = connect(stack.databaseUrl, { max: 1 });
    const tables = await admin.sql<{ name: string }[]>`
      select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'longhaul'`;
    for (const { name } of tables) {
      const [row] = await admin.sql.unsafe(
        `select count(*)::int as n from ${name} t where t::text ~ 'Atz[ar]\\|'`,
      );
      expect(row, name).toEqual({ n: 0 });
    }
    await admin.close();
    for (const file of stack.logFiles()) {
      expect(await readFile(file, "utf8"), file).not.toMatch(/Atz[ar](\||%7C)/);
    }
  });
});
