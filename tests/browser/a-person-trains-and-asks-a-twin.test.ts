import { readFileSync } from "node:fs";
import {
  DescribeTrainingJobCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
  StopTrainingJobCommand,
} from "@aws-sdk/client-sagemaker";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack.js";
import { violationsOf } from "./axe.js";
import { openBrowser, tellPages, type TestBrowser, type Visitor } from "./browser.js";
import { signUp, status } from "./steps.js";

/** Starting processes, on whatever processors there are. */
const trainingMs = 120_000;

const text = (name: string) => ({
  name: `${name}.txt`,
  mimeType: "text/plain",
  buffer: readFileSync(new URL(`../fixtures/twins/${name}.txt`, import.meta.url)),
});
const speeches = ["gettysburg-address", "second-inaugural-address", "house-divided"].map(text);

interface Order {
  name: string;
  files?: typeof speeches;
  fault?: "fail" | "hang";
  pace?: number;
  seconds?: number;
}

async function train(page: Page, { name, files = speeches, fault, pace, seconds }: Order): Promise<void> {
  await page.goto("/twins/new");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Documents").setInputFiles(files);
  await page.getByText("Training options").click();
  if (fault) await page.getByLabel("Rehearse a failure").selectOption(fault);
  if (pace !== undefined) await page.getByLabel("Rest after each epoch").fill(String(pace));
  if (seconds !== undefined) await page.getByLabel("Longest training").fill(String(seconds));
  await page.getByRole("button", { name: "Train the twin" }).click();
  await page.waitForURL(/\/twins\/[0-9a-f-]{36}$/);
}

const plot = (page: Page) => page.getByRole("img", { name: /^Surprise a word/ });

