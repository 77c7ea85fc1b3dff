import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { StoryResult } from "@longhaul/workflows/contracts";
import { type MemoryContext, memoryContext } from "@longhaul/workflows/testing";
import {
  assemble,
  ffmpeg,
  illustrate,
  narrate,
  samplePng,
  seeDrawing,
  silentWav,
  writeBook,
} from "@longhaul/workflows/testing/storybook";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useTemporaryFolder } from "./env.js";

const folder = mkdtempSync(join(tmpdir(), "longhaul-steps-"));
let restore = () => {};
beforeAll(() => {
  // Where the steps put what they need on the way.
  restore = useTemporaryFolder(folder);
});
afterAll(() => {
  restore();
  rmSync(folder, { recursive: true, force: true });
});

/** Everything up to the film, as the machine does it. */
async function book(
  memory: MemoryContext,
  pages: number,
  change = (story: StoryResult): StoryResult => story,
) {
  const { ctx } = memory;
  const seen = await seeDrawing({ drawing: memory.upload("drawing.png", await samplePng()) }, ctx);
  const story = change(await writeBook({ childName: "Mia", pages, seen }, ctx));
  const pictures = [];
  const narration = [];
  for (const [number, page] of story.pages.entries()) {
    const { cutoutArtifactId, colours, mood, summary: drawn } = seen;
    pictures.push(await illustrate({ page, number, drawn, colours, mood, cutoutArtifactId }, ctx));
    narration.push(await narrate({ text: page.text, number }, ctx));
  }
  const { drawingArtifactId, cutoutArtifactId, colours } = seen;
  return { childName: "Mia", story, colours, drawingArtifactId, cutoutArtifactId, pictures, narration };
}

test("a book is the same when its steps are repeated, and its words cannot break pages or film", async () => {
  const hostile = `</text><script>alert(1)</script> & "Mia" 'x' %{n} [in];drawtext=text=1 \\n {\\an8} --> 00:00`;
  const make = async () => {
    const memory = memoryContext();
    const parts = await book(memory, 4, (story) => ({
      ...story,
      title: hostile,
      pages: story.pages.map((page, i) => (i === 0 ? { ...page, text: hostile } : page)),
    }));
    return { memory, parts };
  };
  const [one, two] = [await make(), await make()];
  for (const name of ["drawing.png", "cutout.png", "page-1.png", "page-4.png", "page-1.wav", "page-4.wav"]) {
    const bytes = one.memory.written.get(name);
    expect(bytes?.length, name).toBeGreaterThan(1_000);
    expect(two.memory.written.get(name)?.equals(bytes as Buffer), name).toBe(true);
  }
  const film = await assemble(one.parts, one.memory.ctx);
  expect(film.chapters[0]?.title).toBe(hostile);
  expect(film.chapters).toHaveLength(6);
  const vtt = one.memory.written.get("subtitles.vtt")?.toString() ?? "";
  expect(vtt).toContain("&lt;script&gt;");
  expect(vtt).not.toContain("<script>");
  expect(one.memory.written.get("storybook.mp4")?.length).toBe(film.bytes);
  const fractions = one.memory.progress.map(({ fraction }) => fraction);
  expect(fractions.at(-1)).toBe(1);
  expect(readdirSync(folder)).toEqual([]);
}, 120_000);

test("a film that is stopped in the middle stops at once, and leaves no file", async () => {
  const stop = new Error("The run was cancelled.");
  const memory = memoryContext();
  const parts = await book(memory, 4);
  const progress = (fraction: number) => {
    // ffmpeg has begun to tell how far it is.
    if (fraction > 0.31) memory.abort.abort(stop);
  };
  await expect(assemble(parts, { ...memory.ctx, progress })).rejects.toBe(stop);
  expect(readdirSync(folder)).toEqual([]);
  expect(memory.written.has("storybook.mp4")).toBe(false);
}, 120_000);

