import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storybookResultSchema } from "@longhaul/workflows/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { numbersTo, watch } from "../../api/watching.js";
import { openBrowser } from "../../browser/browser.js";
import { type Stack, startStack } from "../../support/stack.js";
import { download, openShop, probe, type Shop, upload, uploadDrawing } from "./book-shop.js";

let stack: Stack;
let shop: Shop;
const folder = mkdtempSync(join(tmpdir(), "longhaul-film-"));
beforeAll(async () => {
  stack = await startStack({ simulation: true });
  shop = await openShop(stack);
});
afterAll(async () => {
  shop?.clients.close();
  await stack?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Serves one film with ranges, as storage does, to a page that plays it. */
async function cinema(film: Buffer, type: string): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    if (request.url === "/") return response.end("<!doctype html><title>Cinema</title><video></video>");
    const [, from = "0"] = /bytes=(\d+)-/.exec(request.headers.range ?? "") ?? [];
    const part = film.subarray(Number(from));
    response.writeHead(request.headers.range ? 206 : 200, {
      "content-type": type,
      "accept-ranges": "bytes",
      "content-length": part.length,
      ...(request.headers.range && {
        "content-range": `bytes ${from}-${film.length - 1}/${film.length}`,
      }),
    });
    return response.end(part);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

interface Played {
  readonly supported: string;
  readonly duration: number;
  readonly videoWidth: number;
  readonly videoHeight: number;
}

/** Runs in the page: plays a second, jumps near the end, and tells what was seen. A text, as tests have no DOM. */
const playing = `(async () => {
  const video = document.querySelector("video");
  const supported = video.canPlayType('video/mp4; codecs="avc1.64001f, mp4a.40.2"');
  video.muted = true;
  video.src = "/film";
  await new Promise((resolve, reject) => {
    video.oncanplay = resolve;
    video.onerror = () => reject(new Error(video.error.code + " " + video.error.message));
  });
  await video.play();
  await new Promise((resolve) => {
    video.ontimeupdate = () => video.currentTime > 1 && resolve();
  });
  video.currentTime = video.duration - 5;
  await new Promise((resolve) => {
    video.onseeked = resolve;
  });
  const { duration, videoWidth, videoHeight } = video;
  return { supported, duration, videoWidth, videoHeight };
})()`;

const typesOf = (events: readonly { type: string; step: string | null }[], type: string) =>
  events.filter((event) => event.type === type).map(({ step }) => step);

test("a drawing becomes a film with narration, chapters and subtitles, and a browser plays it", async () => {
  const drawing = await uploadDrawing(shop);
  const { runId } = await shop.http.workflows.storybook.start.mutate({
    input: { drawing, childName: "Zoë", pages: 4 },
  });
  const watcher = watch(shop.clients.ws(shop.token), runId);
  await watcher.done;
  const { run, steps } = await shop.http.runs.get.query({ runId });
  expect(run).toMatchObject({ status: "succeeded" });
  if (run.status !== "succeeded") return;
  const book = storybookResultSchema.parse(run.output);

  expect(watcher.events.map(({ seq }) => seq)).toEqual(numbersTo(run.lastSeq));
  expect(steps.map(({ step, itemPath, status }) => `${step} ${itemPath} ${status}`).sort()).toEqual(
    [
      "Vision  succeeded",
      "Story  succeeded",
      ...[0, 1, 2, 3].flatMap((i) => [`DrawPage ${i} succeeded`, `RecordPage ${i} succeeded`]),
      "Video  succeeded",
    ].sort(),
  );
  const streamed = watcher.texts
    .filter(({ stream }) => stream === "story")
    .map(({ text }) => text)
    .join("");
  expect(streamed).toContain(book.story.pages[3]?.text.slice(0, 20));

  expect(book.story.pages).toHaveLength(4);
  expect(book.story.madeBy).toMatchObject({
    maker: "offline",
    note: "Made offline, without a language model.",
  });
  expect(book.vision.elements.map(({ guess }) => guess)).toContain("a sun");
  const spoken = book.narration.reduce((sum, { seconds }) => sum + seconds, 0);
  expect(book.video.seconds).toBeGreaterThan(spoken);
  expect(book.video.seconds).toBeLessThan(spoken + 4 * 2 + 10);

  const film = await download(shop, book.video.artifactId);
  expect(film.length).toBe(book.video.bytes);
  // The index comes before the media, so that a page can play while it loads.
  expect(film.indexOf("moov")).toBeLessThan(film.indexOf("mdat"));
  const file = join(folder, "book.mp4");
  writeFileSync(file, film);
  const said = await probe(file);
  expect(said).toMatch(/Video: h264 \(High\).*yuv420p.*1280x720/);
  expect(said).toMatch(/Audio: aac/);
  expect(said).toMatch(/Subtitle: mov_text/);
  expect(said.match(/Chapter #/g)).toHaveLength(6);
  const [, minutes, seconds] = /Duration: 00:(\d\d):([\d.]+)/.exec(said) ?? [];
  expect(Math.abs(Number(minutes) * 60 + Number(seconds) - book.video.seconds)).toBeLessThan(0.5);
  const subtitles = (await download(shop, book.video.subtitlesArtifactId)).toString();
  expect(subtitles).toMatch(/^WEBVTT\n\n00:00:0\d\.\d{3} --> 00:00:/);

  const { server, url } = await cinema(film, "video/mp4");
  await using browser = await openBrowser(url);
  const { page } = await browser.visitor();
  await page.goto(url);
  const played = await page.evaluate<Played>(playing);
  server.close();
  expect(played).toMatchObject({ supported: "probably", videoWidth: 1280, videoHeight: 720 });
  expect(Math.abs(played.duration - book.video.seconds)).toBeLessThan(0.5);
}, 400_000);

test("a stage that fails keeps those before it, and a retry goes on from there", async () => {
  const drawing = await uploadDrawing(shop);
  const { runId } = await shop.http.workflows.story.start.mutate({
    input: {
      childName: "Ada",
      pages: 4,
      summary: "A cat on a roof.",
      elements: [{ name: "cat", colour: "black", where: "middle", size: "large", guess: null }],
      colours: [{ name: "red", hex: "#cc3322", share: 1 }],
      mood: "calm",
      simulation: { failStep: { step: "Story", onTry: 1 } },
    },
  });
  const told = watch(shop.clients.ws(shop.token), runId);
  const seen = await shop.http.workflows.vision.start.mutate({ input: { drawing } });
  const looked = watch(shop.clients.ws(shop.token), seen.runId);
  await Promise.all([told.done, looked.done]);
  expect(typesOf(told.events, "step.retrying")).toEqual(["Story"]);
  const story = (await shop.http.runs.get.query({ runId })).run;
  expect(story).toMatchObject({ status: "succeeded", output: { madeBy: { maker: "offline" } } });
  expect(JSON.stringify(story)).toContain("black cat");
  const vision = (await shop.http.runs.get.query({ runId: seen.runId })).run;
  expect(vision).toMatchObject({ status: "succeeded", output: { format: "png", mood: "cheerful" } });
}, 120_000);

test("a file that is no drawing ends the run with a sentence, without a second try", async () => {
  const drawing = await upload(
    shop,
    "drawing.png",
    "image/png",
    Buffer.from("<svg xmlns='x'><script/></svg>"),
  );
  const { runId } = await shop.http.workflows.vision.start.mutate({ input: { drawing } });
  const watcher = watch(shop.clients.ws(shop.token), runId);
  await watcher.done;
  const { run } = await shop.http.runs.get.query({ runId });
  expect(run).toMatchObject({
    status: "failed",
    error: {
      code: "NOT_A_DRAWING",
      message: "This file is an SVG. Upload the drawing as PNG, JPEG or WebP.",
    },
  });
  expect(typesOf(watcher.events, "step.started")).toEqual(["Vision"]);
}, 60_000);
