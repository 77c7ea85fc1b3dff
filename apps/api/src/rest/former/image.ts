import { createHash } from "node:crypto";
import { RestError } from "../errors.js";

/** As storybook's contract limits its drawings. */
export const maxImageBytes = 15 * 1024 * 1024;
/** That many bytes as base64, and the other fields. */
export const maxImageBodyBytes = Math.ceil(maxImageBytes / 3) * 4 + 100_000;

export interface Image {
  bytes: Buffer;
  contentType: string;
  /** Says what is in it: two images of one name are the same. */
  name: string;
}

const kinds = [
  { ending: "png", contentType: "image/png", starts: (b: Buffer) => b.subarray(0, 8).equals(pngStart) },
  { ending: "jpg", contentType: "image/jpeg", starts: (b: Buffer) => b.subarray(0, 3).equals(jpegStart) },
  {
    ending: "webp",
    contentType: "image/webp",
    starts: (b: Buffer) => b.toString("latin1", 0, 4) === "RIFF" && b.toString("latin1", 8, 12) === "WEBP",
  },
] as const;
const pngStart = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const jpegStart = Buffer.from([0xff, 0xd8, 0xff]);

/**
 * Reads an image out of base64, with or without the head of a data URL. Of what it holds only the first bytes are looked
 * at: whether it is a drawing, the step finds out.
 *
 * @throws RestError 413 above 15 MB, 422 for what is no base64 or no PNG, JPEG or WebP.
 */
export function readImage(text: string): Image {
  const base64 = text.replace(/^data:[\w.+/-]{0,100};base64,/, "");
  if (base64.length > Math.ceil(maxImageBytes / 3) * 4) throw tooLarge();
  const bytes = Buffer.from(base64, "base64");
  // Node leaves out what is no base64: then fewer bytes come than so many characters stand for.
  const characters = base64.replace(/=+$/, "").length;
  if (bytes.length === 0 || bytes.length !== Math.floor((characters * 3) / 4)) {
    throw new RestError(422, "IMAGE_INVALID", "image_base64 is no image in base64.");
  }
  if (bytes.length > maxImageBytes) throw tooLarge();
  const kind = kinds.find(({ starts }) => starts(bytes));
  if (!kind) throw new RestError(422, "IMAGE_INVALID", "The image is no PNG, JPEG or WebP.");
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
  return { bytes, contentType: kind.contentType, name: `drawing-${digest}.${kind.ending}` };
}

function tooLarge(): RestError {
  return new RestError(413, "IMAGE_TOO_LARGE", "The image is larger than 15 MB.");
}
