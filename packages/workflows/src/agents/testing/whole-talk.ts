import type { Json } from "@longhaul/kit";
import { type MemoryContext, memoryContext } from "../../testing.js";
import { planOf } from "../plan.js";
import type { Format, TalkResult, Turn } from "../result.js";
import { takeTurn } from "../steps/speak.handler.js";
import { endTalk } from "../steps/sum-up.handler.js";
import type { Voice } from "../voice/voice.js";

interface Input {
  readonly agents: readonly { readonly name: string }[];
  readonly rounds: number;
}

/** Answers "talk" as the database function of that name does, out of the turns that were spoken. */
export function talkContext(input: Input & object, turns: readonly Turn[], overrides = {}): MemoryContext {
  const call = async (name: string, args: Json): Promise<Json> => {
    if (name !== "talk") return {};
    const { last, agent, before } = args as { last: number; agent: number | null; before: number | null };
    const past = turns.filter(({ number }) => before === null || number < before);
    const own = agent === null ? undefined : input.agents[agent]?.name;
    const heard = past.filter(
      ({ kind, speaker }, at) => at >= past.length - last || kind === "question" || speaker === own,
    );
    const spoken: Record<string, number> = {};
    for (const { speaker } of past) spoken[speaker] = (spoken[speaker] ?? 0) + 1;
    return JSON.parse(JSON.stringify({ input, turns: heard, spoken })) as Json;
  };
  return memoryContext({ records: { call }, ...overrides });
}

/** Holds a whole talk, turn after turn, without database or cloud. */
export async function wholeTalk(
  format: Format,
  input: Input & object,
  by?: Voice,
): Promise<{ turns: Turn[]; result: TalkResult; transcript: string }> {
  const turns: Turn[] = [];
  for (const turn of planOf(format, input.agents.length, input.rounds)) {
    turns.push(await takeTurn({ format, turn }, talkContext(input, turns).ctx, by));
  }
  const { ctx, written } = talkContext(input, turns);
  const result = await endTalk({ format }, ctx, by);
  return { turns, result, transcript: written.get("transcript.md")?.toString() ?? "" };
}
