import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack.js";
import { openBrowser, tellPages, type TestBrowser, type Visitor } from "./browser.js";
import { readBrowserEnvironment } from "./env.js";
import { signUp } from "./steps.js";

const longMs = 60_000;

/** A receiver of messages that a person has written; `broken` is what it answers while its database is away. */
async function startReceiver() {
  const received: { headers: Record<string, string>; body: string }[] = [];
  const state = { broken: false };
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const headers = request.headers as Record<string, string>;
      received.push({ headers, body: Buffer.concat(chunks).toString() });
      response.statusCode = state.broken ? 503 : 200;
      response.end(state.broken ? "my database is away" : "thank you");
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    received,
    state,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    close: () => server.close(),
  };
}

describe("a person who repeats runs and is told of them", { timeout: 300_000 }, () => {
  let stack: Stack;
  let browser: TestBrowser;
  let ada: Visitor;
  let secret: string;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;

  beforeAll(async () => {
    receiver = await startReceiver();
    stack = await startStack({ simulation: true, web: true });
    browser = await openBrowser(stack.url);
    ada = await browser.visitor();
    await signUp(ada.page);
  }, 300_000);
  afterAll(async () => {
    receiver.close();
    await browser[Symbol.asyncDispose]();
    await stack[Symbol.asyncDispose]();
  });
  afterEach(({ task }) => tellPages(task, [ada]));

  async function shot(page: Page, name: string): Promise<void> {
    const folder = readBrowserEnvironment().SCREENSHOTS;
    if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
  }

  const delivery = (page: Page, state: string) =>
    page.getByRole("listitem").filter({ hasText: "A run has succeeded" }).filter({ hasText: state }).first();

  it("makes a webhook, and sees its secret once", async () => {
    const { page } = ada;
    await page.getByRole("link", { name: "Webhooks" }).click();
    await page.getByText("Nobody is told").waitFor();
    await page.getByRole("button", { name: "New webhook" }).click();
    await page.getByLabel("Name").fill("My receiver");
    await page.getByLabel("Address").fill("http://10.0.0.1/hook");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("messages do not go to private networks", { exact: false }).waitFor();
    await page.getByLabel("Address").fill(receiver.url);
    await page.getByRole("button", { name: "Save" }).click();
    secret = (await page.getByTestId("webhook-secret").textContent()) ?? "";
    expect(secret).toMatch(/^whsec_/);
    await page.getByRole("button", { name: "I have it" }).click();
    await page.reload();
    await page.getByRole("heading", { name: "My receiver" }).waitFor();
    expect(await page.getByText(secret).count()).toBe(0);
  });

  it("goes on writing a schedule whose workflow cannot be read again", async () => {
    // Whose clock is another from here on.
    const { page } = await browser.visitor();
    await signUp(page);
    await page.goto("/schedules/new?workflow=story");
    await page.getByLabel("What is in the drawing").fill("A house without a door.");
    let refused = 0;
    const workflows = /trpc\/[^?]*workflows\.(get|list)/;
    await page.route(workflows, async (route) => {
      await route.abort();
      refused += 1;
    });
    // What was read is old, and the person comes back from another window.
    await page.clock.setFixedTime(Date.now() + 60_000);
    await page.evaluate("void document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))");
    // The first try and all that follow it.
    await expect.poll(() => refused, { timeout: longMs }).toBe(3);
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
    expect(await page.getByLabel("What is in the drawing").inputValue()).toBe("A house without a door.");
    await page.reload();
    await page.getByText("The form could not be loaded").waitFor({ timeout: longMs });
    await page.unroute(workflows);
    await page.getByRole("button", { name: "Try again" }).click();
    // Who they are was asked for with it: nobody is told that they may not while that is not known.
    await page.getByText("What you had written here is back.").waitFor();
    await page.getByRole("button", { name: "Begin anew" }).click();
  });

  it("makes a schedule, sees when it comes next, and runs it now", async () => {
    const { page } = ada;
    await page.getByRole("link", { name: "Schedules" }).click();
    await page.getByRole("link", { name: "New schedule" }).click();
    await page.getByLabel("Workflow").selectOption("story");
    await page.getByLabel("Name", { exact: true }).fill("A story each morning");
    await page.getByLabel("Child's name").fill("Mia");
    await page.getByLabel("What is in the drawing").fill("A red house under a big yellow sun.");
    await page.getByLabel("Mood").selectOption("cheerful");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "A story each morning" }).waitFor();
    await page.getByText(/^Next: /).waitFor();
    await page.getByRole("button", { name: "Run now" }).click();
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}/);
    await page.getByText("Succeeded", { exact: true }).first().waitFor({ timeout: longMs });
  });

  it("finds the message of its end delivered, and signed", async () => {
    const { page } = ada;
    await page.getByRole("link", { name: "Webhooks" }).click();
    await delivery(page, "Delivered 200").waitFor({ timeout: longMs });
    await delivery(page, "Delivered 200").locator("summary").click();
    await page.getByText("thank you").waitFor();
    const told = receiver.received.map(({ headers, body }) => new Webhook(secret).verify(body, headers));
    expect(told).toMatchObject([{ type: "run.succeeded", data: { workflow: "story", status: "succeeded" } }]);
    await page.getByLabel("Webhook").selectOption("My receiver");
    await page.getByLabel("State").selectOption("Failed");
    await page.getByText("No message matches this filter").waitFor();
    await page.waitForURL(/\?webhook=[0-9a-f-]{36}&status=failed$/);
    await page.reload();
    await page.getByText("No message matches this filter").waitFor();
    expect(await page.getByLabel("State").inputValue()).toBe("failed");
    await page.getByLabel("State").selectOption("All");
    await delivery(page, "Delivered 200").waitFor();
  });

  it("sees why a message does not come through and when it is tried again, and sends it once it may", async () => {
    const { page } = ada;
    const test = page
      .getByRole("listitem")
      .filter({ hasText: /A test/ })
      .first();
    const before = receiver.received.length;
    receiver.state.broken = true;
    await page.getByRole("button", { name: "Send a test" }).click();
    await test.getByText("Waiting 503").waitFor({ timeout: longMs });
    await test.getByText("It answered 503.").waitFor();
    await test.getByText(/^Next try /).waitFor();
    await shot(page, "webhooks");
    await test.locator("summary").click();
    await test.getByText("my database is away").waitFor();
    receiver.state.broken = false;
    await test.getByRole("button", { name: "Send it again" }).click();
    await test.getByText("Delivered 200").waitFor({ timeout: longMs });
    const tries = receiver.received.slice(before);
    expect(tries.length).toBeGreaterThan(1);
    // The same message at each try, so that whoever got it twice can tell.
    expect(new Set(tries.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    for (const { headers, body } of tries) new Webhook(secret).verify(body, headers);
  });

  it("sends a delivered message again, and gives the webhook a new secret beside the old one", async () => {
    const { page } = ada;
    const before = receiver.received.length;
    const test = page
      .getByRole("listitem")
      .filter({ hasText: /A test/ })
      .first();
    await page.getByRole("button", { name: "New secret" }).click();
    await page.getByRole("button", { name: "Make a new one" }).click();
    const young = (await page.getByTestId("webhook-secret").textContent()) ?? "";
    await page.getByRole("button", { name: "I have it" }).click();
    expect(young).not.toBe(secret);
    await test.getByRole("button", { name: "Send it again" }).click();
    await expect.poll(() => receiver.received.length, { timeout: longMs }).toBeGreaterThan(before);
    const { headers, body } = receiver.received.at(-1)!;
    for (const one of [secret, young]) new Webhook(one).verify(body, headers);
  });

  it("pauses the schedule, lets it go on, and deletes it; its runs stay", async () => {
    const { page } = ada;
    await page.getByRole("link", { name: "Schedules" }).click();
    await page.getByText(/^Next: /).waitFor();
    await shot(page, "schedules");
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("Paused", { exact: true }).waitFor();
    expect(await page.getByText(/^Next: /).count()).toBe(0);
    // It shows before the server has answered, and a page that is left takes its request with it.
    await page.getByRole("button", { name: "Go on" }).and(page.locator(":enabled")).waitFor();
    await page.reload();
    await page.getByText("Paused", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByText(/^Next: /).waitFor();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Keep it" }).click();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("Nothing is scheduled").waitFor();
    await page.getByRole("link", { name: "Runs", exact: true }).click();
    await page.getByRole("link", { name: /story/i }).first().waitFor();
  });
});
