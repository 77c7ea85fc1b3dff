const stopWords = new Set(
  `a about above after again all almost alone along already also although always am among an and another any anybody anyone
anything are anywhere around as ask asked at away back be because become been before being below between both but by came can cannot
come could day did do does doing done down each either else end enough even ever every everybody everyone everything far few
first for from full gave get give given gives go goes going good got great had has have having he help her here hers him his how
however i if in instead into is it its itself just keep keeps kept kind know knows large last least less let like little long
look made make makes many may me mean means might mine more most much must my near need needs neither never new next no nobody
none nor not nothing now of off often old on once one only onto or other others our ours out over own part people perhaps place
point put quite rather really right said same say says see seem seems should show since small so some somebody someone something
soon still such take taken takes than that the their theirs them then there these they thing things think this those though
through thus time to together too toward towards two under until up upon us use used very want wants was way we well went were
what when where whether which while who whole whom whose why will with within without would yes yet you your yours tick round
position topic view let's don't it's isn't aren't doesn't can't won't i'm we're they're that's`.split(/\s+/),
);

/** Words that speak against what they stand beside. */
const against =
  /\b(not|no|never|nothing|against|oppose[sd]?|wrong|harm\w*|hurt\w*|fail\w*|cannot|refus\w+|costs?|los(e|es|s|ing)|worse|risk\w*|danger\w*|expensive|damag\w+|threat\w*|too (many|much|dear|slow|late|far)|\w+n['’]t)\b/giu;

export interface Claim {
  readonly text: string;
  /** Stems of what it speaks of, and a word of the text for each. */
  readonly terms: ReadonlyMap<string, string>;
  /** Whether it is for what it speaks of, as far as words tell. */
  readonly isFor: boolean;
}

/** English endings off, so that "cars" and "car", "closing" and "closed" are one. */
function stemOf(word: string): string {
  const plain = word.replace(/['’]s$/, "").replace(/ies$/, "y");
  if (plain.length > 6) return plain.replace(/(ations?|ings?|ments?|ness|ers?|ed|es|s)$/, "");
  return plain.length > 4 ? plain.replace(/(ing|ed|es|s)$/, "") : plain.replace(/(?<=..)s$/, "");
}

/** What a text speaks of. */
export function termsOf(text: string): Map<string, string> {
  const words = text.toLowerCase().match(/[\p{L}\p{M}][\p{L}\p{M}\p{N}'’-]*/gu) ?? [];
  const spoken = words.filter((word) => word.length > 2 && !stopWords.has(word));
  return new Map(spoken.map((word) => [stemOf(word), word]));
}

function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?;])\s+|\n+/)
    .map((part) => part.trim().replace(/;$/, "."))
    .filter((part) => /\p{L}/u.test(part));
}

/** A position, sentence by sentence. Never empty. */
export function claimsOf(position: string): Claim[] {
  const sentences = sentencesOf(position);
  return (sentences.length > 0 ? sentences : [position]).map((text) => ({
    text: ended(text),
    terms: termsOf(text),
    isFor: (text.match(against)?.length ?? 0) % 2 === 0,
  }));
}

/** Less is chance: one common word of two long sentences. */
const leastShare = 0.12;

/**
 * Whether two claims speak of the same, and then whether they pull the same way, as far as words tell. A single word that
 * they share counts for nothing where everybody says it, because the topic does.
 */
export function relation(
  a: Claim,
  b: Claim,
  topic: ReadonlyMap<string, string>,
): { readonly share: number; readonly word: string; readonly agree: boolean } | null {
  const { share, words } = overlap(a.terms, b.terms);
  if (share < leastShare || (words.length === 1 && topic.has(stemOf(words[0] as string)))) return null;
  return { share, word: words[0] as string, agree: a.isFor === b.isFor };
}

/** How much two texts speak of the same, 0 to 1, and a word for what they share. */
export function overlap(
  a: ReadonlyMap<string, string>,
  b: ReadonlyMap<string, string>,
): { readonly share: number; readonly words: readonly string[] } {
  const stems = [...a.keys()].filter((stem) => b.has(stem));
  const share = stems.length === 0 ? 0 : stems.length / Math.sqrt(a.size * b.size);
  const words = stems.map((stem) => a.get(stem) as string).toSorted((x, y) => y.length - x.length);
  return { share, words };
}

const mostQuoted = 22;

/** A sentence of somebody else's, short enough to be quoted. */
export function quoted(text: string): string {
  const words = text.replace(/[.!?]+$/, "").split(/\s+/);
  return `“${words.length <= mostQuoted ? words.join(" ") : `${words.slice(0, mostQuoted).join(" ")}...`}”`;
}

export function ended(text: string): string {
  const tidy = text.trim();
  return /[.!?]["”’)]?$/.test(tidy) ? tidy : `${tidy}.`;
}
