import { defineStep } from "@longhaul/kit/step";
import { z } from "zod";
import { answerSchema, maxPassages, passageSchema, personaSchema } from "../result.js";

/** Answers from the passages. The text streams as "answer" while it is written. */
export const answerQuestion = defineStep({
  name: "AnswerQuestion",
  stage: "answer",
  input: z.object({
    question: z.string(),
    twin: z.string(),
    persona: personaSchema,
    passages: z.array(passageSchema).max(maxPassages).readonly(),
  }),
  output: answerSchema,
  timeoutSeconds: 240,
  retry: { maxAttempts: 3, intervalSeconds: 2, backoffRate: 2, maxDelaySeconds: 60 },
  retryAfter: { maxSeconds: 300 },
  permissions: ["models"],
});
