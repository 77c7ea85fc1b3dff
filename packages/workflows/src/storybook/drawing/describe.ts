import type { Colour, Description, DrawingElement, Measures, Mood } from "../result.js";
import { plainColour } from "./colour-name.js";

const warm = new Set(["red", "orange", "yellow", "pink"]);

/** The feel of a drawing by its light, its colours and how busy it is. */
function moodOf(measures: Measures, colours: readonly Colour[]): Mood {
  const { brightness, contrast, colourfulness, edges, lineWidth } = measures;
  const dark = colours.reduce((sum, { name, share }) => sum + (/black|dark/.test(name) ? share : 0), 0);
  const warmth = colours.reduce((sum, { name, share }) => sum + (warm.has(plainColour(name)) ? share : 0), 0);
  if (brightness < 0.38) return "mysterious";
  if (colourfulness > 0.45 && (warmth > 0.4 || brightness > 0.6)) return "cheerful";
  if (contrast > 0.6 || edges > 0.2 || (dark > 0.35 && (lineWidth ?? 0) > 12)) return "bold";
  if (colourfulness < 0.4 && brightness > 0.7 && contrast < 0.4) return "dreamy";
  return warmth > 0.4 ? "cheerful" : "calm";
}

const listed = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

export const withArticle = (words: string): string =>
  /^(two|three|four|five|six|seven|eight|nine|many|the|a|an|some) /.test(words)
    ? words
    : `${/^[aeiou]/i.test(words) ? "an" : "a"} ${words}`;

const placed = (where: string): string =>
  where === "here and there" ? where : where === "middle" ? "in the middle" : `at the ${where}`;

/** What was found, in sentences that say no more than the pixels do. */
export function describe(
  elements: readonly DrawingElement[],
  colours: readonly Colour[],
  measures: Measures,
): Description {
  const mood = moodOf(measures, colours);
  return {
    summary: [sheet(colours, measures), seen(elements), manner(measures, mood)].filter(Boolean).join(" "),
    elements: [...elements],
    colours: [...colours],
    mood,
  };
}

function sheet(colours: readonly Colour[], { empty }: Measures): string {
  const names = colours.slice(0, 4).map(({ name }) => name);
  const drawing = names.length > 0 ? `A drawing in ${listed(names)}` : "An almost empty sheet";
  if (empty < 0.02) return `${drawing} that fills the whole sheet.`;
  return `${drawing}, with ${empty > 0.8 ? "plenty of" : empty > 0.5 ? "some" : "little"} empty paper around it.`;
}

function seen(elements: readonly DrawingElement[]): string {
  const [first, ...others] = elements.slice(0, 4).map(({ name, where, size, guess }) => {
    const big = size === "large" ? "large " : "";
    const what = withArticle(
      /^(two|three|four|five|six|seven|eight|nine|many) /.test(name) ? name : `${big}${name}`,
    );
    return `${what} ${placed(where)}${guess ? ` (perhaps ${guess})` : ""}`;
  });
  return first ? `There is ${listed([first, ...others])}.` : "";
}

function manner({ lineWidth, edges }: Measures, mood: Mood): string {
  const lines =
    lineWidth === null
      ? ""
      : lineWidth > 16
        ? "The lines are thick"
        : lineWidth > 7
          ? "The lines are firm"
          : "The lines are fine";
  const busy = edges > 0.12 ? "there is a lot going on" : "the forms are simple";
  return `${lines ? `${lines}, ${busy}` : sentence(busy)}, and it feels ${mood}.`;
}

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
