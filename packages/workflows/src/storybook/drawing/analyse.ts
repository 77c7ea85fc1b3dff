import type { Description, Measures } from "../result.js";
import { describe } from "./describe.js";
import { elementsOf } from "./elements.js";
import { measure } from "./measures.js";
import { paletteOf } from "./palette.js";
import { findPaper } from "./paper.js";
import { rasterOf } from "./raster.js";
import { findShapes } from "./shapes.js";

/** Enough for shapes and colours; more would only find the paper's grain. */
const side = 320;

export interface Analysis {
  readonly description: Description;
  readonly measures: Measures;
}

/** What the pixels of a drawing say: colours, shapes, light, and a description made of nothing else. */
export async function analyse(png: Uint8Array): Promise<Analysis> {
  const raster = await rasterOf(png, side);
  const { drawn } = findPaper(raster);
  const palette = paletteOf(raster, drawn);
  const measures = measure(raster, drawn);
  const elements = elementsOf(findShapes(raster, drawn, palette));
  const colours = palette.map(({ name, hex, share }) => ({ name, hex, share }));
  return { description: describe(elements, colours, measures), measures };
}
