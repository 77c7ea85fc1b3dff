import { readFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack.js";
import { describePage, openBrowser, type TestBrowser, type Visitor } from "./browser.js";
import { dataset, eventNumbers, gapless, type Person, signIn, signUp, startImport, status } from "./steps.js";

describe("a person in a browser", { timeout: 90_000 }, () => {
  let stack: Stack;
  let browser: TestBrowser;
  let grace: Visitor;
  let person: Person;

  beforeAll(async () => {
    stack = await startStack({ simulation: true, web: true });
    browser = await openBrowser(stack.url);
    grace = await browser.visitor();
  });
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await stack[Symbol.asyncDispose]();
  });

  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") console.error(await describePage(grace));
  });

  it("signs up and finds a page that says what it is for", async () => {
    const { page } = grace;
    person = await signUp(page);
    await page.getByText("No runs yet").waitFor();
    await page.getByText(person.organisation).first().waitFor();
  });

  it("is told beside the field what is missing", async () => {
    const { page } = grace;
    await page.getByRole("link", { name: "Start the first run" }).click();
    await page.getByRole("link", { name: "Import a file" }).click();
    await page.getByLabel("Rows that may be rejected").fill("250");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    const file = page.getByLabel("File", { exact: false });
    await page.getByText("Choose a file.").waitFor();
    expect(await file.getAttribute("aria-invalid")).toBe("true");
    const share = page.getByLabel("Rows that may be rejected");
    expect(await share.getAttribute("aria-invalid")).toBe("true");
    await file.setInputFiles({
      name: "notes.docx",
      mimeType: "application/msword",
      buffer: Buffer.from("x"),
    });
    await page.getByText("notes.docx is not of a kind that is read here", { exact: false }).waitFor();
  });

  it("uploads a real data set, watches it, reloads in the middle and reads the result", async () => {
    const { page } = grace;
    const runId = await startImport(page, {
      name: "Seattle weather",
      file: "seattle-weather.csv",
      delay: 4000,
    });
    await status(page, "Running").waitFor();
    await page.locator("[data-live=live]").waitFor();
    await page.getByText("Reading and checking your file").first().waitFor();

    const before = await eventNumbers(page);
    expect(before).toEqual(gapless(before));
    await page.reload();
    await status(page, "Running").waitFor();
    const after = await eventNumbers(page);
    expect(after).toEqual(gapless(after));
    expect(after.length).toBeGreaterThanOrEqual(before.length);

    const friend = await browser.visitor();
    await signIn(friend.page, person, `/runs/${runId}/events`);
    await friend.page.locator("[data-seq]").first().waitFor();
    await status(friend.page, "Running").waitFor();

    await status(page, "Succeeded").waitFor();
    await status(friend.page, "Succeeded").waitFor();
    const mine = await eventNumbers(page);
    expect(mine).toEqual(gapless(mine));
    await expect.poll(() => eventNumbers(friend.page)).toEqual(mine);
    expect(friend.complaints).toEqual([]);

    await page.getByRole("link", { name: "Result" }).click();
    await page.getByText("1,461", { exact: true }).first().waitFor();
    await page.getByRole("button", { name: /^precipitation/ }).click();
    await page.getByRole("img", { name: /^Histogram of precipitation/ }).waitFor();
    await page.getByRole("img", { name: /^Quantiles of precipitation/ }).waitFor();
    await page.getByRole("button", { name: /^weather/ }).click();
    const rain = page.getByRole("table", { name: "Most frequent values of weather" }).getByRole("row");
    await rain.filter({ hasText: "rain" }).first().waitFor();
    await page.getByText(`Email to`, { exact: false }).waitFor();
  });

  it("downloads what the run wrote", async () => {
    const { page } = grace;
    const download = page.waitForEvent("download");
    await page
      .getByRole("button", { name: /^Download/ })
      .first()
      .click();
    const stream = await (await download).createReadStream();
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const profile = JSON.parse(Buffer.concat(chunks).toString()) as { columns: { name: string }[] };
    expect(profile.columns.map(({ name }) => name)).toContain("precipitation");
  });

  it("finds what went in and out of each step", async () => {
    const { page } = grace;
    await page.getByRole("link", { name: "Steps" }).click();
    await page.getByText("ProcessData", { exact: true }).click();
    await page.getByRole("region", { name: "Output of ProcessData" }).getByText('"rowsRead": 1461').waitFor();
    await page.getByRole("link", { name: "Input", exact: true }).click();
    await page.getByText("seattle-weather.csv").first().waitFor();
  });

  it("cancels another run after being told what that does", async () => {
    const { page } = grace;
    await startImport(page, { name: "Not this one", file: "stocks.csv", delay: 60_000 });
    await status(page, "Running").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("no further step starts", { exact: false }).waitFor();
    await page.getByRole("button", { name: "Cancel the run" }).click();
    await status(page, "Cancelled").waitFor();
    await page.getByText("This run was cancelled").waitFor();
  });

  it("reads a sentence when the file is not a table", async () => {
    const { page } = grace;
    const buffer = await readFile(dataset("ffox.png"));
    await startImport(page, { name: "A picture", file: { name: "ffox.csv", mimeType: "text/csv", buffer } });
    await status(page, "Failed").waitFor();
    await page.getByText("For the engineer").click();
    await page.getByText("ProcessData").first().waitFor();
  });

  it("sees the list change by itself, filters it by the URL and searches it", async () => {
    const { page } = grace;
    await page.goto("/");
    const all = page.getByRole("region", { name: "All runs" });
    await all.getByRole("link", { name: "A picture" }).waitFor();
    const other = await browser.visitor();
    await signIn(other.page, person);
    await other.page.getByRole("heading", { name: "Runs", exact: true }).waitFor();
    await startImport(other.page, { name: "From the other browser", file: "stocks.csv", delay: 2000 });
    await all.getByRole("link", { name: "From the other browser" }).waitFor();
    await page.getByRole("region", { name: "Running now" }).getByText("From the other browser").waitFor();
    await page.getByRole("region", { name: "Running now" }).waitFor({ state: "detached" });
    await page.getByLabel("Status").selectOption("Cancelled");
    await page.waitForURL(/status=cancelled/);
    await all.getByRole("link", { name: "Not this one" }).waitFor();
    expect(await all.locator("[data-row]").count()).toBe(1);
    await page.goto("/?q=seattle");
    await all.getByRole("link", { name: "Seattle weather" }).waitFor();
    expect(await all.locator("[data-row]").count()).toBe(1);
  });

  it("works by keyboard alone", async () => {
    const { page } = grace;
    await page.goto("/");
    await page.getByRole("link", { name: "Seattle weather" }).waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    const focused = await page.evaluate("document.activeElement?.textContent");
    expect(focused).toBe(await page.locator("[data-row]").first().textContent());
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/runs\//);
    await page.keyboard.press("Escape");
    await page.waitForURL((url) => url.pathname === "/");
    await page.keyboard.press("/");
    expect(await page.evaluate("document.activeElement?.getAttribute('type')")).toBe("search");
  });

  it("keeps its settings, and leaves by signing out", async () => {
    const { page } = grace;
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByLabel("Phone").fill("12");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Enter the number with its country code", { exact: false }).waitFor();
    await page.getByLabel("Phone").fill("+4915112345678");
    await page.getByLabel("Name").fill("Admiral Hopper");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved.").waitFor();
    await page.reload();
    await expect.poll(() => page.getByLabel("Name").inputValue()).toBe("Admiral Hopper");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  it("leaves nothing of a run in the browser's storage, and no complaint in its console", async () => {
    const { page, complaints } = grace;
    const kept = await page.evaluate<string[]>(
      "[...Object.keys(localStorage), ...Object.keys(sessionStorage)]",
    );
    expect(kept.filter((key) => !key.startsWith("longhaul.") && !key.startsWith("tsr-scroll"))).toEqual([]);
    // Two answers with which the server refused a form on purpose.
    expect(complaints.filter((text) => !text.includes("400 (Bad Request)"))).toEqual([]);
  });
});
