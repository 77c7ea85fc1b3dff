import type { SpeakOrder } from "../voice/voice.js";
import { meetingsOf } from "./clashes.js";
import { quoted, termsOf } from "./terms.js";

/** What the moderator asks: first all for their position, then those who differ most and were not asked yet. */
export function moderate({ setting, turn, said }: SpeakOrder): string {
  const { topic, agents, rounds } = setting;
  if (turn.round === 1)
    return `Welcome. We are ${agents.length} at this table, and the topic is: ${topic} To begin with, where does each of you stand, and what should the others not overlook?`;
  if (turn.round === rounds)
    return `The last round. ${recurring(said)} What would each of you put your name to now, and what not?`;
  const asked = said.filter(({ kind }) => kind === "question").map(({ text }) => text);
  const clash = meetingsOf(setting).find(
    ({ agree, a, b }) =>
      !agree &&
      !asked.some((text) => text.includes(quoted(a.claim.text)) && text.includes(quoted(b.claim.text))),
  );
  if (clash === undefined) return `${recurring(said)} What follows from that for our topic, ${topic}`;
  const { a, b, word } = clash;
  return `A follow-up. ${a.agent.name} says ${quoted(a.claim.text)} and ${b.agent.name} says ${quoted(b.claim.text)}. On ${word} both cannot be had in full: where could each of you give way?`;
}

/** What many came back to. */
function recurring(said: SpeakOrder["said"]): string {
  const by = new Map<string, { word: string; speakers: Set<string> }>();
  for (const { speaker, text, kind } of said) {
    if (kind === "question") continue;
    for (const [stem, word] of termsOf(text)) {
      const known = by.get(stem) ?? { word, speakers: new Set<string>() };
      by.set(stem, { word, speakers: known.speakers.add(speaker) });
    }
  }
  const [most] = [...by.values()].toSorted(
    (x, y) => y.speakers.size - x.speakers.size || y.word.length - x.word.length,
  );
  if (most === undefined || most.speakers.size < 2) return "You have kept to your own subjects so far.";
  return `${most.speakers.size} of you came back to one word: ${most.word}.`;
}