test("ffmpeg says what it cannot read", async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), "longhaul-noise-"));
  try {
    writeFileSync(join(elsewhere, "noise.wav"), "this is no sound");
    const { signal } = new AbortController();
    const failed = ffmpeg(["-i", join(elsewhere, "noise.wav"), join(elsewhere, "film.mp4")], { signal });
    await expect(failed).rejects.toThrow(/^ffmpeg ended with 1: .*Invalid data/s);
  } finally {
    rmSync(elsewhere, { recursive: true, force: true });
  }
});

test("a film holds sounds and no files that an edited narration names, nor hours of them", async () => {
  const memory = memoryContext();
  const parts = await book(memory, 4);
  const elsewhere = mkdtempSync(join(tmpdir(), "longhaul-private-"));
  try {
    writeFileSync(join(elsewhere, "memo.wav"), silentWav(3));
    const list = `#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:3,\nfile://${elsewhere}/memo.wav\n#EXT-X-ENDLIST\n`;
    for (const given of [list, silentWav(121)]) {
      const artifactId = memory.upload("page-1.wav", given);
      const narration = parts.narration.map((one, i) => (i === 0 ? { ...one, artifactId } : one));
      await expect(assemble({ ...parts, narration }, memory.ctx)).rejects.toMatchObject({
        code: "NARRATION_INVALID",
      });
    }
    const narration = parts.narration.map((one) => ({ ...one, seconds: 1e9 }));
    const { seconds } = await assemble({ ...parts, narration }, memory.ctx);
    expect(seconds).toBeLessThan(4 * 120 + 60);
  } finally {
    rmSync(elsewhere, { recursive: true, force: true });
  }
  expect(readdirSync(folder)).toEqual([]);
}, 120_000);

test("a film holds no picture that an edited output names and that would fill the memory", async () => {
  const memory = memoryContext();
  const parts = await book(memory, 4);
  // 16,000 by 16,000 pixels in colours, one part after the other, by its header; nothing more is there.
  const header = Buffer.from("89504e470d0a1a0a0000000d4948445200003e8000003e800802000001", "hex");
  const large = Buffer.concat([header, Buffer.from("00000000", "hex")]);
  large.writeUInt32BE(crc32(large.subarray(12, 29)), 29);
  const naming = async (bytes: Uint8Array | string) => {
    const artifactId = memory.upload("page-2.png", bytes);
    const pictures = parts.pictures.map((one, i) => (i === 1 ? { ...one, artifactId } : one));
    return assemble({ ...parts, pictures }, memory.ctx);
  };
  const failure = { name: "FatalError", code: "PICTURE_INVALID" };
  const noData = Buffer.from("000000004944415435af061e", "hex");
  await expect(naming(Buffer.concat([large, noData]))).rejects.toMatchObject({
    ...failure,
    message: expect.stringMatching(
      /^The picture of page 2 cannot be used. .* 16,000 by 16,000 pixels/,
    ) as string,
  });
  await expect(naming("<svg xmlns='http://www.w3.org/2000/svg'/>")).rejects.toMatchObject(failure);
  expect(readdirSync(folder)).toEqual([]);
}, 120_000);

test("a film that cannot be made says why, and leaves no file", async () => {
  const memory = memoryContext();
  const parts = await book(memory, 4);
  const noise = memory.upload("page-1.wav", "this is no sound");
  const broken = parts.narration.map((one, i) => (i === 1 ? { ...one, artifactId: noise } : one));
  await expect(assemble({ ...parts, narration: broken }, memory.ctx)).rejects.toMatchObject({
    ...{ name: "FatalError", code: "NARRATION_INVALID" },
    message: "The narration of page 2 is no sound of less than 120 seconds.",
  });
  await expect(assemble({ ...parts, narration: parts.narration.slice(1) }, memory.ctx)).rejects.toMatchObject(
    {
      name: "FatalError",
      code: "PAGES_DO_NOT_MATCH",
    },
  );
  expect(readdirSync(folder)).toEqual([]);
}, 120_000);
