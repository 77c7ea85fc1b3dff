import sharp from "sharp";
import { describe, expect, it, vi } from "vitest";
import { descriptionSchema } from "../result.js";
import { monsterSvg, paintingSvg, pngOf, samplePng } from "../testing/drawings.js";
import { analyse } from "./analyse.js";
import { colourName } from "./colour-name.js";
import { cutOut } from "./cutout.js";
import { hexOf, labOfHex } from "./lab.js";

// Each looks at every pixel several times.
vi.setConfig({ testTimeout: 60_000 });

describe("colours", () => {
  it.each([
    ["#ff0000", "red"],
    ["#8b4513", "brown"],
    ["#ffd700", "yellow"],
    ["#ff8c00", "orange"],
    ["#228b22", "green"],
    ["#1e63d6", "blue"],
    ["#87ceeb", "light blue"],
    ["#0b1f4b", "dark blue"],
    ["#800080", "purple"],
    ["#ff69b4", "pink"],
    ["#40e0d0", "light turquoise"],
    ["#ffffff", "white"],
    ["#808080", "grey"],
    ["#111111", "black"],
  ])("%s is %s", (hex, name) => {
    expect(colourName(labOfHex(hex))).toBe(name);
    expect(hexOf(labOfHex(hex))).toBe(hex);
  });
});

describe("the analysis", () => {
  it("finds what is in a coloured drawing, where, and what it might be", async () => {
    const { description, measures } = await analyse(await samplePng());
    expect(descriptionSchema.parse(description)).toEqual(description);
    const found = description.elements.map(({ name, where, guess }) => `${name}, ${where}: ${guess}`);
    expect(found).toContain("round yellow shape, top left: a sun");
    expect(found).toContain("round green shape, right: a tree");
    expect(found).toContain("wide green shape, bottom: a meadow");
    expect(found).toContain("square red shape, bottom: a house");
    expect(description.colours.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["green", "red", "brown", "yellow"]),
    );
    expect(description.mood).toBe("cheerful");
    expect(measures.empty).toBeGreaterThan(0.6);
    expect(await analyse(await samplePng())).toEqual({ description, measures });
  });

  it("sees the same under a lamp that lights one side more, and on coloured paper", async () => {
    const { width = 0, height = 0 } = await sharp(await samplePng()).metadata();
    const shade = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><linearGradient id="g"><stop offset="0" stop-color="#fff"/><stop offset="1" stop-color="#bbb"/></linearGradient></defs><rect width="${width}" height="${height}" fill="url(#g)"/></svg>`;
    const lit = await sharp(await samplePng())
      .composite([{ input: Buffer.from(shade), blend: "multiply" }])
      .png()
      .toBuffer();
    for (const png of [lit, await samplePng({ paper: "#e9dfc4" })]) {
      const guesses = (await analyse(png)).description.elements.map(({ guess }) => guess);
      expect(guesses).toEqual(expect.arrayContaining(["a sun", "a house", "a tree"]));
    }
  });

  it("tells thick lines, and counts what is alike", async () => {
    const { description, measures } = await analyse(await pngOf(monsterSvg));
    expect(description.elements[0]).toMatchObject({
      name: "outlined black shape",
      where: "middle",
      size: "large",
    });
    expect(description.elements.map(({ name }) => name)).toContain("two round blue shapes");
    expect(measures.lineWidth).toBeGreaterThan(12);
    expect(description.summary).toMatch(/The lines are thick/);
  });

  it("says that paint fills the sheet", async () => {
    const { description } = await analyse(await pngOf(paintingSvg));
    expect(description.summary).toContain("fills the whole sheet");
    expect(description.mood).toBe("mysterious");
  });

  it("finds nothing on an empty sheet, and says so", async () => {
    const sheet = await sharp({ create: { width: 300, height: 200, channels: 3, background: "#fcfcfa" } })
      .png()
      .toBuffer();
    const { description, measures } = await analyse(sheet);
    expect(description).toMatchObject({ elements: [], colours: [] });
    expect(description.summary).toMatch(/^An almost empty sheet/);
    expect(measures.empty).toBe(1);
  });
});

describe("the cut-out", () => {
  it("leaves the paper around and keeps the paper within", async () => {
    const { data, info } = await sharp(await cutOut(await pngOf(monsterSvg)))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info.channels).toBe(4);
    const alpha = (x: number, y: number) =>
      data[(Math.round(y * info.height) * info.width + Math.round(x * info.width)) * 4 + 3];
    expect(alpha(0.5, 0.5)).toBe(255);
    expect(alpha(0.02, 0.02)).toBe(0);
    expect(alpha(0.5, 0.05)).toBe(0);
  });

  it("keeps paint whole, and an empty sheet too", async () => {
    for (const svg of [
      paintingSvg,
      '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"><rect width="300" height="200" fill="#fff"/></svg>',
    ]) {
      const { width, height } = await sharp(await cutOut(await pngOf(svg))).metadata();
      expect(width * height).toBeGreaterThan(10_000);
    }
  });
});
