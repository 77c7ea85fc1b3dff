import sharp, { type Metadata, type Sharp } from "sharp";
import { unusable } from "./problems.js";
import { type DrawingFormat, isAnimated, sniff } from "./sniff.js";

/** A phone's camera has up to 50 million pixels; past that a small file can fill the memory. */
const maxPixels = 60_000_000;
const maxSide = 16_000;
const minSide = 32;
/** Longer side of the drawing that everything after works on. */
const workingSide = 1_200;

export interface Drawing {
  /** Upright, as it was uploaded. */
  readonly width: number;
  readonly height: number;
  readonly format: DrawingFormat;
  /** PNG: upright, on white, at most 1,200 pixels long. */
  readonly png: Buffer;
}

/**
 * Reads an uploaded drawing: told by its bytes, measured by its header before anything is decoded, turned
 * upright as its EXIF says, and laid on white.
 *
 * @throws FatalError NOT_A_DRAWING, DRAWING_ANIMATED, DRAWING_TOO_LARGE, DRAWING_TOO_SMALL, DRAWING_DAMAGED
 */
export async function openDrawing(bytes: Uint8Array): Promise<Drawing> {
  const { width, height, format } = await measured(bytes);
  if (isAnimated(format, bytes)) {
    throw unusable("DRAWING_ANIMATED", "The picture is an animation. Upload a drawing that stands still.");
  }
  if (Math.min(width, height) < minSide) {
    throw unusable(
      "DRAWING_TOO_SMALL",
      `The picture has ${sizeOf(width, height)}; a drawing needs at least ${minSide} on a side.`,
    );
  }
  const image = sharp(bytes, { failOn: "error", limitInputPixels: maxPixels, sequentialRead: true });
  const png = await decoding(() => reduced(image));
  return { width, height, format, png };
}

/**
 * What a picture's header says of it, upright. Nothing is decoded.
 *
 * @throws FatalError NOT_A_DRAWING, DRAWING_TOO_LARGE, DRAWING_DAMAGED
 */
export async function measured(
  bytes: Uint8Array,
): Promise<{ width: number; height: number; format: DrawingFormat }> {
  const format = sniff(bytes);
  const header = sharp(bytes, { limitInputPixels: false });
  const { width, height } = upright(await decoding(() => header.metadata()));
  if (width * height > maxPixels || Math.max(width, height) > maxSide) {
    throw unusable(
      "DRAWING_TOO_LARGE",
      `The picture has ${sizeOf(width, height)}; up to ${maxPixels / 1e6} million can be read, ${maxSide.toLocaleString("en")} on a side.`,
    );
  }
  return { width, height, format };
}

function upright({ width, height, orientation = 1 }: Metadata): { width: number; height: number } {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

const sizeOf = (width: number, height: number): string =>
  `${width.toLocaleString("en")} by ${height.toLocaleString("en")} pixels`;

function reduced(image: Sharp): Promise<Buffer> {
  return image
    .autoOrient()
    .resize(workingSide, workingSide, { fit: "inside", withoutEnlargement: true })
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb")
    .png({ compressionLevel: 6 })
    .toBuffer();
}

async function decoding<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unusable("DRAWING_DAMAGED", "The picture is damaged or was not uploaded whole.", error);
  }
}
