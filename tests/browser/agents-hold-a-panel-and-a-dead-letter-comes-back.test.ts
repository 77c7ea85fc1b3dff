import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack.js";
import { control } from "../support/asked-of-a-stack.js";
import { openBrowser, tellPages, type TestBrowser, type Visitor } from "./browser.js";
import { signUp, status } from "./steps.js";

/** 260 turns, each a function of its own, on whatever processors there are. */
const manyTurnsMs = 300_000;

const runOf = (page: Page) => new URL(page.url()).pathname.split("/")[2]!;

async function startPreset(page: Page, title: string): Promise<string> {
  await page.goto("/agents");
  await page.getByRole("button", { name: title }).click();
  await page.getByRole("button", { name: "Start the talk" }).click();
  await page.waitForURL(/\/runs\/[0-9a-f-]{36}\/result$/);
  return runOf(page);
}

/** How many turns the page says were spoken. */
async function turnsOf(page: Page): Promise<number> {
  return Number((await page.locator("[data-turns]").innerText()).split(" ")[0]);
}

describe("agents", { timeout: 600_000 }, () => {
  let stack: Stack;
  let browser: TestBrowser;
  let ada: Visitor;
  let large: string;
  let small: string;

  /** From now on each turn of a panel takes so long: what is looked at meanwhile is not over before it was seen. */
  const speakFor = async (seconds: number) => {
    await control(stack, "faults/remove", {});
    if (seconds > 0) await control(stack, "faults", { function: "panel/Speak", kind: "delay", seconds });
  };

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

  it("are put together in a form that says what is wrong where it is", async () => {
    const { page } = ada;
    await page.goto("/settings");
    await page.getByLabel("Runs at the same time", { exact: true }).fill("1");
    await page.getByRole("button", { name: "Save the limits" }).click();
    await page.getByText("Saved.", { exact: false }).waitFor();
    await page.goto("/agents");
    await page.getByText("No talk yet").waitFor();
    await page.getByLabel("Topic").fill(" ");
    await page.getByLabel("Name of agent 2").fill("cyclist");
    await page.getByRole("button", { name: "Start the talk" }).click();
    await page.getByText("Write what it is about.").waitFor();
    await page.getByText('Two agents are called "cyclist"', { exact: false }).waitFor();
    expect(await page.getByLabel("Priority").isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Remove agent 2" }).click();
    await page.getByText("3 of 25").waitFor();
  });

  it("speak live in a panel of twenty-five, and whoever reads back is left there", async () => {
    const { page } = ada;
    await speakFor(0.1);
    large = await startPreset(page, "Twenty-five voices");
    await page.getByText("of 260 turns").waitFor();
    await expect.poll(() => turnsOf(page), { timeout: 60_000 }).toBeGreaterThan(20);
    const log = page.getByRole("log", { name: "Transcript" });
    const place = () => log.evaluate((box: unknown) => (box as { scrollTop: number }).scrollTop);
    await expect.poll(place).toBeGreaterThan(100);
    await log.evaluate((box: unknown) => ((box as { scrollTop: number }).scrollTop = 0));
    await page.getByRole("button", { name: "Follow the talk" }).waitFor();
    const before = await turnsOf(page);
    await expect.poll(() => turnsOf(page)).toBeGreaterThan(before);
    expect(await place()).toBe(0);
    await page.getByRole("button", { name: "Follow the talk" }).click();
    await expect.poll(place).toBeGreaterThan(100);
  });

  it("wait in a queue that gives their run up, and are queued again from the dead letters", async () => {
    const { page } = ada;
    await speakFor(5);
    small = await startPreset(page, "A street without cars");
    await status(page, "Queued").waitFor();
    const sqs = new SQSClient({
      endpoint: stack.env["AWS_ENDPOINT_URL"]!,
      region: "us-east-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
    // What the queue does with a message after three receives in vain.
    const QueueUrl = `${stack.env["AWS_ENDPOINT_URL"]}/000000000000/longhaul-runs-standard-dead-letters`;
    const MessageBody = JSON.stringify({ runId: small, attempt: 1 });
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    sqs.destroy();
    await status(page, "Failed").waitFor();
    await page.getByText("its message failed too often", { exact: false }).first().waitFor();

    await page.getByRole("link", { name: "Dead letters" }).click();
    await page.getByText("What was in the queue").click();
    await page.getByText("Given up once.", { exact: false }).waitFor();
    await page.getByRole("region", { name: "Message" }).getByText(small, { exact: false }).waitFor();
    await page.getByRole("button", { name: /^Drop/ }).click();
    await page.getByText("can still be retried", { exact: false }).waitFor();
    await page.getByRole("button", { name: "Keep it" }).click();
    await page.getByRole("button", { name: /^Queue again/ }).click();
    await page.getByText("No dead letters").waitFor();
  });

  it("come to a summary after 260 turns, none lost and none twice, and the one queued again follows", async () => {
    const { page } = ada;
    await speakFor(0);
    await page.goto(`/runs/${large}/result`);
    await status(page, "Succeeded").waitFor({ timeout: manyTurnsMs });
    await page.locator("[data-summary]").getByText("25 agents had 260 turns", { exact: false }).waitFor();
    await page.getByText("Made offline, without a language model", { exact: false }).first().waitFor();
    // The run's end is heard at once, its last turns with the next reading of the run.
    const numbers = () =>
      page
        .locator("[data-turn]")
        .evaluateAll((turns) =>
          turns.map((turn) => Number((turn as unknown as Element).getAttribute("data-turn"))),
        );
    await expect.poll(numbers).toEqual(Array.from({ length: 260 }, (_, at) => at + 1));

    await page.goto(`/runs/${small}/result`);
    await status(page, "Succeeded").waitFor({ timeout: 120_000 });
    await page.getByText("Attempt 2").waitFor();
    const summary = page.locator("[data-summary]");
    await summary.getByRole("heading", { name: "Disagreements" }).waitFor();
    await summary.getByText("Cyclist says", { exact: false }).first().waitFor();
    await summary.getByText("$0", { exact: true }).waitFor();
    await page.getByText("transcript.md", { exact: false }).first().waitFor();
    await expect.poll(() => page.locator("[data-turn]").count()).toBe(15);
    expect(ada.complaints).toEqual([]);
  });
});

interface Element {
  getAttribute(name: string): string | null;
}
