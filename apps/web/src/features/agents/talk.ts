import type { StreamedText } from "@longhaul/client";
import type { Run, RunStep } from "@longhaul/kit";
import {
  type Agent,
  agentsField,
  quantitySchema,
  type Quantity,
  type TalkResult,
  talkResultSchema,
  type Turn,
  turnSchema,
} from "@longhaul/workflows/contracts";

/** Who has the word now, and what was said so far. */
export interface Speaking {
  readonly number: number;
  readonly speaker: string;
  readonly text: string;
}

export interface TalkSoFar {
  readonly agents: readonly Agent[];
  readonly quantities: readonly Quantity[];
  /** In order. */
  readonly turns: readonly Turn[];
  /** How many there will be; null until it is planned. */
  readonly planned: number | null;
  readonly speaking: Speaking | null;
  /** What the turn that goes wrong at the moment says of itself. */
  readonly problem: string | null;
  readonly result: TalkResult | null;
}

/** A talk as far as it is: its turns from the checkpoints of their steps, the present one as it is spoken. */
export function talkOf(
  run: Pick<Run, "status" | "input"> & { readonly output?: unknown },
  steps: readonly RunStep[],
  texts: readonly StreamedText[],
): TalkSoFar {
  const turns = turnsOf(steps);
  const plan = steps.findLast(({ step, status }) => step === "Prepare" && status === "succeeded");
  const planned = (plan?.output as { turns?: unknown[] } | null | undefined)?.turns?.length ?? null;
  const result = talkResultSchema.safeParse(run.output);
  const stuck = steps.findLast(
    ({ step, status }) =>
      (step === "Speak" || step === "SumUp") && (status === "failed" || status === "retrying"),
  );
  return {
    ...settingOf(run.input),
    turns,
    planned,
    speaking: run.status === "running" ? speakingOf(turns, texts) : null,
    problem: stuck?.error?.message ?? null,
    result: run.status === "succeeded" && result.success ? result.data : null,
  };
}

function turnsOf(steps: readonly RunStep[]): Turn[] {
  const spoken = steps.flatMap(({ step, status, output }) => {
    const turn = step === "Speak" && status === "succeeded" ? turnSchema.safeParse(output) : null;
    return turn?.success ? [turn.data] : [];
  });
  return spoken.toSorted((a, b) => a.number - b.number);
}

function settingOf(input: unknown): Pick<TalkSoFar, "agents" | "quantities"> {
  const given = (input ?? {}) as { agents?: unknown; quantities?: unknown };
  const agents = agentsField.safeParse(given.agents);
  const quantities = quantitySchema.array().safeParse(given.quantities);
  return { agents: agents.data ?? [], quantities: quantities.data ?? [] };
}

/** The newest text of a turn that has no checkpoint yet: its stream is called "<number> <speaker>". */
function speakingOf(turns: readonly Turn[], texts: readonly StreamedText[]): Speaking | null {
  const last = turns.at(-1)?.number ?? 0;
  const now = texts.flatMap(({ step, stream, text }) => {
    const [, number, speaker] = /^(\d+) (.+)$/.exec(stream) ?? [];
    return step === "Speak" && speaker !== undefined && Number(number) > last
      ? [{ number: Number(number), speaker, text }]
      : [];
  });
  return now.toSorted((a, b) => b.number - a.number)[0] ?? null;
}

/** The hue of a speaker, far from those beside it in the list; null for the moderator. */
export function hueOf(agents: readonly Pick<Agent, "name">[], name: string): number | null {
  const at = agents.findIndex((agent) => agent.name === name);
  // Steps of the golden angle part any number of hues.
  return at < 0 ? null : Math.round((at * 137.508 + 20) % 360);
}

/** US dollars as a person reads them. */
export function costText(costUsd: number | null): string {
  if (costUsd === null) return "price not known";
  if (costUsd === 0) return "$0";
  return costUsd < 0.01 ? "under $0.01" : `$${costUsd.toFixed(2)}`;
}
