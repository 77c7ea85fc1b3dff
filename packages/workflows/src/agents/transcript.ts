import type { MadeBy, Turn } from "./result.js";
import type { Setting } from "./talk.js";

interface Ending {
  readonly summary: string;
  readonly agreements: readonly string[];
  readonly disagreements: readonly string[];
  readonly madeBy: MadeBy;
}

/** A talk as Markdown, to be read or kept. */
export function transcriptOf(setting: Setting, said: readonly Turn[], ending: Ending): string {
  const list = (title: string, points: readonly string[]) =>
    points.length > 0 ? [`## ${title}`, "", ...points.map((point) => `- ${point}`), ""] : [];
  const { maker, model, note } = ending.madeBy;
  const rounds = [...new Set(said.map(({ round }) => round))];
  return [
    `# ${setting.topic}`,
    "",
    ending.summary,
    "",
    `_${note ?? `Spoken by ${model} (${maker}).`}_`,
    "",
    ...list("Agreements", ending.agreements),
    ...list("Disagreements", ending.disagreements),
    "## Who spoke",
    "",
    ...setting.agents.flatMap(({ name, role, position }) => [`- **${name}**, ${role}: ${position}`]),
    "",
    ...rounds.flatMap((round) => [
      `## Round ${round}`,
      "",
      ...said
        .filter((turn) => turn.round === round)
        .flatMap(({ speaker, text, action }) => [
          `**${speaker}:** ${text}${action ? ` _(${action.quantity} ${action.change >= 0 ? "+" : ""}${action.change})_` : ""}`,
          "",
        ]),
    ]),
  ].join("\n");
}
