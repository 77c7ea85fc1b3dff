import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { maxDocuments } from "../contract.js";

/** Opens the version, reads every document, and puts their texts where the training finds them. */
export const validateInput = defineStep({
  name: "ValidateInput",
  stage: "read",
  input: z.object({
    name: z.string(),
    documents: z.array(z.uuid()).max(maxDocuments),
    text: z.string(),
    twinId: z.uuid().optional(),
    keepDocuments: z.boolean(),
  }),
  output: z.object({
    twinId: z.uuid(),
    version: z.number().int().min(1),
    name: z.string().max(80),
    /** Of the training bucket: where everything of this version is. */
    prefix: z.string().max(200),
    documents: z.number().int(),
    refused: z.number().int(),
    characters: z.number().int(),
  }),
  timeoutSeconds: 600,
  memoryMb: 2_048,
  exclusive: true,
  permissions: ["storage", "training"],
});
