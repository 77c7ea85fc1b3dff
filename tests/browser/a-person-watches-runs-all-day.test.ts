import type { Page } from "playwright-core";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack.js";
import { openBrowser, tellPages, type TestBrowser, type Visitor } from "./browser.js";
import { holdImports, type Person, signIn, signUp, startImport, status } from "./steps.js";

const binary = { name: "odd.csv", mimeType: "text/csv", buffer: Buffer.from("\u0000\u0001\u0002") };
const log = (page: Page) => page.getByRole("region", { name: "Events", exact: true });

/** The first line that the list holds, and how far below the list's upper edge the line `seq` is, in CSS pixels. */
const firstLine = (page: Page) =>
  log(page).locator("[data-seq]").first().getAttribute("data-seq").then(Number);
async function offsetOf(page: Page, seq: number): Promise<number> {
  const [line, box] = await Promise.all([
    page.locator(`[data-seq="${seq}"]`).boundingBox(),
    log(page).boundingBox(),
  ]);
  return (line?.y ?? NaN) - (box?.y ?? NaN);
}

/** What the page does after a scroll, it has done some frames later. */
const frames = (page: Page) =>
  page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");

describe("a person who watches runs all day", { timeout: 240_000 }, () => {
  let stack: Stack;
  let browser: TestBrowser;
  let visitor: Visitor;
  let person: Person;
  let letGo: (runId: string) => Promise<void>;
  let talkative: string;
  const failed: string[] = [];

  /** As a step's lines reach a run's log: in one transaction with the run's last number, which rings the doorbell. */
  async function say(runId: string, count: number): Promise<void> {
    const sql = postgres(stack.databaseUrl, { max: 1 });
    await sql.begin(async (tx) => {
      await tx`
        insert into longhaul.run_events (run_id, seq, organisation_id, type, at, attempt, step, item_path, visit, stage, data)
        select id, last_seq + n, organisation_id, 'step.log', clock_timestamp(), 1, 'ProcessData', '', 0, 'process',
          jsonb_build_object('level', case when n = 7 then 'warn' else 'info' end, 'message', 'Line ' || n,
            'fields', jsonb_build_object('customer', 'cus_' || n))
        from longhaul.runs, generate_series(1, ${count}::integer) n where id = ${runId}`;
      await tx`
        with told as (
          update longhaul.runs set last_seq = last_seq + ${count}::integer where id = ${runId}
          returning organisation_id as org, id as run, last_seq as seq)
        select longhaul.ring(',' || to_jsonb(told)::text) from told`;
    });
    await sql.end();
  }
  const lines = (count: number) => visitor.page.locator(`[data-event-count="${count}"]`).waitFor();

  beforeAll(async () => {
    stack = await startStack({ simulation: true, web: true });
    browser = await openBrowser(stack.url);
    visitor = await browser.visitor();
    const { page } = visitor;
    person = await signUp(page);
    for (const name of ["First failure", "Second failure"]) {
      failed.push(await startImport(page, { name, file: binary }));
      await status(page, "Failed").waitFor();
    }
    letGo = await holdImports(stack);
    talkative = await startImport(page, { name: "Talkative", file: "stocks.csv" });
  }, 300_000);
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await stack[Symbol.asyncDispose]();
  });
  afterEach(({ task }) => tellPages(task, [visitor]));

  it("reads an older place of a log undisturbed while it grows, and goes on to what was before", async () => {
    const { page } = visitor;
    await page.getByRole("link", { name: "Events" }).click();
    await page.getByText("ProcessData succeeded").waitFor();
    const before = Number(await page.locator("[data-event-count]").getAttribute("data-event-count"));
    await say(talkative, 400);
    await lines(before + 400);
    await log(page).evaluate((box) => void box.scrollTo({ top: 60 }));
    await frames(page);
    const first = await firstLine(page);
    expect(first).toBeGreaterThan(1);
    await say(talkative, 50);
    await lines(before + 450);
    expect(await firstLine(page)).toBe(first);
    await page.getByRole("button", { name: "Show earlier events" }).click();
    await page.locator('[data-seq="1"]').waitFor();
    const box = await log(page).boundingBox();
    const offset = await offsetOf(page, first + 2);
    expect(offset).toBeGreaterThanOrEqual(0);
    expect(offset).toBeLessThan(box?.height ?? 0);
  });

  it("finds a line by what it carries, and sends a colleague the address of that", async () => {
    const { page } = visitor;
    await page.getByLabel("Filter the events").fill("cus_399");
    await page.waitForURL(/q=cus_399/);
    await page.reload();
    await page.getByText("1 event of", { exact: false }).waitFor();
    await page.getByText("ProcessData: Line 399", { exact: true }).waitFor();
    await page.getByLabel("Kind of event").selectOption("Problems");
    await page.getByText("No event matches").waitFor();
    await page.getByRole("link", { name: "Clear the filter" }).click();
    await page.waitForURL(/\/events$/);
    expect(await page.getByLabel("Filter the events").inputValue()).toBe("");
    await page.goto(`/runs/${talkative}/events?kind=problem&q=line`);
    await page.getByText("ProcessData, warning: Line 7", { exact: true }).first().waitFor();
    await letGo(talkative);
    await page.getByRole("status").filter({ hasText: "Succeeded" }).waitFor();
  });

  it("is told the day of what is not of today", async () => {
    const { page } = visitor;
    const sql = postgres(stack.databaseUrl, { max: 1 });
    await sql`update longhaul.run_events set at = '2026-01-05T12:00:00Z' where run_id = ${failed[0]!} and seq < 3`;
    await sql.end();
    await page.goto(`/runs/${failed[0]}/events`);
    await log(page).getByText("Mon, Jan 5, 2026", { exact: true }).waitFor();
    expect(
      await log(page)
        .getByRole("listitem")
        .filter({ hasText: /^\w{3}, \w{3} \d+, \d{4}$/ })
        .count(),
    ).toBe(2);
  });

  it("is told how long ago things were though its clock is wrong by a day", async () => {
    const { page } = await browser.visitor();
    await page.clock.setFixedTime(Date.now() - 86_400_000);
    await signIn(page, person, `/runs/${failed[1]}/input`);
    await page.getByText(/^Started (just now|\d+ \w+ ago)/).waitFor();
    // What is queued again is what is there now, not what was there yesterday.
    const sql = postgres(stack.databaseUrl, { max: 1 });
    const name = async (code: string) => {
      await sql`update longhaul.runs set error = jsonb_set(error, '{code}', to_jsonb(${code}::text)) where id in ${sql(failed)}`;
    };
    const [{ code } = { code: "" }] = await sql<{ code: string }[]>`
      select error ->> 'code' as code from longhaul.runs where id = ${failed[1]!}`;
    await name("DEAD_LETTERED");
    await page.route(/deadLetters\.requeueAll/, (route) => route.abort());
    await page.goto("/dead-letters");
    await page.getByRole("button", { name: "Queue all again" }).click();
    const [asked] = await Promise.all([
      page.waitForRequest(/deadLetters\.requeueAll/),
      page.getByRole("button", { name: "Queue them" }).click(),
    ]);
    const [until] = /\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(asked.postData() ?? "") ?? [];
    expect(Math.abs(Date.parse(until ?? "") - Date.now())).toBeLessThan(3_600_000);
    await name(code);
    await sql.end();
  });

  it("writes also where the browser keeps nothing, and storage cannot even be asked for", async () => {
    const { page } = await browser.visitor();
    await signIn(page, person, "/agents");
    await page.getByLabel("Topic").waitFor();
    await page.addInitScript(`Object.defineProperty(window, "sessionStorage", {
      get() { throw new DOMException("Forbidden.", "SecurityError"); } })`);
    await page.reload();
    await page.getByLabel("Topic").fill("Not kept");
    await page.getByRole("link", { name: "Connections" }).click();
    await page.getByRole("heading", { name: "Connections" }).waitFor();
  });

  it("goes from failure to failure by keys, and keeps the filter", async () => {
    const { page } = visitor;
    await page.goto("/?status=failed");
    await page.getByRole("link", { name: "First failure" }).waitFor();
    await page.keyboard.press("j");
    await page.getByRole("link", { name: "Second failure" }).and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/runs/${failed[1]}/result`);
    await page.locator("main:focus").waitFor();
    await page.getByText("For the engineer").click();
    await page.getByRole("link", { name: "ProcessData" }).click();
    await page.waitForURL(`**/runs/${failed[1]}/graph?node=ProcessData`);
    await page.getByText("A step: its result is kept", { exact: false }).waitFor();
    await page.keyboard.press("Escape");
    await page.waitForURL("**/?status=failed");
    await page.getByRole("link", { name: "First failure" }).waitFor();
    await page.keyboard.press("j");
    await page.getByRole("link", { name: "First failure" }).and(page.locator(":focus")).waitFor();
  });

  it("is not put at the beginning of the frame by a dialog whose button has gone meanwhile", async () => {
    const { page } = visitor;
    await page.goto("/webhooks");
    await page.getByRole("button", { name: "New webhook" }).click();
    await page.getByLabel("Name").fill("To nobody");
    await page.getByLabel("Address").fill("http://127.0.0.1:9999/hook");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("dialog", { name: "The secret of this webhook" }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator("main:focus").waitFor();
  });

  it("loses nothing that was typed to a key that was pressed once too often", async () => {
    const { page } = visitor;
    const pressOnceTooOften = async () => {
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    };
    await page.goto("/start/data-import");
    await page.getByLabel("Name").fill("Half written");
    await pressOnceTooOften();
    expect(new URL(page.url()).pathname).toBe("/start/data-import");
    expect(await page.getByLabel("Name").inputValue()).toBe("Half written");
    // Nothing has been sent: the file is missing.
    await page.locator("main form button[type=submit]").click();
    await page.getByText("Choose a file.", { exact: true }).waitFor();
    await pressOnceTooOften();
    expect(await page.getByLabel("Name").inputValue()).toBe("Half written");
  });

  it("finds what it has half written after a reload and after it was elsewhere, and can begin anew", async () => {
    const { page } = visitor;
    const back = page.getByText("What you had written here is back.", { exact: false });
    const forms: [path: string, label: string][] = [
      ["/start/data-import", "Name"],
      ["/storybook", "Child's name"],
      ["/agents", "Topic"],
      ["/schedules/new?workflow=story", "What is in the drawing"],
      ["/campaigns/new", "Goal"],
      ["/twins/new", "Or paste text"],
      ["/settings", "Invite by e-mail address"],
    ];
    for (const [path, label] of forms) {
      await page.goto(path);
      await page.getByLabel(label).first().fill("half@written");
      await page.reload();
      await expect
        .poll(() => page.getByLabel(label).first().inputValue(), { message: path })
        .toBe("half@written");
      await page.getByRole("link", { name: "Connections" }).click();
      await page.getByRole("heading", { name: "Connections" }).waitFor();
      await page.goBack();
      await expect
        .poll(() => page.getByLabel(label).first().inputValue(), { message: path })
        .toBe("half@written");
    }
    await page.goto("/agents");
    await back.waitFor();
    await page.getByRole("button", { name: "Begin anew" }).click();
    await back.waitFor({ state: "detached" });
    const topic = await page.getByLabel("Topic").inputValue();
    expect(topic).not.toBe("half@written");
    await page.reload();
    await expect.poll(() => page.getByLabel("Topic").inputValue()).toBe(topic);
    expect(await back.count()).toBe(0);
    // What was sent is not half-written any more.
    await page.goto("/settings");
    await page.getByLabel("Invite by e-mail address").fill("written@example.org");
    await page.getByLabel("As", { exact: true }).selectOption("admin");
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    await page.getByText("written@example.org is invited.").waitFor();
    await page.reload();
    await expect.poll(() => page.getByLabel("Invite by e-mail address").inputValue()).toBe("");
    expect(await page.getByLabel("As", { exact: true }).inputValue()).toBe("operator");
  });

  it("goes on where it was, in each tab, once a session that has ended is there again", async () => {
    const { page } = visitor;
    await page.goto(`/runs/${failed[0]}/input`);
    await page.getByText("Correlation id", { exact: true }).waitFor();
    const other = await page.context().newPage();
    await other.goto("/schedules");
    await other.getByText("Nothing is scheduled").waitFor();
    // As a session that was ended elsewhere: its token is too old, and there is no other for it.
    await other.evaluate(`
      const session = JSON.parse(localStorage.getItem("longhaul.session"));
      localStorage.setItem("longhaul.session", JSON.stringify({ ...session, expires_at: 1, refresh_token: "ended" }));
    `);
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await other.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.getByLabel("Email").fill(person.email);
    await page.getByLabel("Password").fill("correct-horse-battery");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Settings" }).waitFor();
    await other.getByText("Nothing is scheduled").waitFor();
    await other.close();
  });

  it("leaves no way back to its page, and nothing half-written in any tab, for whoever signs in after it has left", async () => {
    const { page } = visitor;
    const other = await page.context().newPage();
    for (const tab of [page, other]) {
      await tab.goto("/agents");
      await tab.getByLabel("Topic").fill("Between us");
    }
    await page.getByRole("button", { name: "account menu" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    for (const tab of [page, other]) await tab.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.waitForURL(/\/sign-in$/);
    await signIn(page, person, page.url());
    await page.getByRole("heading", { name: "Runs", exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/");
    for (const tab of [page, other]) {
      await tab.goto("/agents");
      await tab.getByLabel("Topic").waitFor();
      expect(await tab.getByLabel("Topic").inputValue()).not.toBe("Between us");
    }
  });
});
