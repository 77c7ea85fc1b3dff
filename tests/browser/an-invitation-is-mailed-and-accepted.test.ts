import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { AxeBuilder } from "@axe-core/playwright";
import { type Stack, startStack } from "../support/stack.js";
import { openBrowser, tellPages, type TestBrowser, type Visitor } from "./browser.js";
import { readBrowserEnvironment } from "./env.js";
import { signUp } from "./steps.js";

const { SCREENSHOTS } = readBrowserEnvironment();

describe("an invitation", { timeout: 300_000 }, () => {
  let stack: Stack;
  let browser: TestBrowser;
  let ada: Visitor;
  let guest: Visitor;

  beforeAll(async () => {
    stack = await startStack({ web: true });
    browser = await openBrowser(stack.url);
    [ada, guest] = [await browser.visitor(), await browser.visitor()];
  }, 300_000);
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await stack[Symbol.asyncDispose]();
  });
  afterEach(({ task }) => tellPages(task, [ada, guest]));

  const outboxUrl = () => `http://127.0.0.1:${stack.ports.aws}/_longhaul/outbox`;
  const email = "margaret@example.org";
  let inviter: string;
  let organisation: string;

  /** What is wrong with the page, in both themes and at both widths; a picture of each where a folder is named. */
  async function faultsOf({ page }: Visitor, name: string): Promise<string[]> {
    const found: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of [1280, 360]) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        const look = `${name}-${colorScheme}-${width}`;
        if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/${look}.png`, fullPage: true });
        const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
        found.push(...violations.map(({ id, nodes }) => `${look}: ${id} at ${nodes[0]?.target.join(" ")}`));
        const overflow = Number(await page.evaluate("document.documentElement.scrollWidth - innerWidth"));
        if (overflow > 0) found.push(`${look}: ${overflow} px too wide`);
      }
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    return found;
  }

  it("is mailed when it is made, and the page says so by itself", async () => {
    const { page } = ada;
    ({ organisation, name: inviter } = await signUp(page));
    await page.goto("/settings");
    await page.getByLabel("Invite by e-mail address").fill(email);
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    await page.getByText(`${email} is invited.`).waitFor();
    const row = page.getByRole("listitem").filter({ hasText: email });
    await row.getByText(/^Mailed /).waitFor();
    expect(await faultsOf(ada, "mailed")).toEqual([]);
  });

  it("is opened from the outbox by somebody who has no account, who signs up and joins", async () => {
    const { page } = guest;
    await page.goto(outboxUrl());
    await page.getByText(`to ${email}`).waitFor();
    const opened = page.context().waitForEvent("page");
    await page.getByRole("link", { name: `${stack.url}/join` }).click();
    const joining = await opened;
    joining.setDefaultTimeout(45_000);
    await joining.getByRole("link", { name: "Create one" }).click();
    await joining.getByLabel("Your name").fill("Margaret Hamilton");
    await joining.getByLabel("Email").fill(email);
    await joining.getByLabel("Password").fill("correct-horse-battery");
    await joining.getByRole("button", { name: "Create account" }).click();
    await joining.getByRole("heading", { name: "Invitations" }).waitFor();
    await joining.getByText(`invites you to ${organisation}`).waitFor();
    expect(await joining.getByRole("button", { name: `Join ${organisation}` }).count()).toBe(1);
    expect(await faultsOf({ page: joining, complaints: [] }, "join")).toEqual([]);
    await joining.getByRole("button", { name: `Join ${organisation}` }).click();
    // The page of runs is there before the token that names the organisation.
    await joining.getByTitle(organisation, { exact: true }).waitFor();
    await joining.goto(`${stack.url}/settings`);
    const together = joining.getByRole("list", { name: "Members" });
    for (const name of [inviter, "Margaret Hamilton"]) await together.getByText(name).first().waitFor();
  });

  it("is of no use to whoever has another address, who is told so", async () => {
    const stranger = await browser.visitor();
    const { page } = stranger;
    const { email: theirs } = await signUp(page);
    await page.goto("/join");
    await page.getByText("No invitation waits for you").waitFor();
    await page.getByRole("main").getByText(theirs).waitFor();
    expect(await faultsOf(stranger, "no-invitation")).toEqual([]);
    await page.getByRole("button", { name: "Sign in with another address" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(stranger.complaints).toEqual([]);
  });

  it("is mailed again when somebody asks, and not where they do not want it", async () => {
    const { page } = ada;
    await page.reload();
    await page.getByLabel("Invite by e-mail address").fill("katherine@example.org");
    await page.getByLabel("Send them an e-mail with the link").uncheck();
    await page.getByRole("button", { name: `${stack.url}/join` }).waitFor();
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    const row = page.getByRole("listitem").filter({ hasText: "katherine@example.org" });
    await row.getByText("Not mailed").waitFor();
    await row.getByRole("button", { name: "Mail it" }).click();
    await row.getByText(/^Mailed /).waitFor();
    await row.getByRole("button", { name: "Mail again" }).click();
    const mails = async () => {
      const answer = await fetch(`${outboxUrl()}.json`);
      const { messages } = (await answer.json()) as { messages: { to: string[] }[] };
      return messages.filter(({ to }) => to.includes("katherine@example.org"));
    };
    await expect.poll(mails).toHaveLength(2);
    expect(ada.complaints).toEqual([]);
  });

  it("says why it could not be mailed, and offers the link where nothing is", async () => {
    const { page } = ada;
    let mail = {};
    await page.route("**/trpc/members.invitations*", async (route) => {
      const answer = await route.fetch();
      const body = (await answer.text()).replace(/"mail":\{[^}]*\}/, `"mail":${JSON.stringify(mail)}`);
      await route.fulfill({ response: answer, body });
    });
    const nextTryAt = new Date(Date.now() + 300_000).toISOString();
    mail = { status: "waiting", sentAt: null, error: "The mail service takes no more for now.", nextTryAt };
    await page.reload();
    await page
      .getByText("Not mailed yet: The mail service takes no more for now.", { exact: false })
      .waitFor();
    expect(await faultsOf(ada, "waiting")).toEqual([]);
    mail = { status: "failed", sentAt: null, error: "The mail service refused it.", nextTryAt: null };
    await page.reload();
    await page.getByText("Could not be mailed: The mail service refused it.").waitFor();
    await page.getByRole("button", { name: /^The link/ }).waitFor();
    await page.getByLabel("Send them an e-mail with the link").uncheck();
    expect(await faultsOf(ada, "failed")).toEqual([]);
    await page.route("**/config.json", async (route) => {
      const answer = await route.fetch();
      const config = (await answer.json()) as object;
      await route.fulfill({ response: answer, json: { ...config, mailsInvitations: false } });
    });
    await page.reload();
    await page.getByText("No e-mail is sent from here", { exact: false }).waitFor();
    await page
      .getByRole("button", { name: `${stack.url}/join` })
      .first()
      .waitFor();
    expect(await page.getByRole("button", { name: "Mail again" }).count()).toBe(0);
    expect(await faultsOf(ada, "no-sender")).toEqual([]);
    // An answer that is still being made up must not outlive the browser.
    await page.unrouteAll({ behavior: "wait" });
  });
});
