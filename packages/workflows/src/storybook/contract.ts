import { type ContractInput, type ContractOutput, defineContract, fileField } from "@longhaul/kit";
import { z } from "zod";
import { maxPages, minPages, storybookResultSchema } from "./result.js";

export const maxDrawingBytes = 15 * 1024 * 1024;

/** A drawing as PNG, JPEG or WebP. That it is one is seen only when its bytes are read. */
export const drawingField = fileField({
  accept: [".png", ".jpg", ".jpeg", ".webp", "image/png", "image/jpeg", "image/webp"],
  maxBytes: maxDrawingBytes,
}).meta({
  title: "Drawing",
  description: "A photo or scan of a drawing: PNG, JPEG or WebP, up to 15 MB.",
  examples: ["018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b21"],
});

/** Letters of any script, so that no markup, control or direction character reaches a page or a subtitle. */
export const childNameField = z
  .string()
  .trim()
  .min(1, "Write the child's name.")
  .max(60, "Keep the name under 60 characters.")
  .normalize("NFC")
  .regex(
    /^\p{L}[\p{L}\p{M}\p{N} .'’-]*$/u,
    "A name begins with a letter and has letters, digits, spaces, hyphens, apostrophes and full stops only.",
  )
  .meta({ title: "Child's name", description: "The hero of the story.", examples: ["Mia"] });

export const pagesField = z
  .number()
  .int()
  .min(minPages)
  .max(maxPages)
  .default(6)
  .meta({ title: "Pages", description: "How long the story is, 4 to 8 pages.", examples: [6] });

const reviewStoryField = z
  .boolean()
  .default(false)
  .meta({
    title: "Read the story first",
    description:
      "Asks you before the pages are drawn: you may change the text. After a day it goes on by itself.",
    examples: [false],
  });

/** Faults on demand; takes effect only where the capability SIMULATION is on. */
export const simulationSchema = z.strictObject({
  failStep: z
    .strictObject({
      step: z.enum(["Vision", "Story", "DrawPage", "RecordPage", "Video"]),
      onTry: z.number().int().min(1).max(10).optional(),
      onAttempt: z.number().int().min(1).max(10).optional(),
    })
    .optional()
    .meta({
      title: "Fail a step",
      description: "Makes this step fail on this try of this attempt; on every one where none is named.",
      examples: [{ step: "Story", onAttempt: 1 }],
    }),
});
export type Simulation = z.infer<typeof simulationSchema>;

export const simulationField = simulationSchema.optional().meta({
  title: "Simulation",
  description: "Failures on demand, to see how a run goes on from its checkpoints.",
  examples: [{ failStep: { step: "Story", onAttempt: 1 } }],
});

/** How steps that may ask a model try again; a model that says when is waited for. */
export const modelRetries = {
  retry: { maxAttempts: 3, intervalSeconds: 2, backoffRate: 2, maxDelaySeconds: 60 },
  retryAfter: { maxSeconds: 300 },
} as const;

export const storybook = defineContract({
  name: "storybook",
  title: "Make a storybook",
  description: "Turns a child's drawing into a picture book that is read aloud: a video with chapters.",
  input: z.strictObject({
    drawing: drawingField,
    childName: childNameField,
    pages: pagesField,
    reviewStory: reviewStoryField,
    simulation: simulationField,
  }),
  output: storybookResultSchema,
  stages: {
    vision: { label: "Analyzing your drawing...", weight: 2 },
    story: { label: "Writing your story...", weight: 2 },
    images: { label: "Creating illustrations...", weight: 6 },
    voice: { label: "Recording narration...", weight: 3 },
    video: { label: "Assembling your storybook...", weight: 7 },
  },
  runName: ({ childName }) => `A story for ${childName}`,
  capabilities: { SIMULATION: ["simulation"] },
});

export type StorybookInput = ContractInput<typeof storybook>;
export type StorybookOutput = ContractOutput<typeof storybook>;
