import {
  channelSchema,
  type ContractInput,
  type ContractOutput,
  defineContract,
  fileField,
  prioritySchema,
} from "@longhaul/kit";
import { z } from "zod";
import { importResultSchema, notificationSummarySchema } from "./result.js";

const delay = z.number().int().min(0).max(600_000);

/** Faults and delays on demand; takes effect only where the capability SIMULATION is on. */
export const simulationSchema = z.strictObject({
  delays: z
    .strictObject({ csv: delay.optional(), json: delay.optional(), ndjson: delay.optional() })
    .optional()
    .meta({
      title: "Delays",
      description: "Milliseconds to wait before a file of that kind is read.",
      examples: [{ csv: 2_000 }],
    }),
  failureRate: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .meta({
      title: "Failure rate",
      description:
        "Share of the tries of each step that fail, from 0 to 1. The same run fails the same way again.",
      examples: [0.3],
    }),
  failStep: z
    .strictObject({
      step: z.enum(["ProcessData", "SendNotification"]),
      onTry: z.number().int().min(1).max(10),
    })
    .optional()
    .meta({
      title: "Fail a step",
      description: "Makes this step fail on this try; the next try is left alone.",
      examples: [{ step: "ProcessData", onTry: 1 }],
    }),
});
export type Simulation = z.infer<typeof simulationSchema>;

const inputSchema = z.strictObject({
  file: fileField({
    accept: [
      ".csv",
      ".tsv",
      ".txt",
      ".json",
      ".ndjson",
      ".jsonl",
      ".gz",
      "text/csv",
      "text/tab-separated-values",
      "text/plain",
      "application/json",
      "application/x-ndjson",
      "application/gzip",
    ],
    maxBytes: 52_428_800,
  }).meta({
    title: "File",
    description:
      "A table as CSV (any common separator), a JSON array or one JSON object a line; plain or gzip, up to 50 MB.",
    examples: ["018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b21"],
  }),
  name: z
    .string()
    .trim()
    .min(1, "Give the import a name.")
    .max(120, "Keep the name under 120 characters.")
    .meta({
      title: "Name",
      description: "What this import is called in the list of runs.",
      examples: ["March invoices"],
    }),
  maxRejectedShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .meta({
      title: "Rows that may be rejected",
      description: "The import fails when a larger share of its rows than this is unreadable.",
      examples: [0.05],
    }),
  priority: prioritySchema.default("normal").meta({
    title: "Priority",
    description: "Decides how soon the import starts, and how you are told about it.",
    examples: ["normal"],
  }),
  channel: channelSchema.optional().meta({
    title: "Tell me by",
    description: "Leave empty to let the priority and your own preference decide.",
    examples: ["EMAIL"],
  }),
  simulation: simulationSchema.optional().meta({
    title: "Simulation",
    description: "Delays and failures on demand, to see how a run behaves.",
    examples: [{ failStep: { step: "ProcessData", onTry: 1 } }],
  }),
});

export const dataImport = defineContract({
  name: "data-import",
  title: "Import a file",
  description: "Reads a table, checks every row, profiles every column, and tells you when it is done.",
  input: inputSchema,
  output: importResultSchema.extend({ notification: notificationSummarySchema }),
  stages: {
    process: { label: "Reading and checking your file", weight: 19 },
    notify: { label: "Telling you", weight: 1 },
  },
  runName: ({ name }) => name,
  runPriority: ({ priority }) => priority,
  capabilities: { SIMULATION: ["simulation"] },
});

export type DataImportInput = ContractInput<typeof dataImport>;
export type DataImportOutput = ContractOutput<typeof dataImport>;
