import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack.js";
import { violationsOf } from "./axe.js";
import { openBrowser, tellPages, type TestBrowser, type Visitor } from "./browser.js";
import { beginAnew, signIn, signUp, status } from "./steps.js";

/** Starting processes, on whatever processors there are. */
const trainingMs = 120_000;
const speech = {
  name: "house-divided.txt",
  mimeType: "text/plain",
  buffer: readFileSync(new URL("../fixtures/twins/house-divided.txt", import.meta.url)),
};

describe("a new organisation", { timeout: 300_000 }, () => {
  let stack: Stack;
  let browser: TestBrowser;
  let ada: Visitor;

  beforeAll(async () => {
    stack = await startStack({ web: true });
    browser = await openBrowser(stack.url);
    ada = await browser.visitor();
  }, 300_000);
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await stack[Symbol.asyncDispose]();
  });
  afterEach(({ task }) => tellPages(task, [ada]));

  it("says who it is, leaves, goes on in another browser, and has its first twin in training", async () => {
    const { page } = ada;
    const person = await signUp(page);
    await page.getByRole("link", { name: "Begin" }).click();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("Say what the company is called.").waitFor();
    await page.getByLabel("Name").fill("Prairie Press");
    await page.getByLabel("Name").press("Enter");
    await page.getByLabel("Industry").fill("Books on history");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("heading", { name: "Whom does it speak to?" }).waitFor();
    await page.getByText("Saved. You can go on later", { exact: false }).waitFor();
    expect(await page.getByRole("heading", { level: 2 }).allInnerTexts()).toEqual(["Whom does it speak to?"]);
    await page.reload();
    await page.getByRole("heading", { name: "Whom does it speak to?" }).waitFor();
    await expect.poll(() => page.title()).toContain("Audience");
    expect(await page.locator('meta[name="description"]').getAttribute("content")).toContain("digital twin");

    const elsewhere = await browser.visitor();
    await signIn(elsewhere.page, person, "/onboarding");
    await elsewhere.page.getByLabel("Audience").fill("Readers of speeches, who care for the Union");
    await elsewhere.page.getByRole("button", { name: "Continue" }).click();
    await elsewhere.page.getByText("Saved. You can go on later", { exact: false }).waitFor();

    // Here the older page is still open: what is said there is not lost.
    await page.getByLabel("Audience").fill("Nobody");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("Somebody has changed this since you opened it.", { exact: false }).waitFor();
    await page.getByRole("heading", { name: "How does it speak?" }).waitFor();
    await page.getByLabel("Formal").check();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByLabel("Documents").setInputFiles([speech]);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("heading", { name: "Train the first twin" }).waitFor();
    await page.getByText("Readers of speeches, who care for the Union").waitFor();
    await page.getByText("house-divided.txt").waitFor();
    await page.getByRole("button", { name: "Train the first twin" }).click();
    await page.waitForURL(/\/twins\/[0-9a-f-]{36}$/);
    await status(page, "Succeeded").waitFor({ timeout: trainingMs });
    await page.goto("/");
    await page.getByRole("heading", { name: "Runs", exact: true }).waitFor();
    expect(await page.getByRole("region", { name: "Invitation" }).count()).toBe(0);
  });

  async function plan(name: string): Promise<void> {
    const { page } = ada;
    await page.goto("/campaigns/new");
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Goal").fill("Read the new edition of the speeches on the Union");
    await page.getByRole("checkbox", { name: "SMS" }).check();
    await page.getByLabel("Segment", { exact: true }).fill("Subscribers");
    await page.getByLabel("Recipients").fill("ada@example.com\ngrace@example.com\n+15550104567");
    await page.getByRole("checkbox", { name: /^Readers of speeches/ }).check();
    await page.getByLabel("Drafts").fill("4");
    await page.getByRole("button", { name: "Write the drafts" }).click();
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}\/result$/);
    await page.getByRole("form", { name: "The drafts to be approved" }).waitFor({ timeout: trainingMs });
  }

  const outbox = async (): Promise<string> =>
    (await fetch(new URL("/_longhaul/outbox", stack.env["AWS_ENDPOINT_URL"]))).text();

  it("is told beside the field what a campaign lacks", async () => {
    const { page } = ada;
    await page.getByRole("link", { name: "Campaigns" }).click();
    await page.getByText("No campaign yet").waitFor();
    await page.getByRole("link", { name: "New campaign" }).click();
    await page.getByRole("checkbox", { name: "E-mail" }).uncheck();
    await page.getByRole("button", { name: "Write the drafts" }).click();
    await page.getByText("Choose at least one channel.").waitFor();
    await page.getByText("Name at least one recipient.").first().waitFor();
    await beginAnew(page);
    expect(await page.getByRole("checkbox", { name: "E-mail" }).isChecked()).toBe(true);
  });

  it("sees drafts with the twin's reactions, edits one, approves, and finds each message once in the outbox", async () => {
    const { page } = ada;
    await plan("New edition");
    expect(await page.locator("[data-draft]").count()).toBe(4);
    expect(await page.locator("[data-reaction]").count()).toBe(4);
    await page.getByText("without a language model", { exact: false }).first().waitFor();
    const violations = await violationsOf(page);
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    const mail = page.getByRole("region", { name: "E-mail to Subscribers" });
    await mail.getByLabel("Subject").fill("A house divided: the new edition");
    const sms = page.getByRole("region", { name: "SMS to Subscribers" });
    await sms.getByLabel("Text").fill("x".repeat(200));
    await page.getByRole("button", { name: "Approve and send" }).click();
    await page.getByText("One SMS holds 160 characters", { exact: false }).waitFor();
    await sms.getByLabel("Text").fill("The new edition is here.");
    await page.getByRole("button", { name: "Approve and send" }).click();
    await page
      .getByText("3 of 3 messages were sent in 2 texts, 2 of them edited.")
      .waitFor({ timeout: trainingMs });
    const sent = await outbox();
    for (const address of ["ada@example.com", "grace@example.com", "+15550104567"]) {
      expect(sent.split(address).length - 1, address).toBe(1);
    }
    expect(sent).toContain("A house divided: the new edition");
    expect(sent).toContain("Prairie Press: The new edition is here.");
  });

  it("starts it again with changes: each entry of its lists has a row, and the run that comes has them", async () => {
    const { page } = ada;
    await page.getByRole("button", { name: "Rerun", exact: true }).click();
    await page.getByRole("menuitem", { name: "With changes..." }).click();
    await page.getByText("Filled in from the earlier run.", { exact: true }).waitFor();
    const channels = page.getByRole("group", { name: "Channels" });
    const chosen = channels.getByRole("combobox");
    const shown = () => chosen.evaluateAll((rows) => rows.map((row) => (row as { value?: string }).value));
    expect(await shown()).toEqual(["EMAIL", "SMS"]);
    await channels.getByRole("button", { name: "Remove Channels 2" }).click();
    expect(await shown()).toEqual(["EMAIL"]);
    const recipients = page.getByRole("group", { name: "Recipients", exact: true });
    for (const number of [3, 2]) {
      await recipients.getByRole("button", { name: `Remove Recipients ${number}` }).click();
    }
    expect(await recipients.getByLabel("Address").inputValue()).toBe("ada@example.com");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByRole("form", { name: "The drafts to be approved" }).waitFor({ timeout: trainingMs });
    await page.getByRole("link", { name: "Input", exact: true }).click();
    await page.getByRole("definition").getByText("Email", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Cancel the run" }).click();
    await page.locator("main [data-status]").first().getByText("Cancelled").waitFor();
  });

  it("rejects the drafts of another one, and nothing is sent", async () => {
    const { page } = ada;
    const before = await outbox();
    await plan("Not this one");
    await page.getByLabel("Note").fill("Too early.");
    await page.getByRole("button", { name: "Reject: send nothing" }).click();
    await page.getByText("Nothing was sent.").waitFor({ timeout: trainingMs });
    await page.getByText("Too early.", { exact: false }).first().waitFor();
    expect(await outbox()).toBe(before);
    await page.goto("/campaigns");
    await page.getByText("Not approved: nothing was sent").waitFor();
    await page.getByText("3 sent").waitFor();
  });

  it("has somebody join, who reads campaigns and plans none until they may, and goes elsewhere when taken out", async () => {
    const { page } = ada;
    const { page: guests } = await browser.visitor();
    const guest = await signUp(guests);
    await page.goto("/settings");
    await page.getByLabel("Invite by e-mail address").fill(guest.email);
    await page.getByLabel("As", { exact: true }).selectOption("Viewer");
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    await page.getByText(`${guest.email} is invited.`).waitFor();

    await guests.reload();
    await guests.getByRole("button", { name: "Join" }).click();
    await guests.getByRole("link", { name: "New edition" }).first().waitFor();
    await guests.goto("/campaigns/new");
    await guests.getByText("Your role looks at campaigns", { exact: false }).waitFor();

    await page.reload();
    await page.getByLabel(`Role of ${guest.name}`).selectOption("Operator");
    await page.getByText("Operator: also starts, cancels and decides.").waitFor();
    // The role shows before the server has answered; until then it cannot be changed again.
    await page.getByLabel(`Role of ${guest.name}`).and(page.locator(":enabled")).waitFor();
    await guests.reload();
    await guests.getByRole("button", { name: "Write the drafts" }).waitFor();

    await page.getByRole("button", { name: `Remove ${guest.name}` }).click();
    await page.getByRole("button", { name: "Remove them" }).click();
    await page.getByLabel(`Role of ${guest.name}`).waitFor({ state: "hidden" });
    await guests.goto("/");
    await guests.getByRole("button", { name: `Go to ${guest.organisation}` }).click();
    await guests.getByText("No runs yet").waitFor();
  });

  it.each([
    { theme: "light", width: 1280 },
    { theme: "dark", width: 360 },
  ] as const)("can read the pages in $theme at $width px", async ({ theme, width }) => {
    const { page } = ada;
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: theme });
    for (const place of ["/onboarding", "/campaigns", "/campaigns/new"]) {
      await page.goto(place);
      await page.locator("main h1").waitFor();
      await page.waitForLoadState("networkidle");
      const violations = await violationsOf(page);
      expect(violations.map(({ id, nodes }) => `${place} ${id}: ${nodes[0]?.html}`)).toEqual([]);
      const wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth");
      expect(wide, place).toBe(false);
    }
  });
});
