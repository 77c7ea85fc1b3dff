import type { Colour } from "../result.js";
import type { Random } from "../writing/random.js";
import type { Scene, Time } from "./scene.js";

export const pageWidth = 1_280;
export const pageHeight = 720;

/** The colours of one page: of its time of day, drawn towards those of the child's drawing. */
export interface Paint {
  readonly sky: readonly [top: string, bottom: string];
  readonly far: string;
  readonly middle: string;
  readonly near: string;
  readonly water: string;
  readonly cloud: string;
  /** What shines: sun, moon, windows. */
  readonly light: string;
  readonly outline: string;
  /** For flowers, balloons, roofs: the drawing's own colours. */
  readonly accents: readonly string[];
  readonly dark: boolean;
}

type Base = Omit<Paint, "accents" | "dark">;

const bases: Record<Time, Base> = {
  morning: {
    sky: ["#a9dcf5", "#fdeccb"],
    far: "#b9d9b0",
    middle: "#93c97f",
    near: "#74b45f",
    water: "#7cc6de",
    cloud: "#ffffff",
    light: "#ffd55a",
    outline: "#4b5a48",
  },
  day: {
    sky: ["#7cc4ef", "#d9f0f7"],
    far: "#a5d3a0",
    middle: "#7fc06a",
    near: "#5fa94f",
    water: "#5bb3d6",
    cloud: "#ffffff",
    light: "#ffcf3f",
    outline: "#3f5140",
  },
  evening: {
    sky: ["#6e6bb0", "#fbb980"],
    far: "#a88fae",
    middle: "#7f8f76",
    near: "#5e7d5b",
    water: "#6d86b8",
    cloud: "#ffdcc7",
    light: "#ff9d4d",
    outline: "#43394f",
  },
  night: {
    sky: ["#151c46", "#3d4c8a"],
    far: "#38497a",
    middle: "#2f4a5e",
    near: "#284247",
    water: "#2a4a80",
    cloud: "#5a6aa3",
    light: "#fdf0b8",
    outline: "#12162f",
  },
};

const plain = ["#e8574f", "#f6b93b", "#5aa9e6", "#b07cc6", "#f28ca8"];

export function paintOf({ time, weather }: Scene, colours: readonly Colour[], random: Random): Paint {
  const own = colours.filter(({ name }) => !/black|grey|white/.test(name)).map(({ hex }) => hex);
  const tint = own[0] ?? "#e8a33d";
  const grey = weather === "rain" || weather === "fog" ? "#8b99a8" : null;
  const tone = (colour: string, share: number) => {
    const tinted = mix(colour, tint, share);
    return grey ? mix(tinted, grey, weather === "fog" ? 0.55 : 0.42) : tinted;
  };
  const base = bases[time];
  const accents = random.shuffled([...own, ...plain.slice(0, Math.max(2, 5 - own.length))]);
  return {
    sky: [tone(base.sky[0], 0.06), tone(base.sky[1], 0.1)],
    far: tone(base.far, 0.12),
    middle: tone(base.middle, 0.08),
    near: weather === "snow" ? mix(base.near, "#ffffff", 0.75) : tone(base.near, 0.06),
    water: tone(base.water, 0.05),
    cloud: grey ? mix(base.cloud, "#7d8896", 0.45) : base.cloud,
    light: base.light,
    outline: base.outline,
    accents: time === "night" ? accents.map((colour) => mix(colour, "#2a2f5c", 0.28)) : accents,
    dark: time === "night",
  };
}

/** `share` of the second colour in the first; both #rrggbb. */
export function mix(one: string, other: string, share: number): string {
  const [a, b] = [Number.parseInt(one.slice(1), 16), Number.parseInt(other.slice(1), 16)];
  const part = (shift: number) =>
    Math.round(((a >> shift) & 255) * (1 - share) + ((b >> shift) & 255) * share)
      .toString(16)
      .padStart(2, "0");
  return `#${part(16)}${part(8)}${part(0)}`;
}

export const lighter = (colour: string, share = 0.25): string => mix(colour, "#ffffff", share);
export const darker = (colour: string, share = 0.22): string => mix(colour, "#1d2233", share);

/** To a tenth, as SVG needs no more. */
export const n = (value: number): string => String(Math.round(value * 10) / 10);

/** Several of something, each from its own place in the row of random numbers. */
export function many(count: number, draw: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => draw(index)).join("");
}

export const group = (x: number, y: number, scale: number, content: string, turn = 0): string =>
  `<g transform="translate(${n(x)} ${n(y)}) rotate(${n(turn)}) scale(${Math.round(scale * 100) / 100})">${content}</g>`;
