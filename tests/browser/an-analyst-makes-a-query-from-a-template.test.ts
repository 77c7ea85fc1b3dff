import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack.js";
import { violationsOf } from "./axe.js";
import { openBrowser, tellPages, type TestBrowser, type Visitor } from "./browser.js";
import { readBrowserEnvironment } from "./env.js";
import { signUp } from "./steps.js";

const queryMs = 120_000;
const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);

describe("an analyst who asks by templates", { timeout: 600_000 }, () => {
  let stack: Stack;
  let browser: TestBrowser;
  let ada: Visitor;

  beforeAll(async () => {
    stack = await startStack({ simulation: true, web: true });
    browser = await openBrowser(stack.url);
    ada = await browser.visitor();
    const { page } = ada;
    await signUp(page);
    await page.goto("/connections");
    await page.getByRole("button", { name: "Connect Amazon Ads" }).click();
    await page.getByRole("button", { name: "Allow" }).click();
    await page.getByText("Connected", { exact: true }).waitFor();
  }, 300_000);
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await stack[Symbol.asyncDispose]();
  });
  afterEach(({ task }) => tellPages(task, [ada]));

  /** axe finds nothing, wide and narrow, and nothing is wider than a telephone. */
  async function shot(page: Page, name: string): Promise<void> {
    const folder = readBrowserEnvironment().SCREENSHOTS;
    for (const [size, width] of [
      ["", 1280],
      ["-narrow", 360],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      const bytes = await page.screenshot({ fullPage: true });
      if (folder) await writeFile(join(folder, `${name}${size}.png`), bytes);
      const violations = await violationsOf(page);
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  }

  const table = (page: Page) => page.getByRole("grid", { name: "Rows of the result" });
  const editor = (page: Page) => page.getByRole("textbox", { name: "SQL of the query" });
  async function write(page: Page, sql: string): Promise<void> {
    await editor(page).click();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.insertText(sql);
  }

  it("finds a template by its words and begins from it", async () => {
    const { page } = ada;
    await page.getByRole("link", { name: "Queries" }).click();
    await page.getByText("No queries yet").waitFor();
    await page.getByRole("heading", { name: "Path to conversion" }).waitFor();
    await page.getByLabel("Search templates").fill("reach");
    await page.getByRole("heading", { name: "Path to conversion" }).waitFor({ state: "hidden" });
    // The address says so to a colleague, and to whoever comes back.
    await page.waitForURL(/\?template=reach$/);
    await page.reload();
    await page.getByRole("heading", { name: "Reach and frequency by campaign" }).waitFor();
    expect(await page.getByRole("heading", { name: "Path to conversion" }).count()).toBe(0);
    expect(await page.getByLabel("Search templates").inputValue()).toBe("reach");
    await shot(page, "queries");
    await page.getByRole("button", { name: "Use Reach and frequency by campaign" }).click();
    await page.waitForURL(/\/queries\/[0-9a-f-]{36}$/);
    await editor(page).getByText("dsp_impressions").waitFor();
  });

  it("finds its query as it was half-written after a reload, and what is saved once it begins anew", async () => {
    const { page } = ada;
    const name = page.getByLabel("Name of the query");
    const saved = await name.inputValue();
    await name.fill("Half a name");
    await write(page, "SELECT half FROM");
    await page.reload();
    await editor(page).getByText("SELECT half FROM").waitFor();
    expect(await name.inputValue()).toBe("Half a name");
    await page.getByText("Not saved").waitFor();
    await page.getByRole("button", { name: "Begin anew" }).click();
    await editor(page).getByText("dsp_impressions").waitFor();
    expect(await name.inputValue()).toBe(saved);
    await page.getByText("Not saved").waitFor({ state: "detached" });
  });

  it("fills in the form, is told what does not fit, runs, and sees table and chart", async () => {
    const { page } = ada;
    await page.getByLabel("From").fill(day(390));
    await page.getByLabel("Until").fill(day(0));
    await page.getByLabel("Fewest people").fill("none");
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByText("Enter a whole number.").waitFor();
    await page.getByLabel("Fewest people").fill("1");
    await page.getByLabel("Devices").fill("Phone\nTV\nPC");
    await page.getByRole("button", { name: "Save values" }).click();
    await page.getByText("The values are saved", { exact: false }).waitFor();
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await table(page).waitFor({ timeout: queryMs });
    await page.getByRole("img", { name: /Bars of impressions by campaign/ }).waitFor();
    await table(page).getByText("Kettles_Prime_Event_US").waitFor();
    expect(await page.getByText("AMC execution", { exact: false }).count()).toBeGreaterThan(0);
    await shot(page, "query");
  });

  it("sorts, filters and walks through the table by the keyboard", async () => {
    const { page } = ada;
    const rows = table(page).getByRole("row");
    const first = () => rows.nth(1).getByRole("gridcell").first().innerText();
    await table(page)
      .getByRole("button", { name: /^campaign/ })
      .click();
    await expect.poll(first).toBe("Kettles_Always_On_Retargeting_US");
    await table(page)
      .getByRole("button", { name: /^campaign/ })
      .click();
    await expect.poll(first).toBe("Kettles_Spring_Video_US");
    await table(page).getByLabel("Filter campaign").fill("holiday");
    await expect.poll(first).toBe("Kettles_Holiday_STV_US");
    await page.getByText("1 of 5 rows").waitFor();
    await table(page).getByLabel("Filter campaign").fill("");
    await page.getByText("5 rows", { exact: true }).first().waitFor();
    await table(page).focus();
    await page.keyboard.press("Control+End");
    const active = await table(page).getAttribute("aria-activedescendant");
    expect(await page.locator(`[id="${active}"]`).getAttribute("aria-colindex")).toBe("6");
  });

  it("keeps the runs with AMC's own id, by status, and forks a template", async () => {
    const { page } = ada;
    await page.reload();
    await page.getByLabel("Fewest people").waitFor();
    expect(await page.getByLabel("Fewest people").inputValue()).toBe("1");
    const executions = page.getByRole("region", { name: "Executions" });
    await executions.getByTitle(/Copy AMC execution id/).waitFor();
    await page.getByLabel("Show executions").selectOption("failed");
    await executions.getByText("None of these").waitFor();
    await page.goto("/queries");
    await page.getByRole("button", { name: "Fork Path to conversion" }).click();
    await page.getByRole("heading", { name: "Path to conversion (copy)" }).waitFor();
  });

  it("sees what cannot be bound before it runs, and what AMC refuses at its place", async () => {
    const { page } = ada;
    await page.goto("/queries");
    await page.getByRole("button", { name: "New query" }).click();
    await page.waitForURL(/\/queries\/[0-9a-f-]{36}$/);
    await write(page, "SELECT campaign FROM dsp_impressions\nWHERE advertiser = '{{who}}'");
    await page.getByText("A parameter cannot stand within a string", { exact: false }).first().waitFor();
    await page.getByText("Line 2, column 20:").waitFor();
    await write(page, "SELECT campain,\n  COUNT(*) AS n\nFROM dsp_impressions\nGROUP BY 1");
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByText("The query did not succeed").waitFor({ timeout: queryMs });
    const marked = page.locator(".cm-lintRange-error");
    await marked.waitFor();
    expect(await marked.innerText()).toBe("campain");
    await marked.hover();
    await page.locator(".cm-tooltip-lint").getByText("campain", { exact: false }).waitFor();
    await page
      .getByRole("region", { name: "Executions" })
      .getByRole("listitem")
      .getByText("Failed", { exact: true })
      .waitFor();
    await shot(page, "query-refused");
  });

  it("leaves nothing behind in the console", () => {
    expect(ada.complaints).toEqual([]);
  });
});
