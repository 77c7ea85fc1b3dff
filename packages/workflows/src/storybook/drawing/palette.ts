import type { Colour } from "../result.js";
import { colourName } from "./colour-name.js";
import { distance, hexOf, type Lab } from "./lab.js";
import { labAt, type Raster } from "./raster.js";

const samples = 4_000;
const rounds = 8;
const wanted = 12;
/** Colours nearer than this are one, unless they have different names. */
const alike = 16;

export interface PaletteColour extends Colour {
  readonly lab: Lab;
}

/** The colours of the drawn pixels, most used first: k-means from the farthest seeds, so always the same. */
export function paletteOf(raster: Raster, drawn: Uint8Array): PaletteColour[] {
  const labs = sampled(raster, drawn);
  if (labs.length === 0) return [];
  const centres = seeds(labs);
  for (let round = 0; round < rounds; round++) move(centres, labs);
  const counts = new Array<number>(centres.length).fill(0);
  for (const lab of labs) (counts[nearest(centres, lab)] as number)++;
  return merged(centres.map((lab, i) => ({ lab, share: (counts[i] as number) / labs.length })));
}

function sampled(raster: Raster, drawn: Uint8Array): Lab[] {
  const places = [...drawn.keys()].filter((i) => drawn[i] === 1);
  const step = Math.max(1, places.length / samples);
  const labs: Lab[] = [];
  for (let at = 0; at < places.length; at += step) {
    labs.push(labAt(raster, places[Math.floor(at)] as number));
  }
  return labs;
}

function seeds(labs: readonly Lab[]): Lab[] {
  const found = [labs[Math.floor(labs.length / 2)] as Lab];
  const apart = labs.map(() => Number.POSITIVE_INFINITY);
  while (found.length < wanted) {
    const last = found.at(-1) as Lab;
    let farthest = 0;
    labs.forEach((lab, i) => {
      apart[i] = Math.min(apart[i] as number, distance(lab, last));
      if (apart[i] > (apart[farthest] as number)) farthest = i;
    });
    if ((apart[farthest] as number) < alike) break;
    found.push(labs[farthest] as Lab);
  }
  return found;
}

export function nearest(centres: readonly Lab[], lab: Lab): number {
  let best = 0;
  for (let i = 1; i < centres.length; i++) {
    if (distance(centres[i] as Lab, lab) < distance(centres[best] as Lab, lab)) best = i;
  }
  return best;
}

function move(centres: Lab[], labs: readonly Lab[]): void {
  const sums = centres.map(() => [0, 0, 0, 0] as [number, number, number, number]);
  for (const lab of labs) {
    const sum = sums[nearest(centres, lab)] as [number, number, number, number];
    sum[0] += lab[0];
    sum[1] += lab[1];
    sum[2] += lab[2];
    sum[3] += 1;
  }
  sums.forEach(([l, a, b, count], i) => {
    if (count > 0) centres[i] = [l / count, a / count, b / count];
  });
}

/** One entry for each name that has at least six thousandths of what is drawn. */
function merged(found: readonly { lab: Lab; share: number }[]): PaletteColour[] {
  const byName = new Map<string, { lab: Lab; share: number }>();
  for (const { lab, share } of [...found].sort((a, b) => b.share - a.share)) {
    const name = colourName(lab);
    const known = byName.get(name);
    byName.set(name, { lab: known?.lab ?? lab, share: (known?.share ?? 0) + share });
  }
  return [...byName]
    .map(([name, { lab, share }]) => ({
      name,
      lab,
      hex: hexOf(lab),
      share: Math.round(share * 1_000) / 1_000,
    }))
    .filter(({ share }) => share >= 0.006)
    .sort((a, b) => b.share - a.share)
    .slice(0, 8);
}
