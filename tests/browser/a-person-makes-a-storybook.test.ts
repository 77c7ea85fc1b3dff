import { samplePng } from "@longhaul/workflows/testing/storybook";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack.js";
import { control } from "../support/asked-of-a-stack.js";
import { openBrowser, tellPages, type TestBrowser, type Visitor } from "./browser.js";
import { type Person, signIn, signUp, status } from "./steps.js";

/** A film is drawn, spoken and encoded here, on whatever processors there are. */
const bookMs = 240_000;

const part = (page: Page, key: string, state: string) =>
  page.locator(`[data-part=${key}][data-part-state=${state}]`);

/** Waits for a stage, and finds its result again after a reload. */
async function comesAndStays(
  page: Page,
  key: string,
  result: (page: Page) => Promise<unknown>,
): Promise<void> {
  await part(page, key, "ready").waitFor({ timeout: bookMs });
  await result(page);
  await page.reload();
  await part(page, key, "ready").waitFor();
  await result(page);
}

/** Whether every picture of a list has been drawn by the browser. */
const loaded = (page: Page, selector: string): Promise<boolean> =>
  page
    .locator(selector)
    .evaluateAll((images) =>
      (images as unknown as { complete: boolean; naturalWidth: number }[]).every(
        ({ complete, naturalWidth }) => complete && naturalWidth > 0,
      ),
    );

