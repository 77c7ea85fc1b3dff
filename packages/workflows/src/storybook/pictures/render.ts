import { createRequire } from "node:module";
import { type ResvgRenderOptions, renderAsync } from "@resvg/resvg-js";

const require = createRequire(import.meta.url);

/** Made for children who learn to read; has Latin, Greek and Cyrillic letters. */
export const readingFont = "Andika";
export const titleFont = "Baloo 2";

const files = {
  [readingFont]: () => require.resolve("@expo-google-fonts/andika/Andika_400Regular.ttf"),
  [titleFont]: () => require.resolve("@expo-google-fonts/baloo-2/700Bold/Baloo2_700Bold.ttf"),
};
/** Letters that the two fonts have; for others the computer's own fonts are asked, which takes longer. */
const covered = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Common}\p{Script=Inherited}]*$/u;

/** Draws an SVG of ours as PNG. `words` are what is written in it. */
export async function render(svg: string, words = ""): Promise<Buffer> {
  const font: ResvgRenderOptions["font"] = words
    ? {
        fontFiles: Object.values(files).map((file) => file()),
        loadSystemFonts: !covered.test(words),
        defaultFontFamily: readingFont,
      }
    : { loadSystemFonts: false };
  const image = await renderAsync(svg, { font, logLevel: "off" });
  return image.asPng();
}