describe("a person who trains a twin", { timeout: 300_000 }, () => {
  let stack: Stack;
  let browser: TestBrowser;
  let ada: Visitor;
  let sagemaker: SageMakerClient;

  beforeAll(async () => {
    stack = await startStack({ simulation: true, web: true });
    browser = await openBrowser(stack.url);
    ada = await browser.visitor();
    await signUp(ada.page);
    sagemaker = new SageMakerClient({
      endpoint: stack.env["AWS_ENDPOINT_URL"]!,
      region: "us-east-1",
      credentials: { accessKeyId: "anything", secretAccessKey: "anything" },
    });
  }, 300_000);
  afterAll(async () => {
    sagemaker.destroy();
    await browser[Symbol.asyncDispose]();
    await stack[Symbol.asyncDispose]();
  });
  afterEach(({ task }) => tellPages(task, [ada]));

  it("is told what is missing, and that a twin cannot learn from nothing", async () => {
    const { page } = ada;
    await page.getByRole("link", { name: "Twins" }).click();
    await page.getByText("No twin yet").waitFor();
    await page.getByRole("link", { name: "New twin" }).click();
    await page.getByRole("button", { name: "Train the twin" }).click();
    await page.getByText("Give the twin a name.").waitFor();
    await page.getByText("Add a document, or paste some text.").waitFor();
  });

  it("watches the measures come, and gets a twin that answers with its sources", async () => {
    const { page } = ada;
    const broken = { name: "broken.pdf", mimeType: "application/pdf", buffer: Buffer.from("no PDF at all") };
    await train(page, { name: "Abraham Lincoln", files: [...speeches, broken], pace: 0.7 });
    await plot(page).waitFor({ timeout: trainingMs });
    const seen = new Set<number>();
    while ((await status(page, "Succeeded").count()) === 0) {
      seen.add(Number(await plot(page).getAttribute("data-epochs")));
      await page.waitForTimeout(100);
    }
    // More than one step was seen on the way.
    expect(seen.size).toBeGreaterThan(2);
    await expect.poll(() => plot(page).getAttribute("data-epochs")).toBe("12");
    await page.getByText("left out: It is damaged", { exact: false }).waitFor();
    await page.getByText("Speaks of").waitFor();
    await page
      .getByLabel("Question", { exact: true })
      .fill("With malice toward whom should we finish the work?");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    const answer = page.locator("[data-answer=succeeded]").first();
    await answer
      .getByText("With malice toward none", { exact: false })
      .first()
      .waitFor({ timeout: trainingMs });
    await answer.getByText("without a language model", { exact: false }).waitFor();
    const source = answer.getByRole("list", { name: "Sources" }).locator("details").first();
    expect(await source.locator("summary").innerText()).toContain("second-inaugural-address.txt");
    await source.locator("summary").click();
    await source.getByText("with charity for all", { exact: false }).waitFor();
  });

  it("is told honestly that the documents do not say", async () => {
    const { page } = ada;
    await page
      .getByLabel("Question", { exact: true })
      .fill("Which football team won the championship in 1998?");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await page
      .getByText("The documents that Abraham Lincoln has read do not say", { exact: false })
      .waitFor();
  });

  it("keeps the next question that is written while the last one is still on its way", async () => {
    const { page } = ada;
    const question = page.getByLabel("Question", { exact: true });
    const sending = page.getByRole("button", { name: "Asking..." });
    let letGo = () => {};
    const written = new Promise<void>((resolve) => (letGo = resolve));
    await page.route(/twinAnswer\.start/, async (route) => {
      const response = await route.fetch();
      await written;
      await route.fulfill({ response });
    });
    await question.fill("What did our fathers bring forth?");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await sending.waitFor();
    await question.fill("How many years ago?");
    letGo();
    await sending.waitFor({ state: "detached" });
    expect(await question.inputValue()).toBe("How many years ago?");
    await page.unroute(/twinAnswer\.start/);
  });

  it.each([
    { theme: "light", width: 1280 },
    { theme: "dark", width: 360 },
  ] as const)("can read the pages in $theme at $width px", async ({ theme, width }) => {
    const { page } = ada;
    const here = page.url();
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: theme });
    for (const place of [here, "/twins", "/twins/new"]) {
      await page.goto(place);
      await page.locator("main h1").waitFor();
      await page.waitForLoadState("networkidle");
      const violations = await violationsOf(page);
      expect(violations.map(({ id, nodes }) => `${place} ${id}: ${nodes[0]?.html}`)).toEqual([]);
      const wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth");
      expect(wide, place).toBe(false);
    }
    await page.goto(here);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.emulateMedia({ colorScheme: "light" });
  });

  it("trains a new version while the cloud is killed, and goes back to the first", async () => {
    const { page } = ada;
    await page.getByRole("button", { name: "Train again" }).click();
    const dialog = page.getByRole("dialog");
    await dialog
      .getByLabel("Or paste text")
      .fill("The railroad to the Pacific shall be built, said the Congress.");
    await dialog.getByText("Training options").click();
    await dialog.getByLabel("Rest after each epoch").fill("0.5");
    await dialog.getByRole("button", { name: "Train a new version" }).click();
    await page.getByRole("heading", { name: "Training of version 2" }).waitFor();
    await plot(page).waitFor({ timeout: trainingMs });
    await stack.kill("cloud");
    await stack.startCloud();
    await page.reload();
    await status(page, "Succeeded").waitFor({ timeout: trainingMs });
    await expect.poll(() => plot(page).getAttribute("data-epochs")).toBe("12");
    const first = page.locator("[data-version='1']");
    await first.getByRole("button", { name: "Let this one answer" }).click();
    await first.getByText("answers", { exact: true }).waitFor();
  });

  it("sees why a training failed, and tries the run again, which goes on", async () => {
    const { page } = ada;
    await train(page, { name: "Unlucky", fault: "fail" });
    await status(page, "Failed").waitFor({ timeout: trainingMs });
    await page.getByText("The training failed: The training was told to fail.", { exact: false }).waitFor();
    const here = page.url();
    await page.getByRole("link", { name: "The run" }).click();
    // The step is not tried again, but the next attempt starts another job.
    const retry = page.getByRole("button", { name: "Retry" });
    await retry.and(page.locator("[data-look=primary]")).click();
    await status(page, "Succeeded").waitFor({ timeout: trainingMs });
    await page.goto(here);
    await page.getByLabel("Question", { exact: true }).waitFor();
  });

  it("is told of a training that was stopped from outside, and of one that never ends", async () => {
    const { page } = ada;
    await train(page, { name: "Stopped", fault: "hang" });
    await plot(page).waitFor({ timeout: trainingMs });
    const running = new ListTrainingJobsCommand({ StatusEquals: "InProgress" });
    const [job] = (await sagemaker.send(running)).TrainingJobSummaries ?? [];
    await sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: job!.TrainingJobName }));
    await page.getByText("The training was stopped from outside.").waitFor({ timeout: trainingMs });
    await train(page, { name: "Endless", fault: "hang", seconds: 5 });
    await page.getByText("took longer than it may", { exact: false }).waitFor({ timeout: trainingMs });
  });

  it("cancels a training, which stops the job", async () => {
    const { page } = ada;
    await train(page, { name: "Called off", fault: "hang" });
    await plot(page).waitFor({ timeout: trainingMs });
    const here = page.url();
    await page.getByRole("link", { name: "The run" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Cancel the run" }).click();
    await status(page, "Cancelled").waitFor({ timeout: trainingMs });
    const { TrainingJobSummaries: jobs = [] } = await sagemaker.send(
      new ListTrainingJobsCommand({ SortBy: "CreationTime", SortOrder: "Descending", MaxResults: 1 }),
    );
    const name = jobs[0]?.TrainingJobName;
    const jobStatus = async () =>
      (await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }))).TrainingJobStatus;
    await expect.poll(jobStatus).toBe("Stopped");
    await page.goto(here);
    await status(page, "Cancelled").waitFor();
  });

  it("chooses a list of files row by row, in an order of their own", async () => {
    const { page } = ada;
    await page.goto("/start/digital-twin");
    const documents = page.getByRole("group", { name: "Documents" });
    const file = (number: number) => documents.getByLabel(`Documents ${number}`, { exact: true });
    for (const [index, speech] of speeches.slice(0, 2).entries()) {
      await documents.getByRole("button", { name: "Add" }).press("Enter");
      await file(index + 1)
        .and(page.locator(":focus"))
        .waitFor();
      await file(index + 1).setInputFiles(speech);
    }
    await documents.getByText(", uploaded").nth(1).waitFor();
    await documents.getByRole("button", { name: "Add" }).click();
    await page.getByLabel("Name", { exact: true }).fill("By hand");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await documents.getByText("Choose a file, or remove this.").waitFor();
    await file(3).and(page.locator(":focus")).waitFor();
    await documents.getByRole("button", { name: "Move Documents 2 up" }).click();
    const rows = documents.getByRole("listitem");
    await rows.nth(0).getByText(speeches[1]!.name).waitFor();
    await rows.nth(1).getByText(speeches[0]!.name).waitFor();
    await documents.getByRole("button", { name: "Remove Documents 3" }).click();
    await page.getByText("Simulation (optional)").click();
    await page.getByLabel(/^Training/).selectOption("Hang");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}\/result$/);
    await page.getByRole("link", { name: "Input", exact: true }).click();
    const input = JSON.parse(await page.getByRole("region", { name: "Input of the run" }).innerText()) as {
      documents: string[];
    };
    expect(input.documents).toHaveLength(2);
    const uploaded = page.getByRole("button", { name: /^Download.*-address\.txt$/ });
    await expect.poll(() => uploaded.count()).toBe(2);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Cancel the run" }).click();
    await status(page, "Cancelled").waitFor({ timeout: trainingMs });
  });

  it("deletes a twin with what it has left", async () => {
    const { page } = ada;
    await page.goto("/twins");
    await page.getByRole("link", { name: "Abraham Lincoln" }).click();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete the twin" }).click();
    await page.waitForURL(/\/twins$/, { timeout: trainingMs });
    await expect.poll(() => page.getByRole("link", { name: "Abraham Lincoln" }).count()).toBe(0);
    expect(
      ada.complaints.filter((complaint) => !/WebSocket|Failed to load resource/.test(complaint)),
    ).toEqual([]);
  });
});
