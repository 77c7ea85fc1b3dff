import { approvals, asDispatcher, connect } from "@longhaul/db";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack.js";
import { violationsOf } from "./axe.js";
import { openBrowser, tellPages, type TestBrowser, type Visitor } from "./browser.js";
import { type Person, signIn, signUp, startImport, status } from "./steps.js";

const wide = { width: 1280, height: 900 };
const narrow = { width: 360, height: 740 };

/**
 * Each page is judged in both themes and at both widths, once by all rules and once by those of colours. Which theme goes
 * with which width takes turns, so that what all pages share is seen in every combination. Nor is it too wide for letters that are
 * twice as large, as browsers make them without making anything else larger.
 */
const looks = [
  [
    { colorScheme: "light", viewport: wide, rules: "all" },
    { colorScheme: "dark", viewport: narrow, rules: "colours" },
  ],
  [
    { colorScheme: "dark", viewport: narrow, rules: "all" },
    { colorScheme: "light", viewport: wide, rules: "colours" },
  ],
  [
    { colorScheme: "dark", viewport: wide, rules: "all" },
    { colorScheme: "light", viewport: narrow, rules: "colours" },
  ],
  [
    { colorScheme: "light", viewport: narrow, rules: "all" },
    { colorScheme: "dark", viewport: wide, rules: "colours" },
  ],
] as const;
let turn = 0;

/** What is wrong with the page as it is. */
async function faultsOf(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const { colorScheme, viewport, rules } of looks[turn++ % looks.length] ?? []) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // What measures itself, as the editor does its lines and their numbers, fits the new width in the frames after it.
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
    const violations = await violationsOf(page, rules === "all" ? undefined : ["color-contrast"]);
    const look = `${colorScheme} ${viewport.width}`;
    found.push(...violations.map(({ id, nodes }) => `${look}: ${id} at ${nodes[0]?.target.join(" ")}`));
    const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    if (Number(overflow) > 0) found.push(`${look}: ${Number(overflow)} px too wide`);
  }
  await page.setViewportSize(wide);
  await page.evaluate("void (document.documentElement.style.fontSize = '200%')");
  const beside = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
  if (Number(beside) > 0) found.push(`letters of twice the size: ${Number(beside)} px too wide`);
  await page.evaluate("void (document.documentElement.style.fontSize = '')");
  return found;
}

/** As a machine with an approval does: a form for a person, with a deadline. */
async function askForDecision(stack: Stack, runId: string): Promise<void> {
  const db = connect(stack.env["DATABASE_URL"] as string);
  try {
    await asDispatcher(db, (tx) =>
      approvals.request(tx, {
        runId,
        attempt: 1,
        state: "Release",
        itemPath: "",
        visit: 0,
        stage: null,
        title: "Release the import?",
        role: "operator",
        form: {
          type: "object",
          properties: {
            decision: { type: "string", enum: ["approve", "reject"] },
            comment: { type: "string", description: "Goes into the log.", maxLength: 200 },
            marks: { type: "array", items: { type: "integer" }, maxItems: 5 },
          },
          required: ["decision"],
        },
        details: { rows: 1461, file: "seattle-weather.csv" },
        deadline: new Date(Date.now() + 3_600_000).toISOString(),
        token: "a-token-that-nobody-waits-for",
      }),
    );
  } finally {
    await db.close();
  }
}

