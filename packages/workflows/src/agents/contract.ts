import { z } from "zod";

export const minAgents = 2;
export const maxAgents = 25;
export const maxRounds = 10;
const maxPosition = 8_000;

/** Letters of any script, so that a name can be found in what the others say. */
const nameField = z
  .string()
  .trim()
  .min(1, "Give the agent a name.")
  .max(60, "Keep the name under 60 characters.")
  .normalize("NFC")
  .regex(
    /^\p{L}[\p{L}\p{M}\p{N} .'’-]*$/u,
    "A name begins with a letter and has letters, digits, spaces, hyphens, apostrophes and full stops only.",
  );

export const agentSchema = z.strictObject({
  name: nameField.meta({ title: "Name", examples: ["Farmer"] }),
  role: z
    .string()
    .trim()
    .min(1, "Say what the agent is.")
    .max(120, "Keep the role under 120 characters.")
    .meta({ title: "Role", examples: ["Grows barley on 80 hectares"] }),
  position: z
    .string()
    .trim()
    .min(1, "Say what the agent stands for.")
    .max(maxPosition, "Keep the position under 8,000 characters.")
    .meta({ title: "Position", examples: ["Water for fields must come before water for lawns."] }),
});
export type Agent = z.output<typeof agentSchema>;

/** Nobody is called as another is, and nobody as the one who asks. */
export const agentsField = z
  .array(agentSchema)
  .min(minAgents, `A talk needs at least ${minAgents} agents.`)
  .max(maxAgents, `A talk has at most ${maxAgents} agents.`)
  .superRefine((agents, context) => {
    const seen = new Set(["moderator"]);
    for (const [index, { name }] of agents.entries()) {
      const key = name.toLocaleLowerCase("en");
      if (seen.has(key)) {
        const message =
          key === "moderator"
            ? "The moderator is there already: give the agent another name."
            : `Two agents are called "${name}": give one of them another name.`;
        context.addIssue({ code: "custom", path: [index, "name"], message });
      }
      seen.add(key);
    }
  })
  .meta({
    title: "Agents",
    description: `Who takes part, ${minAgents} to ${maxAgents}: a name, a role, and what each stands for.`,
    examples: [
      [
        { name: "Ada", role: "Cyclist", position: "The street should be closed to cars." },
        { name: "Ben", role: "Shopkeeper", position: "The street must not be closed to cars." },
      ],
    ],
  });

export const topicField = z
  .string()
  .trim()
  .min(1, "Write what it is about.")
  .max(500, "Keep the topic under 500 characters.")
  .meta({
    title: "Topic",
    description: "What they talk about.",
    examples: ["Should the old town be closed to cars?"],
  });

export const roundsField = z
  .number()
  .int()
  .min(1)
  .max(maxRounds)
  .default(3)
  .meta({ title: "Rounds", description: `How often each has a turn, 1 to ${maxRounds}.`, examples: [3] });

/** Faults on demand; takes effect only where the capability SIMULATION is on. */
export const rehearsalSchema = z.strictObject({
  failTurn: z
    .strictObject({
      turn: z.number().int().min(1).max(300),
      onTry: z.number().int().min(1).max(10).optional(),
      onAttempt: z.number().int().min(1).max(10).optional(),
    })
    .optional()
    .meta({
      title: "Fail a turn",
      description: "Makes this turn fail on this try of this attempt; on every one where none is named.",
      examples: [{ turn: 2, onTry: 1 }],
    }),
});
export type Rehearsal = z.output<typeof rehearsalSchema>;

export const rehearsalField = rehearsalSchema.optional().meta({
  title: "Rehearsal",
  description: "Failures on demand, to see how a talk goes on from its last turn.",
  examples: [{ failTurn: { turn: 2, onTry: 1 } }],
});

/** A number that the agents share and change. */
export const quantitySchema = z
  .strictObject({
    name: nameField.meta({ title: "Name", examples: ["Fish"] }),
    start: z
      .number()
      .min(-1e9)
      .max(1e9)
      .meta({ title: "At the start", examples: [1000] }),
    min: z
      .number()
      .min(-1e9)
      .max(1e9)
      .meta({ title: "Least", examples: [0] }),
    max: z
      .number()
      .min(-1e9)
      .max(1e9)
      .meta({ title: "Most", examples: [1000] }),
    growthPercent: z
      .number()
      .min(-100)
      .max(100)
      .default(0)
      .meta({ title: "Growth", description: "By itself after each tick, in percent.", examples: [12] }),
    mostChange: z
      .number()
      .positive()
      .max(1e9)
      .meta({ title: "Most change", description: "By one agent in one tick.", examples: [60] }),
  })
  .refine(({ min, max, start }) => min < max && min <= start && start <= max, {
    path: ["start"],
    message: "The start lies between the least and the most, which is more than the least.",
  });
export type Quantity = z.output<typeof quantitySchema>;

/** How steps that may ask a model try again; a model that says when is waited for. */
export const modelRetries = {
  retry: { maxAttempts: 4, intervalSeconds: 2, backoffRate: 2, maxDelaySeconds: 60 },
  retryAfter: { maxSeconds: 300 },
} as const;

export const talkStages = {
  prepare: { label: "Setting the table...", weight: 1 },
  talk: { label: "Talking...", weight: 18 },
  summary: { label: "Summing up...", weight: 1 },
} as const;

const longestName = 120;

/** The name of a run. */
export function nameOf(what: string, topic: string): string {
  const letters = [...`${what}: ${topic}`];
  return letters.length <= longestName
    ? letters.join("")
    : `${letters.slice(0, longestName - 3).join("")}...`;
}
