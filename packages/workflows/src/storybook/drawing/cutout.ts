import sharp from "sharp";
import { findPaper } from "./paper.js";
import { type Raster, rasterOf } from "./raster.js";

/** Longer side of the cut-out, as pages show it, and how much smaller the sheet is on which its outline is found. */
const side = 720;
const coarser = 2;
/** Width of the paper that scissors leave around the drawing. */
const margin = 9;

/**
 * Cuts what is drawn out of its paper, with a white rim as a child's scissors leave it. A drawing that fills
 * its sheet is kept whole, with round corners.
 *
 * @returns PNG with transparency, cropped to what is drawn.
 */
export async function cutOut(png: Uint8Array): Promise<Buffer> {
  const raster = await rasterOf(png, side / coarser);
  const [width, height] = [raster.width * coarser, raster.height * coarser];
  const { colour, solid } = findPaper(raster);
  const kept = colour === null ? null : withoutSpecks(solid, raster.width, raster.height);
  const rgb = await sharp(png)
    .resize(width, height, { fit: "fill" })
    .removeAlpha()
    .toColourspace("srgb")
    .extend({
      top: 2 * margin,
      bottom: 2 * margin,
      left: 2 * margin,
      right: 2 * margin,
      background: "#ffffff",
    })
    .png()
    .toBuffer();
  const mask = kept === null ? await roundCorners(width, height) : await rim(kept, raster);
  const cut = await sharp(rgb).joinChannel(mask.data, { raw: mask.info }).png().toBuffer();
  return sharp(cut).trim({ background: "#ffffff00", threshold: 1 }).png({ compressionLevel: 7 }).toBuffer();
}

interface Mask {
  readonly data: Buffer;
  readonly info: { readonly width: number; readonly height: number; readonly channels: 1 };
}

/** The mask grown by the rim, with soft edges. */
async function rim(solid: Uint8Array, { width, height }: Raster): Promise<Mask> {
  const coarse = sharp(Buffer.from(solid.map((one) => one * 255)), { raw: { width, height, channels: 1 } });
  const fine = await coarse
    .resize(width * coarser, height * coarser, { kernel: "cubic" })
    .toColourspace("b-w")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raw = { width: fine.info.width, height: fine.info.height, channels: 1 } as const;
  const grown = await sharp(fine.data, { raw })
    .extend({
      top: 2 * margin,
      bottom: 2 * margin,
      left: 2 * margin,
      right: 2 * margin,
      background: "#000000",
    })
    .blur(margin * 0.8)
    // What the blur has spread over the rim's width is inside; the slope that is left is the soft edge.
    .linear(9, -1.1 * 255)
    .toColourspace("b-w")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: grown.data, info: { width: grown.info.width, height: grown.info.height, channels: 1 } };
}

async function roundCorners(width: number, height: number): Promise<Mask> {
  const [w, h] = [width + 4 * margin, height + 4 * margin];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}"><rect width="${w}" height="${h}"/><rect x="${margin}" y="${margin}" width="${w - 2 * margin}" height="${h - 2 * margin}" rx="26" fill="#fff"/></svg>`;
  const { data } = await sharp(Buffer.from(svg))
    .removeAlpha()
    .toColourspace("b-w")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, info: { width: w, height: h, channels: 1 } };
}

/** Drops spots that are tiny beside the drawing: dust, and the shadow of a thumb at the sheet's edge. */
function withoutSpecks(solid: Uint8Array, width: number, height: number): Uint8Array {
  const label = new Int32Array(solid.length);
  const sizes = [0];
  for (let start = 0; start < solid.length; start++) {
    if (solid[start] === 0 || label[start] !== 0) continue;
    const pixels = [start];
    label[start] = sizes.length;
    for (let i = 0; i < pixels.length; i++) {
      const at = pixels[i] as number;
      const x = at % width;
      const near = [at - width, at + width, ...(x > 0 ? [at - 1] : []), ...(x < width - 1 ? [at + 1] : [])];
      for (const j of near) {
        if (j < 0 || j >= width * height || solid[j] === 0 || label[j] !== 0) continue;
        label[j] = sizes.length;
        pixels.push(j);
      }
    }
    sizes.push(pixels.length);
  }
  const largest = Math.max(...sizes);
  return label.map((of) =>
    (sizes[of] as number) >= Math.max(12, largest * 0.002) ? 1 : 0,
  ) as unknown as Uint8Array;
}
