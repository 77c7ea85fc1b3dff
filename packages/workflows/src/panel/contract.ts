import { type ContractInput, defineContract } from "@longhaul/kit";
import { z } from "zod";
import {
  agentsField,
  nameOf,
  rehearsalField,
  roundsField,
  talkStages,
  topicField,
} from "../agents/contract.js";
import { talkResultSchema } from "../agents/result.js";

export const panel = defineContract({
  name: "panel",
  title: "Hold a panel",
  description: "A moderator asks, every agent answers in each round, and what they differ on is asked again.",
  input: z.strictObject({
    topic: topicField,
    agents: agentsField,
    rounds: roundsField,
    rehearsal: rehearsalField,
  }),
  output: talkResultSchema,
  stages: talkStages,
  runName: ({ topic }) => nameOf("Panel", topic),
  lane: "queued",
  capabilities: { SIMULATION: ["rehearsal"] },
});

export type PanelInput = ContractInput<typeof panel>;
