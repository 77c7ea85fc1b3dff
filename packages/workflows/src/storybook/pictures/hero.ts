import type { Random } from "../writing/random.js";
import { boat } from "./things.js";
import { group, n } from "./paint.js";
import type { Scene } from "./scene.js";

export interface CutOut {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Room for the hero, so that the caption below hides nothing of it. */
const tallest = 372;
const widest = 470;
const footing = 512;

/** The child's own drawing, cut out, in the middle of the page: on its feet, in a boat, or in the air. */
export function hero(scene: Scene, cutOut: CutOut, random: Random): string {
  const sails = scene.setting === "sea" || (scene.setting === "lake" && scene.props.has("boat"));
  const flies = scene.setting === "sky";
  const scale =
    Math.min(tallest / cutOut.height, widest / cutOut.width) * (sails ? 0.82 : random.between(0.88, 1));
  const [width, height] = [cutOut.width * scale, cutOut.height * scale];
  const x = 640 + random.between(-70, 70);
  const turn = random.between(-5, 5);
  const href = `data:image/png;base64,${Buffer.from(cutOut.png).toString("base64")}`;
  const image = (shift: number, more = "") =>
    `<image x="${n(-width / 2 + shift)}" y="${n(-height + shift)}" width="${n(width)}" height="${n(height)}" xlink:href="${href}"${more}/>`;
  if (flies) return group(x, 470, 1, image(0), turn * 2);
  if (sails)
    return group(x, 470, 1, image(0) + group(0, -26, 1, boat(Math.max(300, width * 1.15))), turn * 0.7);
  const shadow = `<ellipse cx="0" cy="2" rx="${n(width * 0.42)}" ry="15" fill="#10142a" opacity=".24"/>`;
  return group(x, footing, 1, shadow + image(0), turn * 0.6);
}
