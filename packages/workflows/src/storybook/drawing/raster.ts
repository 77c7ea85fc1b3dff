import sharp from "sharp";
import { type Lab, labOf } from "./lab.js";

/** Pixels in rows, each as L*a*b* in three neighbouring places. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly lab: Float32Array;
}

/** Reads a picture at most `side` pixels long. */
export async function rasterOf(png: Uint8Array, side: number): Promise<Raster> {
  const { data, info } = await sharp(png)
    .resize(side, side, { fit: "inside", withoutEnlargement: true })
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const lab = new Float32Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const at = i * channels;
    // A grey picture has one channel.
    const green = channels >= 3 ? 1 : 0;
    lab.set(labOf(data[at] as number, data[at + green] as number, data[at + 2 * green] as number), i * 3);
  }
  return { width, height, lab };
}

export function labAt({ lab }: Raster, pixel: number): Lab {
  const at = pixel * 3;
  return [lab[at] as number, lab[at + 1] as number, lab[at + 2] as number];
}
