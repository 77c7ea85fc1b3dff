import { type ContractInput, defineContract } from "@longhaul/kit";
import { z } from "zod";
import {
  agentsField,
  nameOf,
  quantitySchema,
  rehearsalField,
  roundsField,
  talkStages,
  topicField,
} from "../agents/contract.js";
import { talkResultSchema } from "../agents/result.js";

const mostQuantities = 6;

export const simulation = defineContract({
  name: "simulation",
  title: "Run a simulation",
  description: "Agents act on a shared state, one after the other, tick by tick, and say why.",
  input: z.strictObject({
    topic: topicField,
    quantities: z
      .array(quantitySchema)
      .min(1, "Give the agents something to change.")
      .max(mostQuantities, `A simulation has at most ${mostQuantities} quantities.`)
      .refine((all) => new Set(all.map(({ name }) => name.toLowerCase())).size === all.length, {
        message: "Two quantities have the same name.",
      })
      .meta({
        title: "Shared state",
        description: "Numbers that all agents see and may change.",
        examples: [[{ name: "Fish", start: 1000, min: 0, max: 1000, growthPercent: 12, mostChange: 60 }]],
      }),
    agents: agentsField,
    rounds: roundsField.meta({
      title: "Ticks",
      description: "How often each agent acts, 1 to 10.",
      examples: [5],
    }),
    rehearsal: rehearsalField,
  }),
  output: talkResultSchema,
  stages: talkStages,
  runName: ({ topic }) => nameOf("Simulation", topic),
  lane: "queued",
  capabilities: { SIMULATION: ["rehearsal"] },
});

export type SimulationInput = ContractInput<typeof simulation>;
