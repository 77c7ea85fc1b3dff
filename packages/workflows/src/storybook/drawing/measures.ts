import type { Measures } from "../result.js";
import { chroma } from "./lab.js";
import { labAt, type Raster } from "./raster.js";

/** A step in lightness that an eye sees as an edge. */
const edgeStep = 14;
const thousandths = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 1_000) / 1_000;

/** What can be counted on a drawing's pixels. */
export function measure(raster: Raster, drawn: Uint8Array): Measures {
  const { width, height } = raster;
  const count = width * height;
  let [light, squares, colourful, edges, drawnCount] = [0, 0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const lab = labAt(raster, i);
    light += lab[0];
    squares += lab[0] ** 2;
    if (drawn[i] === 1) {
      drawnCount++;
      colourful += chroma(lab);
    }
    const right = i % width < width - 1 ? labAt(raster, i + 1)[0] : lab[0];
    const below = i + width < count ? labAt(raster, i + width)[0] : lab[0];
    if (Math.hypot(right - lab[0], below - lab[0]) > edgeStep) edges++;
  }
  const mean = light / count;
  return {
    brightness: thousandths(mean / 100),
    // The deviation of a sheet half black, half white is 50.
    contrast: thousandths(Math.sqrt(Math.max(0, squares / count - mean ** 2)) / 50),
    colourfulness: thousandths(drawnCount > 0 ? colourful / drawnCount / 80 : 0),
    edges: thousandths(edges / count),
    empty: thousandths(1 - drawnCount / count),
    lineWidth: lineWidth(drawn, width, height),
  };
}

/** The median of the shorter way across what is drawn, over its pixels; null where nothing is thin. */
function lineWidth(drawn: Uint8Array, width: number, height: number): number | null {
  const across = runs(drawn, width, height, 1, width);
  const down = runs(drawn, height, width, width, 1);
  const thin: number[] = [];
  const longest = Math.max(width, height);
  for (let i = 0; i < drawn.length; i++) {
    const least = Math.min(across[i] as number, down[i] as number);
    if (drawn[i] === 1 && least < longest * 0.06) thin.push(least);
  }
  const total = drawn.reduce((sum, one) => sum + one, 0);
  if (thin.length < Math.max(20, total * 0.05)) return null;
  thin.sort((a, b) => a - b);
  return Math.round(((thin[thin.length >> 1] as number) / longest) * 1_000);
}

/** For each drawn pixel, how many drawn pixels lie beside each other along its row. */
function runs(drawn: Uint8Array, length: number, rows: number, step: number, rowStep: number): Uint16Array {
  const found = new Uint16Array(drawn.length);
  for (let row = 0; row < rows; row++) {
    let begin = 0;
    for (let at = 0; at <= length; at++) {
      if (at < length && drawn[row * rowStep + at * step] === 1) continue;
      for (let i = begin; i < at; i++) found[row * rowStep + i * step] = at - begin;
      begin = at + 1;
    }
  }
  return found;
}
