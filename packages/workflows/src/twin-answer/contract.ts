import { defineContract } from "@longhaul/kit";
import { z } from "zod";
import { twinAnswerSchema } from "./result.js";

export const twinAnswer = defineContract({
  name: "twin-answer",
  title: "Ask a digital twin",
  description: "Answers a question from what a twin has read, and says where it stands.",
  input: z.strictObject({
    twinId: z.uuid("Choose a twin.").meta({
      title: "Twin",
      description: "Who is asked: the id that the twin's page has in its address.",
      examples: ["018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b22"],
    }),
    question: z
      .string()
      .trim()
      .min(3, "Ask a question.")
      .max(1_000, "Keep the question under 1,000 characters.")
      .meta({
        title: "Question",
        description: "What you want to know.",
        examples: ["What did you promise the nation?"],
      }),
  }),
  output: twinAnswerSchema,
  stages: {
    find: { label: "Looking it up", weight: 1 },
    answer: { label: "Answering", weight: 3 },
  },
  runName: ({ question }) => question,
  startedFrom: "a twin's page",
});
