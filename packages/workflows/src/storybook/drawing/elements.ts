import type { DrawingElement } from "../result.js";
import { plainColour } from "./colour-name.js";
import type { Kind, Shape } from "./shapes.js";

const most = 7;
const numbers = ["", "", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

const kindWords: Record<Kind, string> = {
  round: "round",
  oval: "oval",
  square: "square",
  wide: "wide",
  tall: "tall",
  pointed: "pointed",
  line: "long",
  irregular: "wavy",
};

type Size = DrawingElement["size"];
const sizeOf = ({ share }: Shape): Size => (share < 0.012 ? "small" : share < 0.09 ? "medium" : "large");

/** The place on the sheet in words. */
function placeOf(x: number, y: number): string {
  const row = y < 0.36 ? "top" : y > 0.64 ? "bottom" : "";
  const column = x < 0.36 ? "left" : x > 0.64 ? "right" : "";
  return `${row} ${column}`.trim() || "middle";
}

type Guess = readonly [what: string, fits: (shape: Shape, colour: string) => boolean];

const isOne = (colour: string, ...names: string[]) => names.includes(colour);
const isFlat = ({ kind }: Shape) => kind === "wide" || kind === "square" || kind === "irregular";

/** First that fits. A guess is told as one: the pixels only say colour, form and place. */
const guesses: readonly Guess[] = [
  [
    "a sun",
    (s, c) => isOne(c, "yellow", "orange") && s.y < 0.45 && (s.kind === "round" || s.kind === "irregular"),
  ],
  ["a moon", (s, c) => isOne(c, "white", "grey", "yellow") && s.y < 0.4 && s.kind === "oval"],
  ["a meadow", (s, c) => c === "green" && s.bottom > 0.85 && s.width > 0.55 && isFlat(s)],
  ["the sky", (s, c) => c === "blue" && s.top < 0.1 && s.width > 0.6 && isFlat(s)],
  ["the sea", (s, c) => isOne(c, "blue", "turquoise") && s.bottom > 0.85 && s.width > 0.55],
  ["a cloud", (s, c) => isOne(c, "blue", "grey", "white") && s.y < 0.35 && s.kind !== "line"],
  ["a roof", (s, c) => isOne(c, "red", "brown", "orange") && s.kind === "pointed"],
  ["a tree trunk", (s, c) => c === "brown" && s.kind === "tall"],
  ["a tree", (s, c) => c === "green" && (s.kind === "round" || s.kind === "oval" || s.kind === "pointed")],
  ["a house", (s) => s.kind === "square" && sizeOf(s) !== "small" && s.y > 0.35],
  ["a door", (s, c) => c === "brown" && s.kind === "square"],
  ["a flower", (s, c) => isOne(c, "pink", "red", "purple", "orange") && sizeOf(s) === "small" && s.y > 0.5],
  ["a balloon", (s, c) => !isOne(c, "black", "grey", "green") && s.kind === "round" && s.y < 0.6],
  ["a path", (s, c) => isOne(c, "brown", "grey") && s.kind === "line"],
];

/** What is in the drawing, the most striking first; shapes that are alike are told together. */
export function elementsOf(shapes: readonly Shape[]): DrawingElement[] {
  const groups = new Map<string, Shape[]>();
  for (const shape of shapes.slice(0, 40)) {
    const key = `${shape.kind} ${shape.colour.name} ${sizeOf(shape)}`;
    groups.set(key, [...(groups.get(key) ?? []), shape]);
  }
  return [...groups.values()]
    .sort((a, b) => striking(b) - striking(a))
    .slice(0, most)
    .map(elementOf);
}

/** Large, colourful and near the middle catches the eye. */
function striking(group: readonly Shape[]): number {
  const [first] = group as [Shape];
  const central = 1 - Math.hypot(first.x - 0.5, first.y - 0.5);
  const colourful = /black|grey|white/.test(first.colour.name) ? 0.6 : 1;
  return Math.sqrt(group.reduce((sum, { share }) => sum + share, 0)) * central * colourful;
}

function elementOf(group: readonly Shape[]): DrawingElement {
  const [shape] = group as [Shape];
  const colour = shape.colour.name;
  const form = shape.outlined && shape.kind === "irregular" ? "outlined" : kindWords[shape.kind];
  const what = `${form} ${colour} ${shape.kind === "line" ? "line" : "shape"}`;
  const many = group.length > 1 ? (numbers[group.length] ?? "many") : null;
  const guess = guesses.find(([, fits]) => fits(shape, plainColour(colour)))?.[0] ?? null;
  return {
    name: many ? `${many} ${what}s` : what,
    colour,
    where: many ? spread(group) : placeOf(shape.x, shape.y),
    size: sizeOf(shape),
    guess: many && guess ? null : guess,
  };
}

function spread(group: readonly Shape[]): string {
  const places = new Set(group.map(({ x, y }) => placeOf(x, y)));
  return places.size === 1 ? [...places].join() : "here and there";
}
