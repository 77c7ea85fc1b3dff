import type { SumUpOrder } from "../voice/voice.js";
import { type Meeting, meetingsOf } from "./clashes.js";
import { quoted, termsOf } from "./terms.js";

const mostPoints = 6;
const mostWords = 4;

/** What the positions have in common and where they part, as their words tell; who gave way to whom, as the turns do. */
export function sumUp({ format, setting, said }: SumUpOrder) {
  const meetings = meetingsOf(setting);
  const agreements = meetings
    .filter(({ agree }) => agree)
    .slice(0, mostPoints)
    .map(pointOf);
  const disagreements = meetings
    .filter(({ agree }) => !agree)
    .slice(0, mostPoints)
    .map(pointOf);
  const taken = said.flatMap(({ stance }) => stance?.kind ?? []);
  const count = (kind: string) => taken.filter((one) => one === kind).length;
  const summary = [
    `${setting.agents.length} agents had ${said.length} turns in ${setting.rounds} ${setting.rounds === 1 ? "round" : "rounds"} about: ${setting.topic}`,
    subjects(said, setting.agents.flatMap(({ name, role }) => [name, role]).join(" ")),
    taken.length > 0 &&
      `${count("agrees")} turns went along with what they took up, ${count("disagrees")} spoke against it, and ${count("adds")} brought something else.`,
    format === "simulation" && outcome(said, setting.quantities),
  ];
  return { summary: summary.filter(Boolean).join(" ").slice(0, 4_000), agreements, disagreements };
}

function pointOf({ a, b, word, agree }: Meeting): string {
  const both = `${a.agent.name} says ${quoted(a.claim.text)}, and ${b.agent.name} ${quoted(b.claim.text)}.`;
  return `${agree ? "On" : "Over"} ${word}: ${both}`.slice(0, 800);
}

function subjects(said: SumUpOrder["said"], names: string): string {
  const ignored = termsOf(names);
  const counts = new Map<string, { word: string; turns: number }>();
  for (const { text, kind } of said) {
    if (kind === "question") continue;
    for (const [stem, word] of termsOf(text)) {
      if (!ignored.has(stem)) counts.set(stem, { word, turns: (counts.get(stem)?.turns ?? 0) + 1 });
    }
  }
  const words = [...counts.values()]
    .toSorted((a, b) => b.turns - a.turns || a.word.localeCompare(b.word))
    .slice(0, mostWords);
  if (words.length === 0) return "";
  return `Most was said about ${words.map(({ word }) => word).join(", ")}.`;
}

function outcome(said: SumUpOrder["said"], quantities: SumUpOrder["setting"]["quantities"]): string {
  const last = said.findLast(({ values }) => values !== null)?.values;
  if (!last) return "";
  const parts = quantities.map(({ name, start }, at) => `${name} went from ${start} to ${last[at]}`);
  return `${parts.join(", ")}.`;
}
