import { readFile } from "node:fs/promises";
import type { Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack.js";
import { openBrowser, tellPages, type TestBrowser, type Visitor } from "./browser.js";
import {
  beginAnew,
  allEventNumbers,
  dataset,
  eventNumbers,
  gapless,
  holdImports,
  type Person,
  signIn,
  signUp,
  startImport,
  status,
} from "./steps.js";

/** What most people will want to do now. */
const primary = "button[data-look=primary]";

describe("a person in a browser", { timeout: 90_000 }, () => {
  let stack: Stack;
  let browser: TestBrowser;
  let grace: Visitor;
  let person: Person;
  let letGo: (runId: string) => Promise<void>;

  beforeAll(async () => {
    stack = await startStack({ simulation: true, web: true });
    letGo = await holdImports(stack);
    browser = await openBrowser(stack.url);
    grace = await browser.visitor();
  });
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await stack[Symbol.asyncDispose]();
  });

  afterEach(({ task }) => tellPages(task, [grace]));

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
    await beginAnew(page);
    expect(await share.inputValue()).not.toBe("250");
  });

  it("uploads a real data set, watches it, reloads in the middle and reads the result", async () => {
    const { page } = grace;
    const runId = await startImport(page, { name: "Seattle weather", file: "seattle-weather.csv" });
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

    await letGo(runId);
    await status(page, "Succeeded").waitFor();
    await status(friend.page, "Succeeded").waitFor();
    const mine = await allEventNumbers(page);
    expect(mine).toEqual(gapless(mine));
    expect(await allEventNumbers(friend.page)).toEqual(mine);
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
    const wide = page.viewportSize()!;
    await page.setViewportSize({ width: 360, height: 740 });
    await page.reload();
    const tab = page.getByRole("link", { name: "Input", exact: true });
    const right = async () => {
      const box = await tab.boundingBox();
      return box ? box.x + box.width : Infinity;
    };
    await expect.poll(right).toBeLessThanOrEqual(360);
    await page.setViewportSize(wide);
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
    await page.getByRole("button", { name: "Retry" }).and(page.locator(primary)).waitFor();
    expect(await page.locator(`main ${primary}`).count()).toBe(1);
  });

  it("reads a sentence when the file is not a table", async () => {
    const { page } = grace;
    const buffer = await readFile(dataset("ffox.png"));
    await startImport(page, { name: "A picture", file: { name: "ffox.csv", mimeType: "text/csv", buffer } });
    await status(page, "Failed").waitFor();
    await page.getByText("For the engineer").click();
    await page.getByText("ProcessData").first().waitFor();
  });

  it("may rerun from the step that failed, also from a page that read the run before its steps", async () => {
    const { page } = grace;
    let letGo = () => {};
    const opened = new Promise<void>((resolve) => (letGo = resolve));
    let reads = 0;
    await page.route(/\/trpc\/[^?]*runs\.get\b/, async (route) => {
      const early = reads === 0;
      reads += 1;
      if (!early) await opened;
      const response = await route.fetch();
      const json = (await response.json()) as { result: { data: { run?: object; steps?: unknown[] } } }[];
      const details = json.find(({ result }) => result.data?.steps)?.result.data;
      if (early && details) Object.assign(details, { run: { ...details.run, lastSeq: 1 }, steps: [] });
      await route.fulfill({ response, json });
    });
    await page.reload();
    await page.getByRole("button", { name: "Rerun from a step with changes..." }).click();
    const dialog = page.getByRole("dialog", { name: "Rerun from a step" });
    await dialog.getByLabel("Begin with").waitFor();
    expect(await dialog.getByRole("button", { name: "Rerun from ProcessData" }).count()).toBe(0);
    letGo();
    await dialog.getByRole("button", { name: "Rerun from ProcessData" }).waitFor();
    await page.unrouteAll();
    await page.keyboard.press("Escape");
  });

  it("is offered to change something, rather than the same again, where the step has ruled that out", async () => {
    const { page } = grace;
    await page.getByText("This error comes again as long as nothing changes", { exact: false }).waitFor();
    const rerun = page.getByRole("button", { name: "Rerun", exact: true });
    await rerun.and(page.locator(primary)).waitFor();
    expect(await page.locator(`main ${primary}`).count()).toBe(1);
    await rerun.click();
    expect(await page.getByRole("menuitem").first().textContent()).toBe("With changes...");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Rerun from a step with changes..." }).click();
    const dialog = page.getByRole("dialog", { name: "Rerun from a step" });
    await dialog.getByRole("button", { name: "Rerun from ProcessData" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Retry" }).click();
    await page.getByText("Attempt 2").waitFor();
    await status(page, "Failed").waitFor();
    await page.getByRole("link", { name: "Start again with changes" }).click();
    await page.getByText("Filled in from the earlier run.", { exact: false }).waitFor();
    expect(await page.getByLabel("Name").inputValue()).toBe("A picture");
  });

  it("is offered to change something, too, where the workflow itself has decided that the run fails", async () => {
    const { page } = grace;
    const rows = ["day,degrees", "mon,4", "tue,five,six,seven", "wed,7"].join("\n");
    await startImport(page, {
      name: "Too odd",
      file: { name: "odd.csv", mimeType: "text/csv", buffer: Buffer.from(rows) },
    });
    await status(page, "Failed").waitFor();
    const said = page.getByRole("region", { name: "What went wrong" });
    await said.getByText("The workflow has decided this", { exact: false }).waitFor();
    await page.getByRole("button", { name: "Rerun", exact: true }).and(page.locator(primary)).waitFor();
    expect(await page.locator(`main ${primary}`).count()).toBe(1);
    const sentence = await said
      .getByText(/rejected/)
      .first()
      .innerText();
    await page.getByRole("button", { name: "Retry" }).click();
    await page.getByText("Attempt 2").waitFor();
    await status(page, "Failed").waitFor();
    await said.getByText(sentence, { exact: true }).waitFor();
    await said.getByRole("button", { name: "Rerun from a step with changes..." }).click();
    await page
      .getByRole("dialog", { name: "Rerun from a step" })
      .getByRole("button", { name: "Rerun from ProcessData" })
      .waitFor();
    await page.keyboard.press("Escape");
    await said.getByRole("link", { name: "Start again with changes" }).click();
    await page.getByText("Filled in from the earlier run.", { exact: false }).waitFor();
  });

  it("is offered first what can be started from scratch, and the rest where it belongs", async () => {
    const { page } = grace;
    await page.goto("/start");
    await page.getByRole("link", { name: "Train a digital twin" }).waitFor();
    expect(await page.getByRole("link", { name: "Delete a digital twin" }).count()).toBe(0);
    const elsewhere = page.getByRole("region", { name: "Started from other pages" });
    const removal = elsewhere.getByRole("listitem").filter({ hasText: "Delete a digital twin" });
    await removal.getByText("From a twin's page", { exact: false }).waitFor();
    const below = await elsewhere.boundingBox();
    const cards = await page
      .getByRole("listitem")
      .filter({ has: page.getByText("Make a storybook") })
      .boundingBox();
    expect(below!.y).toBeGreaterThan(cards!.y + cards!.height);
    await removal.getByRole("link", { name: "Twins" }).click();
    await page.getByText("No twin yet").waitFor();
    await page.goto("/start/twin-removal");
    await page.getByText("This is offered, with its ids filled in", { exact: false }).waitFor();
    await page.goto("/schedules/new");
    const choices = page.getByLabel("Workflow");
    await choices
      .locator("optgroup option", { hasText: "Delete a digital twin" })
      .waitFor({ state: "attached" });
    expect(await choices.locator("> option", { hasText: "Delete a digital twin" }).count()).toBe(0);
  });

  it("writes a list row by row, and is told at the row what is wrong with it", async () => {
    const { page } = grace;
    await page.goto("/start/campaign");
    const twins = page.getByRole("group", { name: "Audience twins" });
    const row = (number: number) => twins.getByLabel(`Audience twins ${number}`, { exact: true });
    const focused = (number: number) => row(number).and(page.locator(":focus")).waitFor();
    await row(1).waitFor();
    expect(await twins.getByRole("button", { name: "Remove" }).count()).toBe(0);
    await row(1).fill("the miller");
    await row(1).press("Enter");
    await focused(2);
    await twins.getByRole("button", { name: "Add" }).press("Enter");
    await focused(3);
    await row(3).fill("018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b22");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await twins.getByText("Choose a twin.").waitFor();
    await twins.getByText("Fill this in, or remove it.").waitFor();
    const told = async (number: number) => {
      const ids = (await row(number).getAttribute("aria-describedby")) ?? "";
      return (
        ids &&
        page
          .locator(
            ids
              .split(" ")
              .map((id) => `[id="${id}"]`)
              .join(),
          )
          .innerText()
      );
    };
    expect([await told(1), await told(2), await told(3)]).toEqual([
      "Choose a twin.",
      "Fill this in, or remove it.",
      "",
    ]);
    const channels = page.getByRole("group", { name: "Channels" });
    await channels.getByText("Choose at least one channel.").waitFor();
    expect(await channels.getByLabel("Channels 1").getAttribute("aria-invalid")).toBe("true");

    await twins.getByRole("button", { name: "Remove Audience twins 1" }).press("Enter");
    await focused(1);
    expect([await told(1), await told(2)]).toEqual(["Fill this in, or remove it.", ""]);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.evaluate("navigator.clipboard.writeText('first\\nsecond\\n')");
    await row(1).press("Control+v");
    await focused(2);
    const texts = () =>
      twins
        .getByRole("textbox")
        .evaluateAll((inputs) => inputs.map((input) => (input as { value?: string }).value));
    expect(await texts()).toEqual(["first", "second", "018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b22"]);
    await page.evaluate("navigator.clipboard.writeText('third\\nfourth')");
    await row(1).press("Control+a");
    await row(1).press("Control+v");
    await focused(2);
    const pasted = ["third", "fourth", "second", "018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b22"];
    expect(await texts()).toEqual(pasted);
    await twins.getByRole("button", { name: "Move Audience twins 1 down" }).press("Enter");
    const down = twins.getByRole("button", { name: "Move Audience twins 2 down" });
    await down.and(page.locator(":focus")).waitFor();
    expect(await texts()).toEqual(["fourth", "third", ...pasted.slice(2)]);
    for (const [index, channel] of ["Email", "SMS", "Push"].entries()) {
      if (index > 0) await channels.getByRole("button", { name: "Add" }).click();
      await channels.getByLabel(`Channels ${index + 1}`).selectOption(channel);
    }
    await channels.getByText("3 entries: more cannot be added.").waitFor();
    expect(await channels.getByRole("button", { name: "Add" }).count()).toBe(0);
  });

  it("writes a list of objects by their fields, and is told at the field what is wrong with it", async () => {
    const { page } = grace;
    await page.goto("/start/story");
    const things = page.getByRole("group", { name: "Things in the drawing", exact: true });
    const thing = (number: number) =>
      things.getByRole("group", { name: `Things in the drawing ${number}`, exact: true });
    const focused = page.locator(":focus");
    await page.getByLabel("Child's name").fill("Mia");
    await page.getByLabel("What is in the drawing").fill("A house.\nAnd the sun.");
    await page.getByLabel("Mood").selectOption("Calm");
    for (const [number, name] of [
      [1, "sun"],
      [2, "house"],
      [3, "cloud"],
    ] as const) {
      await things.getByRole("button", { name: "Add" }).press("Enter");
      await thing(number).getByLabel("Name").and(focused).waitFor();
      await page.keyboard.type(name);
    }
    await things.getByRole("button", { name: "Remove Things in the drawing 3" }).press("Enter");
    await thing(2).getByLabel("Name").and(focused).waitFor();
    await thing(1).getByLabel("Colour").fill("yellow");
    await thing(1).getByLabel("Where").fill("top left");
    await thing(1).getByLabel("Size").selectOption("Large");
    const addColour = page.getByRole("group", { name: "Colours" }).getByRole("button", { name: "Add" });
    await addColour.press("Enter");
    await page.getByRole("button", { name: "Remove Colours 1" }).press("Enter");
    await addColour.and(focused).press("Enter");
    const colour = page.getByRole("group", { name: "Colours 1" });
    await colour.getByLabel("Name").fill("yellow");
    await colour.getByLabel("Hex").fill("yellow");
    await colour.getByLabel("Share").fill("60");
    await page.getByRole("button", { name: "Start", exact: true }).click();

    await thing(2).getByLabel("Colour").and(focused).waitFor();
    await thing(2).getByText("This is needed.").first().waitFor();
    const wrong = (box: Locator) => box.locator("[aria-invalid=true]").count();
    expect([await wrong(thing(1)), await wrong(thing(2)), await wrong(colour)]).toEqual([0, 3, 1]);
    expect(await colour.getByLabel("Hex").getAttribute("aria-invalid")).toBe("true");
    await things.getByRole("button", { name: "Move Things in the drawing 2 up" }).press("Enter");
    await things.getByRole("button", { name: "Move Things in the drawing 1 down" }).and(focused).waitFor();
    expect(await thing(1).getByLabel("Name").inputValue()).toBe("house");
    expect([await wrong(thing(1)), await wrong(thing(2))]).toEqual([3, 0]);
    await thing(1).getByLabel("Colour").fill("red");
    await thing(1).getByLabel("Where").fill("middle");
    await thing(1).getByLabel("Size").selectOption("Medium");
    await colour.getByLabel("Hex").fill("#f5c518");
    await page.getByRole("button", { name: "Start", exact: true }).click();

    await page.waitForURL(/\/runs\/[0-9a-f-]{36}\/result$/);
    await status(page, "Succeeded").waitFor();
    await page.getByRole("link", { name: "Input", exact: true }).click();
    const input = JSON.parse(
      await page.getByRole("region", { name: "Input of the run" }).innerText(),
    ) as unknown;
    expect(input).toMatchObject({
      elements: [
        { name: "house", colour: "red", where: "middle", size: "medium", guess: null },
        { name: "sun", colour: "yellow", where: "top left", size: "large", guess: null },
      ],
      colours: [{ name: "yellow", hex: "#f5c518", share: 0.6 }],
    });
    await page.getByRole("link", { name: "Start again with changes" }).click();
    await page.getByText("Filled in from the earlier run.", { exact: false }).waitFor();
    expect(await thing(2).getByLabel("Name").inputValue()).toBe("sun");
    expect(await colour.getByLabel("Share").inputValue()).toBe("60");
  });

  it("sees the list change by itself, filters it by the URL and searches it", async () => {
    const { page } = grace;
    await page.goto("/");
    const all = page.getByRole("region", { name: "All runs" });
    await all.getByRole("link", { name: "A picture" }).waitFor();
    const other = await browser.visitor();
    await signIn(other.page, person);
    await other.page.getByRole("heading", { name: "Runs", exact: true }).waitFor();
    const runId = await startImport(other.page, { name: "From the other browser", file: "stocks.csv" });
    await all.getByRole("link", { name: "From the other browser" }).waitFor();
    await page.getByRole("region", { name: "Running now" }).getByText("From the other browser").waitFor();
    await letGo(runId);
    await page.getByRole("region", { name: "Running now" }).waitFor({ state: "detached" });
    await page.getByLabel("Status").selectOption("Cancelled");
    await page.waitForURL(/status=cancelled/);
    // The address is another before the list is.
    const listed = async () =>
      (await all.locator("[data-row]").allInnerTexts()).map((row) => row.split("\n")[0]);
    await expect.poll(listed).toEqual(["Not this one"]);
    await page.goto("/?q=seattle");
    await expect.poll(listed).toEqual(["Seattle weather"]);
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
    await page.locator("[data-row]").first().and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Enter");
    // A key does what it does on the page that is there, which is another later than the address is.
    await page.waitForURL(/\/runs\//);
    await page.getByRole("navigation", { name: "Parts of the run" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: "Runs", exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/");
    await page.keyboard.press("/");
    await page.getByRole("searchbox").and(page.locator(":focus")).waitFor();
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