describe("every page", { timeout: 480_000 }, () => {
  let stack: Stack;
  let browser: TestBrowser;
  let visitor: Visitor;
  let person: Person;
  let succeeded: string;
  let failed: string;

  beforeAll(async () => {
    stack = await startStack({ simulation: true, web: true });
    browser = await openBrowser(stack.url);
    visitor = await browser.visitor();
    const { page } = visitor;
    person = await signUp(page);
    succeeded = await startImport(page, { name: "Seattle weather", file: "seattle-weather.csv" });
    await status(page, "Succeeded").waitFor();
    const buffer = Buffer.from("\u0000\u0001\u0002 not a table");
    failed = await startImport(page, {
      name: "Not a table",
      file: { name: "not-a-table.csv", mimeType: "text/csv", buffer },
    });
    await status(page, "Failed").waitFor();
  }, 300_000);
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await stack[Symbol.asyncDispose]();
  });
  afterEach(({ task }) => tellPages(task, [visitor]));

  it("is fit for those who have no session", async () => {
    const { page } = await browser.visitor();
    for (const [path, button] of [
      ["/sign-up", "Create account"],
      ["/sign-in", "Sign in"],
    ] as const) {
      await page.goto(path);
      await page.getByRole("button", { name: button }).waitFor();
      expect(await faultsOf(page), path).toEqual([]);
    }
  });

  it("is fit for a person who works", async () => {
    const { page } = visitor;
    /** Each address with a text that is there when the page is. */
    const pages: [path: string, text: string][] = [
      ["/", "Not a table"],
      ["/?q=nothing-like-this", "No run matches this filter"],
      ["/start", "Import a file"],
      ["/start/data-import", "Rows that may be rejected"],
      ["/start/campaign", "Audience twins"],
      ["/start/twin-removal", "with its ids filled in"],
      ["/settings", "Save the limits"],
      ["/storybook", "No book yet"],
      ["/approvals", "Nothing waits for a decision"],
      ["/dead-letters", "No dead letters"],
      [`/runs/${succeeded}/result`, "Most frequent values"],
      [`/runs/${succeeded}/steps`, "ProcessData"],
      [`/runs/${succeeded}/graph`, "Choose a node"],
      [`/runs/${succeeded}/graph?node=ProcessData`, "A step: its result is kept"],
      [`/runs/${succeeded}/timeline`, "Since the start"],
      [`/runs/${succeeded}/events`, "The run has succeeded"],
      [`/runs/${succeeded}/input`, "Correlation id"],
      [`/runs/${failed}/result`, "For the engineer"],
      ["/runs/00000000-0000-4000-8000-000000000000/result", "There is no such run."],
      ["/runs", "Start a run"],
      ["/no/such/page", "There is no page here"],
    ];
    for (const [path, text] of pages) {
      await page.goto(path);
      await page.getByText(text).first().waitFor();
      expect(await faultsOf(page), path).toEqual([]);
    }
  });

  it("is fit for a person who begins with something new", async () => {
    const { page } = visitor;
    const pages: [path: string, text: string][] = [
      ["/schedules", "Nothing is scheduled"],
      ["/schedules/new", "New schedule"],
      ["/webhooks", "Nobody is told"],
      ["/agents", "No talk yet"],
      ["/queries", "Reach and frequency by campaign"],
      ["/connections", "Nothing is connected"],
      ["/connections/callback?error=access_denied&state=none", "Connecting Amazon Ads"],
      ["/twins", "No twin yet"],
      ["/twins/new", "Training options"],
      ["/campaigns", "No campaign yet"],
      ["/campaigns/new", "New campaign"],
      ["/onboarding", "Welcome"],
      ["/settings", "Members"],
    ];
    for (const [path, text] of pages) {
      await page.goto(path);
      await page.locator("main").getByText(text).first().waitFor();
      expect(await faultsOf(page), path).toEqual([]);
    }
  });

  it("is fit for what a person has made: a query, a template, a webhook, a schedule, a twin, a talk", async () => {
    const { page } = visitor;
    await page.goto("/queries");
    await page.getByRole("button", { name: "Use Path to conversion" }).click();
    await page.getByRole("textbox", { name: "SQL of the query" }).waitFor();
    await page.getByText("Not run yet").waitFor();
    expect(await faultsOf(page), "a query").toEqual([]);
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Keep as a template..." }).click();
    await page.getByRole("dialog").getByLabel("Category").selectOption("Path to conversion");
    expect(await faultsOf(page), "keeping a template").toEqual([]);
    await page.getByRole("button", { name: "Keep it" }).click();
    await page.getByText("Kept as a private template", { exact: false }).waitFor();

    await page.goto("/webhooks");
    await page.getByRole("button", { name: "New webhook" }).click();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Give the webhook a name.").waitFor();
    await page.getByText("Say at which address it is told.").waitFor();
    await page.locator("[aria-invalid=true]:focus").and(page.getByLabel("Name")).waitFor();
    await page.getByLabel("Name").fill("A receiver");
    await page.getByLabel("Address").fill("https://example.org/hooks/longhaul");
    await page.getByLabel("A run was cancelled").check();
    expect(await faultsOf(page), "a new webhook").toEqual([]);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "I have it" }).click();
    await page.getByText("No messages").waitFor();
    expect(await faultsOf(page), "webhooks").toEqual([]);

    await page.goto("/schedules/new");
    await page.getByLabel("Workflow").selectOption("panel");
    await page.getByLabel("Topic").fill("What becomes of the street?");
    for (const [index, name] of ["Ada", "Ben"].entries()) {
      const agent = page.getByRole("group", { name: `Agents ${index + 1}` });
      await agent.getByLabel("Name").fill(name);
      await agent.getByLabel("Role").fill("Neighbour");
      await agent.getByLabel("Position").fill("Plant trees.");
    }
    expect(await faultsOf(page), "a new schedule").toEqual([]);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText(/^Next: /).click();
    expect(await faultsOf(page), "schedules").toEqual([]);
    await page.getByRole("link", { name: "Hold a panel" }).click();
    await page.getByLabel("Topic").waitFor();
    expect(await faultsOf(page), "a schedule").toEqual([]);

    await page.goto("/twins/new");
    await page.getByLabel("Name").fill("A reader");
    await page
      .getByLabel(/text/i)
      .first()
      .fill("Four score and seven years ago our fathers brought forth a nation. ".repeat(20));
    await page.getByRole("button", { name: "Train the twin" }).click();
    await page.getByRole("heading", { name: "A reader" }).waitFor();
    expect(await faultsOf(page), "a twin").toEqual([]);

    await page.goto("/agents");
    await page.getByRole("button", { name: "A shared fishing ground" }).click();
    expect(await faultsOf(page), "a new talk").toEqual([]);
    await page.getByRole("button", { name: "Start the talk" }).click();
    await page.locator("[data-summary]").waitFor({ timeout: 120_000 });
    expect(await faultsOf(page), "a talk").toEqual([]);
  });

  it("is fit while a run is going on, with its dialog too", async () => {
    const { page } = visitor;
    // People give names that no line can hold and nothing breaks.
    const name = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft";
    await startImport(page, { name, file: "stocks.csv", delay: 600_000 });
    await status(page, "Running").waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page
      .locator(":focus")
      .and(page.getByRole("button", { name: "Cancel" }))
      .waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole("button", { name: "Cancel the run" }).click();
    await status(page, "Cancelled").waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });

  it("is fit where it asks what to do again, and where it asks a person to decide", async () => {
    const { page } = visitor;
    await page.goto(`/runs/${failed}/result`);
    await page.getByRole("button", { name: "Rerun", exact: true }).click();
    await page.getByRole("menuitem", { name: "From a step..." }).click();
    await page.getByLabel("Change something first").selectOption("The input of the run");
    await page.getByLabel("Input of the run").fill("{");
    await page.getByRole("button", { name: "Rerun from ProcessData" }).click();
    await page.getByText("This is not JSON", { exact: false }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.keyboard.press("Escape");

    const runId = await startImport(page, { name: "To be released", file: "stocks.csv", delay: 600_000 });
    await status(page, "Running").waitFor();
    await askForDecision(stack, runId);
    await page.goto("/approvals");
    await page.getByText("Release the import?").waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByLabel("Decision").selectOption("Approve");
    await page.getByLabel("Comment").fill("Looks right.");
    await page.getByLabel("Marks 1").fill("4");
    await page.getByRole("button", { name: "Add to Marks" }).click();
    await page.getByLabel("Marks 2").fill("good");
    await page.getByRole("button", { name: "Decide" }).click();
    await page.getByText("Enter a number.").waitFor();
    expect(await faultsOf(page)).toEqual([]);
    // A colleague who gets the link to it signs in, and is there; so is whoever has it open in two tabs.
    const link = await page.getByRole("link", { name: /^Asked / }).getAttribute("href");
    const colleague = await browser.visitor();
    await signIn(colleague.page, person, String(link));
    await colleague.page.waitForURL(/\/approvals\/[0-9a-f-]{36}$/);
    await colleague.page.getByLabel("Decision").selectOption("Reject");
    await page.getByLabel("Marks 2").fill("5");
    await page.getByRole("button", { name: "Decide" }).click();
    await page.getByText("Decided by you").waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await colleague.page.getByText("Decided by you").waitFor();
    expect(await colleague.page.getByRole("button", { name: "Decide" }).count()).toBe(0);
    expect(await faultsOf(colleague.page), "a decided approval").toEqual([]);
    const stranger = await browser.visitor();
    await signUp(stranger.page);
    await stranger.page.goto(String(link));
    await stranger.page.getByText("There is no such request for approval.").waitFor();
    await stranger.page
      .getByText("an organisation that you are not signed in to", { exact: false })
      .waitFor();
  });

  it("keeps its frame where the server does not answer, and says what to do", async () => {
    const { page } = visitor;
    await page.goto("/approvals");
    await page.getByText("Nothing waits for a decision").or(page.getByText("Decided")).first().waitFor();
    await page.route(/settings-page-.*\.js|config\.json/, (route) => route.abort());
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByText("The server cannot be reached", { exact: false }).waitFor();
    await page.getByRole("link", { name: "Schedules" }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.unroute(/settings-page-.*\.js|config\.json/);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("Save the limits").waitFor();
  });

  it("says so where its own code does not come, and comes when it is tried again", async () => {
    const { page } = await browser.visitor();
    await page.route(/assets\/index-.*\.js/, (route) => route.abort());
    await page.goto("/sign-in");
    await page.getByText("Longhaul could not be loaded", { exact: false }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.unroute(/assets\/index-.*\.js/);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await page.locator("#boot").count()).toBe(0);
  });

  it("tells what is open, done and how far where the system chooses the colours, and goes on paper without its frame", async () => {
    const { page } = visitor;
    const background = (selector: string) =>
      page.evaluate(`getComputedStyle(document.querySelector('${selector}')).backgroundColor`);
    await page.emulateMedia({ forcedColors: "active" });
    await page.goto(`/runs/${succeeded}/timeline`);
    await page.locator("[data-bar=succeeded]").first().waitFor();
    const paper = await background("body");
    for (const drawn of ["[data-bar=succeeded]", "[data-stage] > div > div", "main nav [aria-current=page]"])
      expect(await background(drawn), drawn).not.toBe(paper);
    expect(await background("main nav [aria-current=page]")).not.toBe(
      await background("main nav a:not([aria-current])"),
    );
    await page.emulateMedia({ forcedColors: "none", media: "print", colorScheme: "dark" });
    await page.getByRole("navigation", { name: "Main" }).waitFor({ state: "hidden" });
    expect(await page.evaluate("getComputedStyle(document.documentElement).colorScheme")).toBe("light");
    await page.emulateMedia({ media: "screen" });
    await page.getByRole("navigation", { name: "Main" }).waitFor();
  });

  it("says where nothing can be copied", async () => {
    const { page } = visitor;
    await page.goto(`/runs/${succeeded}/input`);
    const copy = page.getByRole("button", { name: "Copy run id" });
    await copy.waitFor();
    await page.evaluate("void Object.defineProperty(navigator, 'clipboard', { value: undefined })");
    await copy.click();
    const said = copy.getByText("Copying is not allowed here");
    await said.waitFor();
    // For the eye, too, and not for readers only.
    expect((await said.boundingBox())?.width).toBeGreaterThan(20);
    expect(await faultsOf(page)).toEqual([]);
  });

  it("paints what a person waits for before it asks for the plots", async () => {
    const { page } = visitor;
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await page.route(/column-table-.*\.js/, async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(`/runs/${succeeded}/result`);
    await page.getByText("What was found").waitFor();
    await page.getByText("1,461", { exact: true }).first().waitFor();
    expect(await page.getByRole("img", { name: /^Histogram/ }).count()).toBe(0);
    letGo();
    await page.getByRole("img", { name: /^Histogram/ }).waitFor();
  });
});
