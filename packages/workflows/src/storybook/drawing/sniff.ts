import { unusable } from "./problems.js";

export type DrawingFormat = "png" | "jpeg" | "webp";

const ascii = (bytes: Uint8Array, from: number, length: number) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1", from, from + length);

/** What files that people upload by mistake begin with. */
const others: readonly (readonly [RegExp, string])[] = [
  [/^GIF8/, "a GIF"],
  [/^(II\*\0|MM\0\*)/, "a TIFF"],
  [/^%PDF/, "a PDF"],
  [/^BM/, "a BMP"],
  [/^....ftyp(heic|heix|mif1|msf1|hevc)/s, "an iPhone photo (HEIC)"],
  [/^....ftypavif/s, "an AVIF"],
  [/^....ftyp/s, "a video"],
  [/^(\xef\xbb\xbf)?\s*<(\?xml|svg|!doctype svg)/i, "an SVG"],
  [/^(\xef\xbb\xbf)?\s*<(html|!doctype)/i, "a web page"],
];

/**
 * Tells the format by the first bytes; a file's name and declared type count for nothing.
 *
 * @throws FatalError NOT_A_DRAWING that names what the file is instead.
 */
export function sniff(bytes: Uint8Array): DrawingFormat {
  const head = ascii(bytes, 0, 256);
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (head.startsWith("\xff\xd8\xff")) return "jpeg";
  if (head.startsWith("RIFF") && head.slice(8, 12) === "WEBP") return "webp";
  const other = others.find(([pattern]) => pattern.test(head));
  const what = bytes.length === 0 ? "The file is empty" : `This file is ${other?.[1] ?? "not a picture"}`;
  throw unusable("NOT_A_DRAWING", `${what}. Upload the drawing as PNG, JPEG or WebP.`);
}

/** Whether the file is an animation, told from its headers: an APNG has acTL before its first image data. */
export function isAnimated(format: DrawingFormat, bytes: Uint8Array): boolean {
  if (format === "jpeg") return false;
  if (format === "webp") return ascii(bytes, 12, 4) === "VP8X" && ((bytes[20] ?? 0) & 2) !== 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    const chunk = ascii(bytes, at + 4, 4);
    if (chunk === "acTL") return true;
    if (chunk === "IDAT") return false;
  }
  return false;
}
