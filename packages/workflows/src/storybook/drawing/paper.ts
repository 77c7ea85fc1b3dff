import { chroma, distance, type Lab } from "./lab.js";
import { labAt, type Raster } from "./raster.js";

/** How far a pixel must be from the paper to be drawn. A photo's paper is never quite even. */
const drawnDistance = 15;
const tiles = 12;
const maxPaperChroma = 24;

export interface Paper {
  /** Null where there is none: the drawing fills the sheet. */
  readonly colour: Lab | null;
  /** 1 for each pixel that is drawn. */
  readonly drawn: Uint8Array;
  /** 1 for each pixel that is drawn or enclosed by what is drawn. */
  readonly solid: Uint8Array;
}

/** Parts what is drawn from the paper it is drawn on; the paper may be of any colour and unevenly lit. */
export function findPaper(raster: Raster): Paper {
  const { width, height } = raster;
  const colour = paperColour(raster);
  if (colour === null) {
    const all = new Uint8Array(width * height).fill(1);
    return { colour, drawn: all, solid: all };
  }
  const local = localPaper(raster, colour);
  const drawn = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (distance(labAt(raster, i), local(x, y)) > drawnDistance) drawn[i] = 1;
    }
  }
  return { colour, drawn, solid: filled(drawn, width, height) };
}

/** The colour that most of the sheet's edge has, if most of it has one. */
function paperColour(raster: Raster): Lab | null {
  const { width, height } = raster;
  const ring = Math.max(2, Math.round(Math.min(width, height) * 0.04));
  const edge: Lab[] = [];
  for (let i = 0; i < width * height; i++) {
    const x = i % width;
    const y = Math.floor(i / width);
    if (x < ring || y < ring || x >= width - ring || y >= height - ring) edge.push(labAt(raster, i));
  }
  const bins = new Map<string, Lab[]>();
  for (const lab of edge) {
    const bin = lab.map((part) => Math.round(part / 12)).join();
    const known = bins.get(bin);
    if (known) known.push(lab);
    else bins.set(bin, [lab]);
  }
  const [most] = [...bins.values()].sort((a, b) => b.length - a.length);
  if (!most) return null;
  const colour = mean(most);
  // Nobody draws on a sheet so strongly coloured: that is paint.
  if (chroma(colour) > maxPaperChroma) return null;
  const like = edge.filter((lab) => distance(lab, colour) < 2 * drawnDistance).length;
  return like / edge.length > 0.45 ? colour : null;
}

function mean(labs: readonly Lab[]): Lab {
  let [l, a, b] = [0, 0, 0];
  for (const lab of labs) {
    l += lab[0];
    a += lab[1];
    b += lab[2];
  }
  return [l / labs.length, a / labs.length, b / labs.length];
}

/** The paper's colour tile by tile, from the pixels that are near it: a shadow over the sheet is no drawing. */
function localPaper(raster: Raster, colour: Lab): (x: number, y: number) => Lab {
  const { width, height } = raster;
  const near: Lab[][] = Array.from({ length: tiles * tiles }, () => []);
  const tileOf = (x: number, y: number) =>
    Math.floor((y * tiles) / height) * tiles + Math.floor((x * tiles) / width);
  for (let i = 0; i < width * height; i += 3) {
    const lab = labAt(raster, i);
    // Shadow changes lightness, hardly colour.
    const shaded: Lab = [colour[0] + (lab[0] - colour[0]) * 0.45, lab[1], lab[2]];
    if (distance(shaded, colour) < drawnDistance) {
      near[tileOf(i % width, Math.floor(i / width))]?.push(lab);
    }
  }
  const share = (width * height) / (tiles * tiles) / 3;
  const papers = near.map((labs) => (labs.length > share * 0.25 ? mean(labs) : colour));
  return (x, y) => papers[tileOf(x, y)] as Lab;
}

/** Everything that cannot be reached from the edge of the sheet without crossing what is drawn. */
function filled(drawn: Uint8Array, width: number, height: number): Uint8Array {
  const solid = new Uint8Array(width * height).fill(1);
  const queue: number[] = [];
  const reach = (x: number, y: number) => {
    if (x < 0 || y < 0 || x >= width || y >= height) return;
    const i = y * width + x;
    if (drawn[i] === 1 || solid[i] === 0) return;
    solid[i] = 0;
    queue.push(i);
  };
  for (let x = 0; x < width; x++) [0, height - 1].forEach((y) => reach(x, y));
  for (let y = 0; y < height; y++) [0, width - 1].forEach((x) => reach(x, y));
  for (let i = queue.pop(); i !== undefined; i = queue.pop()) {
    const x = i % width;
    const y = Math.floor(i / width);
    reach(x - 1, y);
    reach(x + 1, y);
    reach(x, y - 1);
    reach(x, y + 1);
  }
  return solid;
}
