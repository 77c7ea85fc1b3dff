import { expect, test } from "vitest";
import { maxImageBytes, readImage } from "./image.js";

const png = Buffer.concat([
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  Buffer.alloc(11, 7),
]);
const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
const webp = Buffer.from("RIFF\u0001\u0001\u0001\u0001WEBPVP8 ", "latin1");

test.each([
  ["image/png", png],
  ["image/jpeg", jpeg],
  ["image/webp", webp],
])("%s is told by its first bytes", (contentType, bytes) => {
  const image = readImage(bytes.toString("base64"));
  expect(image).toMatchObject({ bytes, contentType });
  expect(readImage(`data:text/plain;base64,${bytes.toString("base64")}`)).toEqual(image);
});

test("its name is the same for the same bytes only", () => {
  const other = Buffer.from(png);
  other[12] = 8;
  expect(readImage(png.toString("base64")).name).toBe(readImage(png.toString("base64")).name);
  expect(readImage(other.toString("base64")).name).not.toBe(readImage(png.toString("base64")).name);
});

test.each(["", "AAAA*", "%%%%", "data:image/png;base64,", Buffer.from("GIF89a").toString("base64")])(
  "%j is refused",
  (text) => {
    expect(() => readImage(text)).toThrow(expect.objectContaining({ status: 422, code: "IMAGE_INVALID" }));
  },
);

test("an image of 15 MB is read, one of a byte more is not", () => {
  const image = (size: number) => Buffer.concat([png, Buffer.alloc(size - png.length)]).toString("base64");
  expect(readImage(image(maxImageBytes)).bytes).toHaveLength(maxImageBytes);
  expect(() => readImage(image(maxImageBytes + 1))).toThrow(expect.objectContaining({ status: 413 }));
});
