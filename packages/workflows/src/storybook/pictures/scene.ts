/** Where and when a page plays, and what is to be seen there besides the hero. */
export interface Scene {
  readonly setting: Setting;
  readonly time: Time;
  readonly weather: "clear" | "rain" | "snow" | "fog";
  readonly props: ReadonlySet<Prop>;
}

export type Setting = "meadow" | "forest" | "sea" | "beach" | "island" | "hills" | "town" | "lake" | "sky";
export type Time = "morning" | "day" | "evening" | "night";

const settings: readonly (readonly [Setting, RegExp])[] = [
  ["island", /\bislands?\b/],
  ["beach", /\b(beach|shore|sand)\b/],
  ["sea", /\b(sea|ocean|waves?|sail(ed|ing)?|underwater)\b/],
  ["lake", /\b(lake|pond|river|stream)\b/],
  ["forest", /\b(forest|woods?|jungle)\b/],
  ["town", /\b(town|city|street|house|castle|village|school|home)\b/],
  ["sky", /\b(in the sky|the sky|above the|space|rocket|flew|flying|high above)\b/],
  ["hills", /\b(hills?|mountains?|climb(ed)?)\b/],
  ["meadow", /\b(meadow|garden|field|park|grass|flowers?)\b/],
];

const times: readonly (readonly [Time, RegExp])[] = [
  ["night", /\b(night|moon(light)?|stars?|midnight|asleep|slept|dark sky)\b/],
  ["evening", /\b(evening|sunset|dusk|low sun|bedtime)\b/],
  ["morning", /\b(morning|sunrise|dawn|breakfast)\b/],
  ["day", /\b(day|noon|afternoon|sunny)\b/],
];

const weathers: readonly (readonly [Scene["weather"], RegExp])[] = [
  ["rain", /\b(rain(y|ing|ed)?|storm|umbrella)\b/],
  ["snow", /\b(snow(y|ing|ed)?|winter|ice)\b/],
  ["fog", /\b(fog(gy)?|mist(y)?)\b/],
];

const propWords = {
  flowers: /\b(flowers?|daisy|garden|meadow)\b/,
  butterflies: /\bbutterfl(y|ies)\b/,
  birds: /\b(birds?|owl|parrot)\b/,
  balloons: /\bballoons?\b/,
  kite: /\bkites?\b/,
  clouds: /\bclouds?\b/,
  rainbow: /\brainbows?\b/,
  boat: /\b(boat|ship|sail(ed|ing)?)\b/,
  fish: /\b(fish|whale|dolphin)\b/,
  path: /\b(path|road|way)\b/,
  mushrooms: /\b(mushrooms?|toadstools?)\b/,
  snail: /\bsnails?\b/,
  fireflies: /\b(firefl(y|ies)|glow(ing)?|sparkl\w+|magic(al)?)\b/,
  lanterns: /\b(lanterns?|lamps?|lights?)\b/,
  flags: /\b(flags?|parade|party|bunting)\b/,
  music: /\b(music|songs?|sang|singing|drums?|danc\w+)\b/,
  hearts: /\b(hearts?|love|hug(ged)?)\b/,
  palms: /\b(palm( trees?)?|coconut)\b/,
} as const;
export type Prop = keyof typeof propWords;

/**
 * Reads a scene out of the words of a page: of its picture first, then of its text. So a page whose text a
 * person has edited gets the picture that goes with it.
 */
export function sceneOf(illustration: string, text: string): Scene {
  const words = illustration.toLowerCase();
  const both = `${words} ${text.toLowerCase()}`;
  const first = <T>(table: readonly (readonly [T, RegExp])[], otherwise: T): T =>
    earliest(table, words) ?? earliest(table, both) ?? otherwise;
  const named = (Object.keys(propWords) as Prop[]).filter((prop) => propWords[prop].test(words));
  return {
    setting: first(settings, "meadow"),
    time: first(times, "day"),
    weather: weathers.find(([, pattern]) => pattern.test(words))?.[0] ?? "clear",
    props: new Set(named),
  };
}

/** What is named first counts: in a meadow by the sea one stands in the meadow. */
function earliest<T>(table: readonly (readonly [T, RegExp])[], words: string): T | undefined {
  const found = table
    .map(([value, pattern]) => ({ value, at: words.search(pattern) }))
    .filter(({ at }) => at >= 0);
  return found.sort((a, b) => a.at - b.at)[0]?.value;
}
