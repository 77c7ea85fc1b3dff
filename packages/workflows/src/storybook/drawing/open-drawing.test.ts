import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { samplePng, sampleSvg } from "../testing/drawings.js";
import { openDrawing } from "./open-drawing.js";

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#ffffff" } });

const codeOf = (bytes: Uint8Array): Promise<{ code: string; message: string }> =>
  openDrawing(bytes).then(
    () => expect.fail("It was opened."),
    (error: { name: string; code: string; message: string }) => {
      expect(error.name).toBe("FatalError");
      return error;
    },
  );

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  let crc = 0xffffffff;
  for (const byte of body) crc = (crcTable[(crc ^ byte) & 255] as number) ^ (crc >>> 8);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
  return Buffer.concat([length, body, sum]);
}

/** A PNG that says it is so large, and holds next to nothing. */
function bomb(width: number, height: number, more: readonly Buffer[] = []): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const data = chunk("IDAT", deflateSync(Buffer.alloc(1_000)));
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", head),
    ...more,
    data,
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

describe("a drawing", () => {
  it.each(["png", "jpeg", "webp"] as const)("is read as %s, at most 1,200 pixels long", async (format) => {
    const bytes = await plain(1_600, 900).toFormat(format).toBuffer();
    const drawing = await openDrawing(bytes);
    expect(drawing).toMatchObject({ width: 1_600, height: 900, format });
    expect(await sharp(drawing.png).metadata()).toMatchObject({ format: "png", width: 1_200, height: 675 });
  });

  it.each([
    [1, 40, 60, "left top"],
    [3, 40, 60, "right bottom"],
    [6, 60, 40, "right top"],
    [8, 60, 40, "left bottom"],
  ])("is turned upright as EXIF %i says", async (orientation, width, height, corner) => {
    const mark = await plain(10, 10)
      .composite([{ input: { create: { width: 10, height: 10, channels: 3, background: "#ff0000" } } }])
      .png()
      .toBuffer();
    const photo = await plain(40, 60)
      .composite([{ input: mark, left: 0, top: 0 }])
      .withMetadata({ orientation })
      .jpeg({ quality: 95 })
      .toBuffer();
    const drawing = await openDrawing(photo);
    expect([drawing.width, drawing.height]).toEqual([width, height]);
    const { data, info } = await sharp(drawing.png).raw().toBuffer({ resolveWithObject: true });
    const at = (x: number, y: number) => data[(y * info.width + x) * info.channels + 1] as number;
    const corners = {
      "left top": at(3, 3),
      "right top": at(width - 4, 3),
      "left bottom": at(3, height - 4),
      "right bottom": at(width - 4, height - 4),
    };
    const red = Object.entries(corners)
      .filter(([, green]) => green < 100)
      .map(([name]) => name);
    expect(red).toEqual([corner]);
  });

  it("lies on white where it is see-through", async () => {
    const bytes = await sharp({ create: { width: 64, height: 64, channels: 4, background: "#00000000" } })
      .png()
      .toBuffer();
    const { data } = await sharp((await openDrawing(bytes)).png)
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
  });
});

describe("what is no drawing", () => {
  it.each([
    ["nothing", Buffer.alloc(0), "The file is empty."],
    ["text", Buffer.from("hello"), "This file is not a picture."],
    ["an SVG", Buffer.from(sampleSvg()), "This file is an SVG."],
    ["an SVG with a declaration", Buffer.from('<?xml version="1.0"?><svg/>'), "This file is an SVG."],
    ["a TIFF", Buffer.from("II*\0aaaaaaaa", "latin1"), "This file is a TIFF."],
    ["a GIF", Buffer.from("GIF89a"), "This file is a GIF."],
    ["a PDF", Buffer.from("%PDF-1.7"), "This file is a PDF."],
    ["an iPhone photo", Buffer.from("\0\0\0\x18ftypheic", "latin1"), "This file is an iPhone photo (HEIC)."],
  ])("%s", async (_, bytes, sentence) => {
    const error = await codeOf(bytes);
    expect(error).toMatchObject({ code: "NOT_A_DRAWING" });
    expect(error.message).toBe(`${sentence} Upload the drawing as PNG, JPEG or WebP.`);
  });

  it("an animation, as PNG or as WebP", async () => {
    const control = Buffer.alloc(8);
    control.writeUInt32BE(2, 0);
    expect(await codeOf(bomb(64, 64, [chunk("acTL", control)]))).toMatchObject({ code: "DRAWING_ANIMATED" });
    const frames = Buffer.alloc(64 * 128 * 3, 255).fill(0, 64 * 100 * 3);
    const webp = await sharp(frames, { raw: { width: 64, height: 128, channels: 3, pageHeight: 64 } })
      .webp({ loop: 0 })
      .toBuffer();
    expect(await codeOf(webp)).toMatchObject({ code: "DRAWING_ANIMATED" });
  });

  it.each([
    [20_000, 20_000],
    [60_000, 100],
  ])("%i by %i pixels, refused by its header alone", async (width, height) => {
    const bytes = bomb(width, height);
    expect(bytes.length).toBeLessThan(500);
    const error = await codeOf(bytes);
    expect(error).toMatchObject({ code: "DRAWING_TOO_LARGE" });
    expect(error.message).toContain(`${width.toLocaleString("en")} by ${height.toLocaleString("en")} pixels`);
  });

  it("a spot", async () => {
    expect(await codeOf(await plain(20, 400).png().toBuffer())).toMatchObject({ code: "DRAWING_TOO_SMALL" });
  });

  it.each(["png", "jpeg", "webp"] as const)("a %s that was cut off", async (format) => {
    const bytes = await sharp(await samplePng())
      .toFormat(format)
      .toBuffer();
    expect(await codeOf(bytes.subarray(0, Math.floor(bytes.length * 0.6)))).toMatchObject({
      code: "DRAWING_DAMAGED",
    });
    expect(await codeOf(bytes.subarray(0, 30))).toMatchObject({ code: "DRAWING_DAMAGED" });
  });
});
