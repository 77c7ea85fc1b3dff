import { createReadStream } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { FatalError, implement, type StepContext, type StepInput } from "@longhaul/kit/step";
import sharp from "sharp";
import { measured } from "../drawing/open-drawing.js";
import { readMade, store } from "../files.js";
import { endFrame, pageFrame, titleFrame } from "../film/frames.js";
import { makeFilm } from "../film/make-film.js";
import { webVtt } from "../film/subtitles.js";
import { type SpokenPage, timelineOf } from "../film/timeline.js";
import { pageHeight, pageWidth } from "../pictures/paint.js";
import type { VideoResult } from "../result.js";
import { simulateFailure } from "../simulation.js";
import { longestNarration, secondsOf, type Sound, soundOf, wavOf } from "../speech/sound.js";
import { video } from "./video.js";

type Input = StepInput<typeof video>;

const framesShare = 0.3;
const filmShare = 0.95;

/** Works in a folder of its own, which is gone afterwards, whatever happens. */
export async function assemble(input: Input, ctx: StepContext): Promise<VideoResult> {
  simulateFailure("Video", input.simulation, ctx);
  const { story, pictures, narration } = input;
  if (pictures.length !== story.pages.length || narration.length !== story.pages.length) {
    throw new FatalError("The story has another number of pages than pictures or narration.", {
      code: "PAGES_DO_NOT_MATCH",
    });
  }
  const folder = await mkdtemp(path.join(tmpdir(), "longhaul-storybook-"));
  try {
    return await film(input, ctx, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function film(input: Input, ctx: StepContext, folder: string): Promise<VideoResult> {
  const { story, narration } = input;
  const frames = await layOut(input, ctx, folder);
  const sounds: string[] = [];
  const spoken: SpokenPage[] = [];
  for (const [i, { artifactId, cues }] of narration.entries()) {
    const sound = soundIn(await readMade(ctx.artifacts, artifactId), i);
    const file = path.join(folder, `voice-${i}.wav`);
    await writeFile(file, wavOf(sound));
    sounds.push(file);
    const texts = cues.map(({ from, to, start, end }) => ({
      ...{ from, to, text: textOf(story, i).slice(start, end) },
    }));
    spoken.push({ seconds: secondsOf(sound), cues: texts });
  }
  const timeline = timelineOf(story.title, spoken);
  const made = await makeFilm({
    folder,
    title: story.title,
    timeline,
    frames,
    narration: sounds,
    signal: ctx.signal,
    onProgress: (fraction) =>
      ctx.progress(framesShare + (filmShare - framesShare) * fraction, "Putting the film together"),
  });
  const { size } = await stat(made);
  ctx.progress(filmShare, "Keeping the film");
  const { id } = await ctx.artifacts.write("storybook.mp4", "video/mp4", createReadStream(made));
  const vtt = Buffer.from(webVtt(timeline.cues));
  const subtitlesArtifactId = await store(ctx, "subtitles.vtt", "text/vtt", vtt);
  const posterArtifactId = await store(
    ctx,
    "poster.jpg",
    "image/jpeg",
    await sharp(frames[0]).jpeg({ quality: 86 }).toBuffer(),
  );
  ctx.progress(1, "The storybook is ready");
  const { seconds, chapters } = timeline;
  return {
    artifactId: id,
    subtitlesArtifactId,
    posterArtifactId,
    seconds,
    width: pageWidth,
    height: pageHeight,
    bytes: size,
    chapters: [...chapters],
  };
}

/**
 * The sound of a page. It is read here and written anew: an edited output may name any file of the organisation, and ffmpeg
 * takes a list of other files, this computer's too, for a sound.
 *
 * @throws FatalError NARRATION_INVALID
 */
function soundIn(bytes: Uint8Array, page: number): Sound {
  try {
    const sound = soundOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (secondsOf(sound) < longestNarration) return sound;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
  }
  throw new FatalError(
    `The narration of page ${page + 1} is no sound of less than ${longestNarration} seconds.`,
    {
      code: "NARRATION_INVALID",
    },
  );
}

const textOf = ({ pages }: Input["story"], page: number): string => pages[page]?.text ?? "";

/** Title, pages and end as PNG files, one at a time: no more than one picture is in memory. */
async function layOut(input: Input, ctx: StepContext, folder: string): Promise<string[]> {
  const { story, pictures, childName, colours } = input;
  const bright = colours.filter(({ name }) => !/black|grey|white/.test(name)).map(({ hex }) => hex);
  const accents = bright.length > 0 ? bright : ["#e8a33d", "#5aa9e6"];
  const files: string[] = [];
  const keep = async (frame: Promise<Buffer>) => {
    const file = path.join(folder, `frame-${files.length}.png`);
    await writeFile(file, await frame);
    files.push(file);
    ctx.signal.throwIfAborted();
    ctx.progress((framesShare * files.length) / (pictures.length + 2), "Laying out the pages");
  };
  const drawing = await pictureIn(ctx, input.drawingArtifactId, "drawing");
  await keep(titleFrame({ title: story.title, childName, drawing, accents, note: story.madeBy.note }));
  for (const [i, { text }] of story.pages.entries()) {
    const { artifactId } = pictures[i] as (typeof pictures)[number];
    const picture = await pictureIn(ctx, artifactId, `picture of page ${i + 1}`);
    await keep(pageFrame({ picture, text, number: i + 1, accent: accents[i % accents.length] as string }));
  }
  await keep(endFrame(await pictureIn(ctx, input.cutoutArtifactId, "cut-out drawing"), accents));
  return files;
}

/**
 * A picture that a step made. An edited output may name any file of the organisation in its place, and a small one may unpack to
 * gigabytes: it is held to what drawings are held to.
 *
 * @throws FatalError PICTURE_INVALID
 */
async function pictureIn(ctx: StepContext, artifactId: string, what: string): Promise<Uint8Array> {
  const bytes = await readMade(ctx.artifacts, artifactId);
  try {
    await measured(bytes);
  } catch (cause) {
    const why = cause instanceof FatalError ? cause.message : "";
    throw new FatalError(`The ${what} cannot be used. ${why}`.trim(), { code: "PICTURE_INVALID", cause });
  }
  return bytes;
}

export default implement(video, (input, ctx) => assemble(input, ctx));
