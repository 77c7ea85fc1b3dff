import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack.js";
import { openBrowser, type TestBrowser } from "./browser.js";
import {
  allEventNumbers,
  gapless,
  holdImports,
  type Person,
  signIn,
  signUp,
  startImport,
  status,
} from "./steps.js";

const live = (page: Page, state: string, mode: string) =>
  page.locator(`[data-live=${state}][data-mode=${mode}]`).first();

/** A network that opens no WebSocket. */
async function refuseSockets(page: Page): Promise<void> {
  await page.routeWebSocket(/\/trpc/, (socket) => void socket.close({ code: 1011 }));
}

/** A proxy that swallows what streams. */
async function swallowStreams(page: Page): Promise<void> {
  await page.route(/\/trpc\/[\w.]*watch/i, () => new Promise(() => {}));
}

describe("a page", { timeout: 120_000 }, () => {
  let stack: Stack;
  let browser: TestBrowser;
  let person: Person;
  let letGo: (runId: string) => Promise<void>;

  beforeAll(async () => {
    stack = await startStack({ simulation: true, web: true });
    letGo = await holdImports(stack);
    browser = await openBrowser(stack.url);
    const { page } = await browser.visitor();
    person = await signUp(page);
  });
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await stack[Symbol.asyncDispose]();
  });

  async function signedIn(): Promise<Page> {
    const { page } = await browser.visitor();
    await signIn(page, person);
    await page.getByRole("heading", { name: "Runs", exact: true }).waitFor();
    return page;
  }

  // Two pages that mostly wait, one beside the other.
  it.concurrent("follows over server-sent events where no WebSocket opens", async () => {
    const page = await signedIn();
    await refuseSockets(page);
    const runId = await startImport(page, { name: "Without sockets", file: "stocks.csv" });
    await live(page, "live", "stream").waitFor();
    await letGo(runId);
    await status(page, "Succeeded").waitFor();
    const numbers = await allEventNumbers(page);
    expect(numbers).toEqual(gapless(numbers));
  });

  it.concurrent("polls where nothing that stays open gets through, and says so", async () => {
    const page = await signedIn();
    await refuseSockets(page);
    await swallowStreams(page);
    const runId = await startImport(page, { name: "Without streams", file: "stocks.csv" });
    await live(page, "polling", "poll").waitFor();
    await page.getByText("Polling", { exact: true }).waitFor();
    await letGo(runId);
    await status(page, "Succeeded").waitFor({ timeout: 60_000 });
    const numbers = await allEventNumbers(page);
    expect(numbers).toEqual(gapless(numbers));
  });

  it("says that the connection is lost, and catches up without a gap when the API is back", async () => {
    const page = await signedIn();
    const runId = await startImport(page, { name: "Through a crash", file: "stocks.csv" });
    await page.getByRole("link", { name: "Events" }).click();
    await live(page, "live", "socket").waitFor();
    await page.getByText("ProcessData started").waitFor();
    await stack.kill("api");
    await page.getByText("Connection lost, retrying...").first().waitFor();
    // What happens while nobody tells of it is caught up with, too.
    await letGo(runId);
    await stack.startApi();
    await status(page, "Succeeded").waitFor({ timeout: 60_000 });
    const numbers = await allEventNumbers(page);
    expect(numbers).toEqual(gapless(numbers));
    expect(new URL(page.url()).pathname).toBe(`/runs/${runId}/events`);
  });
});