describe("a person who makes a storybook", { timeout: 600_000 }, () => {
  let stack: Stack;
  let browser: TestBrowser;
  let ada: Visitor;
  let person: Person;
  let runId: string;

  beforeAll(async () => {
    stack = await startStack({ simulation: true, web: true });
    browser = await openBrowser(stack.url);
    ada = await browser.visitor();
    person = await signUp(ada.page);
  }, 300_000);
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await stack[Symbol.asyncDispose]();
  });
  afterEach(({ task }) => tellPages(task, [ada]));

  it("uploads a drawing and is told what a name may be", async () => {
    const { page } = ada;
    await page.getByRole("link", { name: "Storybook" }).click();
    await page.getByText("No book yet").waitFor();
    const buffer = await samplePng();
    await page.getByLabel("Drawing").setInputFiles({ name: "house.png", mimeType: "image/png", buffer });
    await page.getByText(", uploaded").waitFor();
    await page.getByLabel("Child's name").fill("<b>Mia</b>");
    await page.getByLabel("Pages").fill("4");
    await page.getByRole("button", { name: "Make the book" }).click();
    await page.getByText("A name begins with a letter", { exact: false }).waitFor();
    await page.getByLabel("Child's name").fill("Mia");
    await page.getByLabel("Read the story first").check();
    await page.getByText("Simulation (optional)").click();
    await page.getByText("Fail a step (optional)").click();
    await page.getByLabel("Step", { exact: true }).selectOption("RecordPage");
    await page.getByLabel("On attempt").fill("1");
    await page.getByRole("button", { name: "Make the book" }).click();
    await page.waitForURL(/\/runs\/[0-9a-f-]{36}\/result$/);
    runId = new URL(page.url()).pathname.split("/")[2]!;
  });

  it("sees each result as soon as it is there, also after a reload, until a stage fails", async () => {
    const { page } = ada;
    await comesAndStays(page, "vision", async () => {
      await page.getByRole("list", { name: "Colours" }).getByText(/^red /).waitFor();
      await page.getByText("Made offline, without a vision model", { exact: false }).waitFor();
    });
    await comesAndStays(page, "story", async () => {
      await page.getByText("Made offline, without a language model.", { exact: false }).waitFor();
    });
    await status(page, "Waiting").waitFor();
    await page.getByLabel("Page 2", { exact: true }).fill("");
    await page.getByRole("button", { name: "Draw this story" }).click();
    await page.getByText("Write something here.").waitFor();
    await page.getByLabel("Page 2", { exact: true }).fill("Then Mia came in.");
    await page.getByRole("button", { name: "Draw this story" }).click();
    await page.getByText("Edited by a person.", { exact: false }).waitFor();
    await page.getByText("Then Mia came in.").first().waitFor();
    await comesAndStays(page, "images", async () => {
      await expect.poll(() => page.locator("[data-page] img").count()).toBe(4);
      await page.locator("[data-page]").last().scrollIntoViewIfNeeded();
      await expect.poll(() => loaded(page, "[data-page] img")).toBe(true);
    });
    await status(page, "Failed").waitFor({ timeout: bookMs });
    await part(page, "voice", "failed").waitFor();
    await part(page, "images", "ready").waitFor();
    await part(page, "video", "missing").waitFor();
  });

  it("retries, beside a friend who watches, and gets a film that plays with subtitles and chapters", async () => {
    const { page } = ada;
    const friend = await browser.visitor();
    await signIn(friend.page, person, `/runs/${runId}/result`);
    await part(friend.page, "images", "ready").waitFor();
    await page.getByRole("button", { name: "Retry" }).click();
    await page.getByText("Attempt 2").waitFor();
    await comesAndStays(page, "voice", async () => {
      await expect.poll(() => page.locator("[data-reading] audio").count()).toBe(4);
    });
    await comesAndStays(page, "video", () => page.getByRole("list", { name: "Chapters" }).waitFor());
    await status(page, "Succeeded").waitFor();
    await friend.page.reload();
    await part(friend.page, "video", "ready").waitFor();
    expect(friend.complaints).toEqual([]);
    await plays(page);
  });

  it("takes the film along", async () => {
    const { page } = ada;
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download the film" }).click();
    const stream = await (await download).createReadStream();
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).subarray(4, 8).toString()).toBe("ftyp");
  });

  it("edits the story, and a new book begins that keeps the drawing", async () => {
    const { page } = ada;
    await page.getByRole("button", { name: "Edit the story" }).click();
    await page.getByLabel("Title").fill("");
    await page.getByRole("button", { name: "Make the book from this story" }).click();
    await page.getByText("Write something here.").waitFor();
    await page.getByLabel("Title").fill("The House That Hummed");
    // The new book is not over before it was looked at.
    await control(stack, "faults", { function: "storybook/DrawPage", kind: "delay", seconds: 600 });
    await page.getByLabel("Page 1", { exact: true }).fill("There was a red house. It hummed.");
    await page.getByRole("button", { name: "Make the book from this story" }).click();
    await page.waitForURL((url) => /^\/runs\//.test(url.pathname) && !url.pathname.includes(runId));
    await page.getByText("The House That Hummed").first().waitFor();
    await page.getByText("There was a red house. It hummed.").first().waitFor();
    await page.getByText("Edited by a person.", { exact: false }).waitFor();
    await part(page, "vision", "ready").waitFor();
    await page.getByText("from DrawPage", { exact: false }).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Cancel the run" }).click();
    await status(page, "Cancelled").waitFor({ timeout: 60_000 });
    // What was sent is not half-written any more.
    await page.goto(`/runs/${runId}/result`);
    await page.getByRole("button", { name: "Edit the story" }).click();
    expect(await page.getByLabel("Title").inputValue()).not.toBe("The House That Hummed");
  });
});

interface Video {
  canPlayType(type: string): string;
  readyState: number;
  currentTime: number;
  duration: number;
  muted: boolean;
  play(): Promise<void>;
  textTracks: { length: number; 0?: { cues: { length: number } | null } };
}

/** Plays some of the film, jumps to a chapter, and finds the subtitles; where the browser has a decoder. */
async function plays(page: Page): Promise<void> {
  const video = page.locator("video");
  const read = <T>(look: (player: Video) => T) => video.evaluate(look as (player: unknown) => T);
  if ((await read((player) => player.canPlayType('video/mp4; codecs="avc1.42E01E, mp4a.40.2"'))) === "")
    return;
  await expect.poll(() => read((player) => player.readyState)).toBeGreaterThanOrEqual(1);
  expect(await read((player) => player.duration)).toBeGreaterThan(10);
  await expect.poll(() => read((player) => player.textTracks[0]?.cues?.length ?? 0)).toBeGreaterThan(4);
  await read((player) => {
    player.muted = true;
    return player.play();
  });
  await expect.poll(() => read((player) => player.currentTime)).toBeGreaterThan(0.3);
  await page.getByRole("button", { name: /Page 3$/ }).click();
  await expect.poll(() => read((player) => player.currentTime)).toBeGreaterThan(10);
}
