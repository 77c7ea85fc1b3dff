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
  const format = sniff(bytes);
  if (isAnimated(format, bytes)) {
    throw unusable("DRAWING_ANIMATED", "The picture is an animation. Upload a drawing that stands still.");
  }
  // The header alone is read for this, whatever it says.
  const header = sharp(bytes, { limitInputPixels: false });
  const { width, height } = upright(await decoding(() => header.metadata()));
  checkSize(width, height);
  const image = sharp(bytes, { failOn: "error", limitInputPixels: maxPixels, sequentialRead: true });
  const png = await decoding(() => reduced(image));
  return { width, height, format, png };
}

function upright({ width, height, orientation = 1 }: Metadata): { width: number; height: number } {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

function checkSize(width: number, height: number): void {
  const size = `${width.toLocaleString("en")} by ${height.toLocaleString("en")} pixels`;
  if (width * height > maxPixels || Math.max(width, height) > maxSide) {
    throw unusable(
      "DRAWING_TOO_LARGE",
      `The picture has ${size}; up to ${maxPixels / 1e6} million can be read, ${maxSide.toLocaleString("en")} on a side.`,
    );
  }
  if (Math.min(width, height) < minSide) {
    throw unusable(
      "DRAWING_TOO_SMALL",
      `The picture has ${size}; a drawing needs at least ${minSide} on a side.`,
    );
  }
}

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
