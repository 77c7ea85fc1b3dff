import { plainColour } from "../drawing/colour-name.js";
import { withArticle } from "../drawing/describe.js";
import type { Description, DrawingElement } from "../result.js";
import type { Random } from "./random.js";

const names = [
  "Pip",
  "Dot",
  "Lulu",
  "Momo",
  "Biscuit",
  "Tuck",
  "Nori",
  "Pom",
  "Zuzu",
  "Fennel",
  "Button",
  "Juni",
];
/** Who is met along the way where the drawing does not hold enough. */
const passersBy = [
  "a sleepy cloud",
  "a paper star",
  "a very old snail",
  "a hedgehog with a hat",
  "a lost sock",
];
const plural = /^(two|three|four|five|six|seven|eight|nine|many|some) /;

/** What fills the slots of a plot. */
export interface Words {
  readonly child: string;
  /** The one who comes alive. */
  readonly name: string;
  /** What it is, without an article: "round yellow sun". */
  readonly kind: string;
  readonly colour: string;
  readonly thing1: string;
  readonly thing2: string;
}

/** Casts the story: the most striking thing of the drawing comes alive, others are met along the way. */
export function wordsOf(childName: string, seen: Description, random: Random): Words {
  const living = seen.elements.filter(({ name }) => !plural.test(name));
  const friend = living.find((element) => !isGround(element)) ?? living[0];
  const others = living
    .filter((element) => element !== friend && !isGround(element) && !isPart(element))
    .map(met);
  const strangers = random.shuffled(passersBy);
  const [thing1, thing2] = [...others, ...strangers] as [string, string];
  const own = friend && plainColour(friend.colour);
  const bright = seen.colours
    .map(({ name }) => plainColour(name))
    .find((name) => !/black|grey|white/.test(name));
  return {
    child: childName,
    name: random.pick(names.filter((name) => name !== childName)),
    kind: friend ? kindOf(friend) : "little scribble",
    colour: own && !/black|grey|white/.test(own) ? own : (bright ?? "blue"),
    thing1,
    thing2,
  };
}

/** A meadow and a sky are where a story happens, not who it happens to. */
const isGround = ({ guess, name }: DrawingElement) =>
  /\b(meadow|sky|sea|path|grass|background|ground|water|field)\b/.test(`${guess ?? ""} ${name}`);

/** A roof belongs to its house: nobody meets one on the way. */
const isPart = ({ guess, name }: DrawingElement) =>
  /\b(roof|door|trunk|window|line)\b/.test(`${guess ?? ""} ${name}`);

/** "yellow sun", "round blue shape", "cat": colour and thing, without an article. */
function kindOf({ name, guess, colour }: DrawingElement): string {
  const thing = (guess ?? name)
    .replace(/^(a|an|the|perhaps|some) /, "")
    .replace(/^outlined (.+) shape$/, "curious $1 creature")
    .replace(/ shape$/, " fellow")
    .toLowerCase();
  return thing.includes(plainColour(colour)) ? thing : `${colour} ${thing}`;
}

const met = (element: DrawingElement): string => withArticle(kindOf(element));
