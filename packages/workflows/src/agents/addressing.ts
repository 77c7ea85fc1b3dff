import type { Agent } from "./contract.js";
import type { Turn } from "./result.js";

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Where a name stands in a text as a word of its own; -1 where it does not. */
function placeOf(name: string, text: string): number {
  return text.search(new RegExp(`(?<![\\p{L}\\p{N}])${escaped(name)}(?![\\p{L}\\p{N}])`, "iu"));
}

/**
 * Who is asked to answer: the agent that the last question names, else the one whom the text begins with. Null for a
 * text that names nobody in this way.
 */
export function addressedIn(text: string, agents: readonly Agent[], speaker: string): string | null {
  const others = agents.filter(({ name }) => name !== speaker);
  const named = (part: string) =>
    others
      .map(({ name }) => ({ name, place: placeOf(name, part) }))
      .filter(({ place }) => place >= 0)
      // Of "Ann" and "Ann Lee" at one place it is the longer one.
      .toSorted((a, b) => a.place - b.place || b.name.length - a.name.length)[0];
  const questions = text.match(/[^.!?\n]*\?/g) ?? [];
  const asked = questions.toReversed().flatMap((question) => named(question)?.name ?? [])[0];
  if (asked !== undefined) return asked;
  const first = named(text);
  return first?.place === 0 ? first.name : null;
}

/** So many turns one may be ahead of who has had the fewest: two who ask each other do not keep the others out. */
const mostAhead = 2;

/**
 * Who has the word: whoever was addressed last, unless they have had it often; else who has had it least, and of these
 * who has been silent longest.
 */
export function nextSpeaker(
  agents: readonly Agent[],
  said: readonly Turn[],
  spoken: ReadonlyMap<string, number>,
): Agent {
  const count = ({ name }: Agent) => spoken.get(name) ?? 0;
  const fewest = Math.min(...agents.map(count));
  const last = said.at(-1);
  const asked = agents.find(({ name }) => name === last?.addressed && name !== last.speaker);
  // Two who only answer each other would keep the word.
  const answersBack = asked?.name === said.at(-2)?.speaker;
  if (asked && count(asked) < fewest + (answersBack ? 1 : mostAhead)) return asked;
  const silentSince = ({ name }: Agent) => said.findLastIndex(({ speaker }) => speaker === name);
  const [next] = agents
    .filter(({ name }) => name !== last?.speaker)
    .toSorted((a, b) => count(a) - count(b) || silentSince(a) - silentSince(b));
  return next as Agent;
}
