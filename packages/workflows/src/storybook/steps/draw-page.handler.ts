import { implement, type StepContext, type StepInput } from "@longhaul/kit/step";
import sharp from "sharp";
import type { Author } from "../author/author.js";
import { author } from "../author/choose.js";
import { invalidAnswer } from "../author/problems.js";
import { readMade, store } from "../files.js";
import type { CutOut } from "../pictures/hero.js";
import { pageHeight, pageWidth } from "../pictures/paint.js";
import type { PictureResult } from "../result.js";
import { simulateFailure } from "../simulation.js";
import { drawPage } from "./draw-page.js";

const maxModelPixels = 20_000_000;

/** @throws what the author throws; RetryableError MODEL_ANSWER_INVALID for a picture that is none. */
export async function illustrate(
  input: StepInput<typeof drawPage>,
  ctx: StepContext,
  by?: Author,
): Promise<PictureResult> {
  simulateFailure("DrawPage", input.simulation, ctx);
  const { page, number, colours, mood, drawn } = input;
  const cutOut = await measured(await readMade(ctx.artifacts, input.cutoutArtifactId));
  ctx.progress(0.1, `Drawing page ${number + 1}`);
  // The run's id, so that no two books look the same, and a repeat looks as it did.
  const seed = `${ctx.run.id}/${number}`;
  const { picture, madeBy } = await (by ?? (await author())).draw({
    page,
    colours,
    mood,
    drawn,
    cutOut,
    seed,
    signal: ctx.signal,
  });
  ctx.progress(0.8, `Keeping page ${number + 1}`);
  const png = await asPage(picture);
  const artifactId = await store(ctx, `page-${number + 1}.png`, "image/png", png);
  ctx.progress(1, `Page ${number + 1} is drawn`);
  return { artifactId, width: pageWidth, height: pageHeight, madeBy };
}

async function measured(png: Uint8Array): Promise<CutOut> {
  const { width, height } = await sharp(png, { limitInputPixels: 4_000_000 }).metadata();
  return { png, width, height };
}

async function asPage(picture: Uint8Array): Promise<Uint8Array> {
  try {
    return await sharp(picture, { limitInputPixels: maxModelPixels })
      .resize(pageWidth, pageHeight, { fit: "cover" })
      .flatten({ background: "#ffffff" })
      .png({ compressionLevel: 6 })
      .toBuffer();
  } catch (error) {
    throw invalidAnswer("draw the picture", error);
  }
}

export default implement(drawPage, (input, ctx) => illustrate(input, ctx));
