import { implement, type StepContext, type StepInput } from "@longhaul/kit/step";
import type { Author } from "../author/author.js";
import { author } from "../author/choose.js";
import { analyse } from "../drawing/analyse.js";
import { cutOut } from "../drawing/cutout.js";
import { openDrawing } from "../drawing/open-drawing.js";
import { readDrawing, store } from "../files.js";
import type { VisionResult } from "../result.js";
import { simulateFailure } from "../simulation.js";
import { vision } from "./vision.js";

/** @throws FatalError as openDrawing does, and what the author throws. */
export async function seeDrawing(
  input: StepInput<typeof vision>,
  ctx: StepContext,
  by?: Author,
): Promise<VisionResult> {
  simulateFailure("Vision", input.simulation, ctx);
  const { width, height, format, png } = await openDrawing(await readDrawing(ctx.artifacts, input.drawing));
  ctx.progress(0.2, "Looking at colours and shapes");
  const analysis = await analyse(png);
  ctx.signal.throwIfAborted();
  ctx.progress(0.5, "Describing the drawing");
  const { madeBy, ...description } = await (by ?? (await author())).describe({
    png,
    analysis,
    signal: ctx.signal,
  });
  ctx.progress(0.8, "Cutting the drawing out");
  const drawingArtifactId = await store(ctx, "drawing.png", "image/png", png);
  const cutoutArtifactId = await store(ctx, "cutout.png", "image/png", await cutOut(png));
  ctx.log.info(description.summary, { width, height, format, maker: madeBy.maker });
  return {
    ...description,
    measures: analysis.measures,
    width,
    height,
    format,
    drawingArtifactId,
    cutoutArtifactId,
    madeBy,
  };
}

export default implement(vision, (input, ctx) => seeDrawing(input, ctx));
