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

export const discussion = defineContract({
  name: "discussion",
  title: "Let agents discuss",
  description: "Agents speak freely: whoever is addressed has the word, and nobody is left out for long.",
  input: z.strictObject({
    topic: topicField,
    agents: agentsField,
    rounds: roundsField,
    rehearsal: rehearsalField,
  }),
  output: talkResultSchema,
  stages: talkStages,
  runName: ({ topic }) => nameOf("Discussion", topic),
  lane: "queued",
  capabilities: { SIMULATION: ["rehearsal"] },
});

export type DiscussionInput = ContractInput<typeof discussion>;
