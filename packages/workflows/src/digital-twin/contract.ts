import { type ContractInput, defineContract, fileField } from "@longhaul/kit";
import { z } from "zod";
import { twinResultSchema } from "./result.js";

export const maxDocumentBytes = 20 * 1024 * 1024;
export const maxDocuments = 20;

export const documentField = fileField({
  accept: [
    ...[".txt", ".md", ".markdown", ".html", ".htm", ".pdf", ".docx"],
    ...["text/plain", "text/markdown", "text/html", "application/pdf"],
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  ],
  maxBytes: maxDocumentBytes,
});

/** Machines of SageMaker that may train; those that begin with ml.g have a graphics processor. */
export const instanceTypes = ["ml.m5.large", "ml.m5.2xlarge", "ml.g4dn.xlarge", "ml.g5.xlarge"] as const;

/** Faults on demand; takes effect only where the capability SIMULATION is on. */
export const simulationSchema = z.strictObject({
  training: z
    .enum(["fail", "hang"])
    .optional()
    .meta({
      title: "Training",
      description: "Makes the training fail after two epochs, or never end.",
      examples: ["fail"],
    }),
  paceSeconds: z
    .number()
    .min(0)
    .max(60)
    .optional()
    .meta({
      title: "Pace",
      description: "Seconds of rest after each epoch, to watch it.",
      examples: [1],
    }),
});
export type Simulation = z.infer<typeof simulationSchema>;

const settings = {
  epochs: z
    .number()
    .int()
    .min(3)
    .max(60)
    .default(12)
    .meta({ title: "Epochs", description: "How often the training passes over the texts.", examples: [12] }),
  instanceType: z
    .enum(instanceTypes)
    .default("ml.m5.large")
    .meta({
      title: "Machine",
      description: "What trains. Those that begin with ml.g have a graphics processor.",
      examples: ["ml.m5.large"],
    }),
  instanceCount: z
    .number()
    .int()
    .min(1)
    .max(4)
    .default(1)
    .meta({ title: "Machines", description: "How many of them.", examples: [1] }),
  spot: z
    .boolean()
    .default(false)
    .meta({
      title: "Spot",
      description:
        "Trains on spare machines: cheaper, and may be interrupted; it then goes on from its last epoch.",
      examples: [false],
    }),
  maxRuntimeSeconds: z
    .number()
    .int()
    .min(5)
    .max(86_400)
    .default(3_600)
    .meta({
      title: "Longest training",
      description: "Seconds after which a training that has not ended is stopped.",
      examples: [3_600],
    }),
};

export const nameField = z
  .string()
  .trim()
  .min(1, "Give the twin a name.")
  .max(80, "Keep the name under 80 characters.")
  .regex(/^\P{Cc}*$/u, "A name has no control characters.")
  .meta({ title: "Name", description: "Who or what the twin speaks for.", examples: ["Abraham Lincoln"] });

const inputSchema = z
  .strictObject({
    name: nameField,
    documents: z
      .array(documentField)
      .max(maxDocuments, `A twin reads at most ${maxDocuments} documents at a time.`)
      .default([])
      .meta({
        title: "Documents",
        description: "What the twin reads: .txt, .md, .html, .pdf or .docx, each up to 20 MB.",
        examples: [["018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b21"]],
      }),
    text: z
      .string()
      .max(100_000, "Paste at most 100,000 characters; upload more as a document.")
      .default("")
      .meta({ title: "Text", description: "Text to read beside the documents.", examples: [""] }),
    twinId: z
      .uuid()
      .optional()
      .meta({
        title: "Twin",
        description: "The twin that gets a new version; a new twin unless given.",
        examples: ["018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b22"],
      }),
    keepDocuments: z
      .boolean()
      .default(true)
      .meta({
        title: "Keep what it has read",
        description: "A new version reads the texts of the one before, too.",
        examples: [true],
      }),
    ...settings,
    simulation: simulationSchema.optional().meta({
      title: "Simulation",
      description: "Failures on demand, to see how a training ends.",
      examples: [{ training: "fail" }],
    }),
  })
  .superRefine(({ documents, text, twinId, keepDocuments }, context) => {
    if (documents.length > 0 || text.trim() !== "" || (twinId !== undefined && keepDocuments)) return;
    context.addIssue({ code: "custom", path: ["documents"], message: "Add a document, or paste some text." });
  });

export const digitalTwin = defineContract({
  name: "digital-twin",
  title: "Train a digital twin",
  description: "Reads documents and trains a twin that answers questions from them, with its sources.",
  input: inputSchema,
  output: twinResultSchema,
  stages: {
    read: { label: "Reading the documents", weight: 3 },
    train: { label: "Training the twin", weight: 10 },
    activate: { label: "Bringing the twin to life", weight: 1 },
  },
  runName: ({ name, twinId }) => (twinId ? `A new version of ${name}` : `Twin ${name}`),
  capabilities: { SIMULATION: ["simulation"] },
});

export type DigitalTwinInput = ContractInput<typeof digitalTwin>;
