import type { Colour } from "../result.js";
import { randomOf } from "../writing/random.js";
import { type CutOut, hero } from "./hero.js";
import { land } from "./land.js";
import { pageHeight, pageWidth, paintOf } from "./paint.js";
import { sceneOf } from "./scene.js";
import { falling, sky } from "./sky.js";
import { thingsBehind, thingsInFront } from "./things.js";

export interface PageOrder {
  readonly text: string;
  readonly illustration: string;
  readonly colours: readonly Colour[];
  readonly cutOut: CutOut;
  /** The same seed draws the same page. */
  readonly seed: string;
}

/** A page as SVG. No words of the story are in it: they only decide what is drawn. */
export function pageSvg({ text, illustration, colours, cutOut, seed }: PageOrder): string {
  const random = randomOf(seed);
  const scene = sceneOf(illustration, text);
  const paint = paintOf(scene, colours, random);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${pageWidth}" height="${pageHeight}" viewBox="0 0 ${pageWidth} ${pageHeight}">`,
    sky(scene, paint, random),
    land(scene, paint, random),
    thingsBehind(scene, paint, random),
    hero(scene, cutOut, random),
    thingsInFront(scene, paint, random),
    falling(scene, random),
    "</svg>",
  ].join("");
}
