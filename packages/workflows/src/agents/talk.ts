import type { StepContext } from "@longhaul/kit/step";
import { z } from "zod";
import {
  type Agent,
  agentsField,
  type Quantity,
  quantitySchema,
  rehearsalField,
  topicField,
} from "./contract.js";
import { type Turn, turnSchema } from "./result.js";

/** What all three kinds of talk are given, as the run has it. */
const settingSchema = z.object({
  topic: topicField,
  agents: agentsField,
  rounds: z.number().int(),
  quantities: z.array(quantitySchema).default([]),
  rehearsal: rehearsalField,
});

export interface Setting {
  readonly topic: string;
  readonly agents: readonly Agent[];
  readonly rounds: number;
  readonly quantities: readonly Quantity[];
  readonly rehearsal?: z.output<typeof rehearsalField>;
}

export interface Talk {
  readonly setting: Setting;
  /** What was said, in order: the last turns, and of those before them what was asked for. */
  readonly said: readonly Turn[];
  /** How often each has spoken. */
  readonly spoken: ReadonlyMap<string, number>;
}

const answerSchema = z.object({
  input: settingSchema,
  turns: z.array(turnSchema),
  spoken: z.record(z.string(), z.number().int()),
});

interface Wanted {
  /** So many of the last turns. */
  readonly last: number;
  /** All questions are heard, and all turns of the agent at this place in the list. */
  readonly agent?: number | null;
  /** Before this turn only. */
  readonly before?: number;
}

/** The talk of this step's run so far: its turns are the checkpoints of the steps that spoke them, and nowhere else. */
export async function readTalk(ctx: Pick<StepContext, "records">, wanted: Wanted): Promise<Talk> {
  const { last, agent = null, before = null } = wanted;
  const answer = answerSchema.parse(await ctx.records.call("talk", { last, agent, before }));
  const { input, turns, spoken } = answer;
  return { setting: input, said: turns, spoken: new Map(Object.entries(spoken)) };
}
