import type { Lab } from "./lab.js";
import { nearest, type PaletteColour } from "./palette.js";
import { labAt, type Raster } from "./raster.js";

/** Share of the sheet below which a spot is a slip of the pen. */
const smallest = 0.0012;

export type Kind = "round" | "oval" | "square" | "wide" | "tall" | "pointed" | "line" | "irregular";

export interface Shape {
  readonly kind: Kind;
  readonly colour: PaletteColour;
  /** Of the sheet, with what the shape encloses. */
  readonly share: number;
  /** Centre and box, 0 to 1 of the sheet. */
  readonly x: number;
  readonly y: number;
  readonly top: number;
  readonly bottom: number;
  readonly width: number;
  /** Whether only its outline is drawn. */
  readonly outlined: boolean;
}

/** The connected areas of one colour, largest first. */
export function findShapes(raster: Raster, drawn: Uint8Array, palette: readonly PaletteColour[]): Shape[] {
  const { width, height } = raster;
  const colours = coloursOf(raster, drawn, palette);
  const seen = new Uint8Array(width * height);
  const shapes: Shape[] = [];
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] === 1 || colours[start] === 0) continue;
    const pixels = connected(colours, seen, start, width, height);
    if (pixels.length < smallest * width * height) continue;
    const colour = palette[(colours[start] as number) - 1] as PaletteColour;
    shapes.push(measured(pixels, colour, width, height));
  }
  return shapes.sort((a, b) => b.share - a.share);
}

/** For each pixel 0 for paper, else 1 and up for its nearest colour; stray pixels take their neighbours'. */
function coloursOf(raster: Raster, drawn: Uint8Array, palette: readonly PaletteColour[]): Uint8Array {
  const centres: Lab[] = palette.map(({ lab }) => lab);
  const { width, height } = raster;
  const first = new Uint8Array(width * height);
  for (let i = 0; i < first.length; i++) {
    if (drawn[i] === 1) first[i] = nearest(centres, labAt(raster, i)) + 1;
  }
  const smooth = first.slice();
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      const around = [first[i - 1], first[i + 1], first[i - width], first[i + width]];
      const same = around.filter((colour) => colour === first[i]).length;
      const other = around.find((colour) => around.filter((one) => one === colour).length >= 3);
      if (same === 0 && other !== undefined) smooth[i] = other;
    }
  }
  return smooth;
}

function connected(
  colours: Uint8Array,
  seen: Uint8Array,
  start: number,
  width: number,
  height: number,
): number[] {
  const pixels = [start];
  seen[start] = 1;
  for (let next = 0; next < pixels.length; next++) {
    const i = pixels[next] as number;
    const x = i % width;
    const y = Math.floor(i / width);
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        if (x + dx < 0 || y + dy < 0 || x + dx >= width || y + dy >= height) continue;
        const j = i + dy * width + dx;
        if (seen[j] === 1 || colours[j] !== colours[start]) continue;
        seen[j] = 1;
        pixels.push(j);
      }
    }
  }
  return pixels;
}

function measured(pixels: readonly number[], colour: PaletteColour, width: number, height: number): Shape {
  const xs = pixels.map((i) => i % width);
  const ys = pixels.map((i) => Math.floor(i / width));
  const left = xs.reduce((a, b) => Math.min(a, b));
  const right = xs.reduce((a, b) => Math.max(a, b));
  const top = ys.reduce((a, b) => Math.min(a, b));
  const bottom = ys.reduce((a, b) => Math.max(a, b));
  const box = { left, top, width: right - left + 1, height: bottom - top + 1 };
  const inside = withHoles(pixels, box, width);
  const outlined = inside.length > 2 * pixels.length;
  return {
    kind: kindOf(inside, box, pixels.length),
    colour,
    share: inside.length / (width * height),
    x: (left + right + 1) / 2 / width,
    y: (top + bottom + 1) / 2 / height,
    top: top / height,
    bottom: (bottom + 1) / height,
    width: box.width / width,
    outlined,
  };
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The shape's pixels and those it encloses, as places in its box. */
function withHoles(pixels: readonly number[], box: Box, width: number): (readonly [number, number])[] {
  const [w, h] = [box.width + 2, box.height + 2];
  const state = new Uint8Array(w * h);
  for (const i of pixels) {
    state[(Math.floor(i / width) - box.top + 1) * w + (i % width) - box.left + 1] = 1;
  }
  const queue = [0];
  state[0] = 2;
  for (let i = queue.pop(); i !== undefined; i = queue.pop()) {
    for (const j of [i - 1, i + 1, i - w, i + w]) {
      if (j < 0 || j >= state.length || state[j] !== 0) continue;
      state[j] = 2;
      queue.push(j);
    }
  }
  const inside: (readonly [number, number])[] = [];
  state.forEach((value, i) => {
    if (value !== 2) inside.push([i % w, Math.floor(i / w)]);
  });
  return inside;
}

/**
 * Judges a filled shape by how much of its box it fills, and by its second moments: how long it is for its
 * width, and how much of the ellipse with the same moments it fills (a disc 1, a square 0.95, a triangle 0.83).
 */
function kindOf(inside: readonly (readonly [number, number])[], box: Box, drawnPixels: number): Kind {
  const count = inside.length;
  const mx = inside.reduce((sum, [x]) => sum + x, 0) / count;
  const my = inside.reduce((sum, [, y]) => sum + y, 0) / count;
  let [xx, yy, xy] = [1 / 12, 1 / 12, 0];
  for (const [x, y] of inside) {
    xx += (x - mx) ** 2 / count;
    yy += (y - my) ** 2 / count;
    xy += ((x - mx) * (y - my)) / count;
  }
  const spread = Math.hypot((xx - yy) / 2, xy);
  const long = (xx + yy) / 2 + spread;
  const short = Math.max(1 / 12, (xx + yy) / 2 - spread);
  const stretched = Math.sqrt(long / short);
  const ellipse = count / (4 * Math.PI * Math.sqrt(long * short));
  const extent = count / (box.width * box.height);
  if (extent < 0.32 || drawnPixels < 0.2 * Math.min(count, box.width * box.height)) {
    return extent >= 0.6 ? (ellipse > 0.965 ? "round" : "square") : stretched > 6 ? "line" : "irregular";
  }
  if (stretched > 2.1) {
    if (Math.abs(xy) > 0.35 * Math.sqrt(xx * yy)) return "line";
    return xx > yy ? "wide" : "tall";
  }
  if (ellipse > 0.965 && extent < 0.86) return stretched < 1.35 ? "round" : "oval";
  if (extent > 0.82) return "square";
  return ellipse < 0.9 && extent < 0.68 ? "pointed" : "irregular";
}
