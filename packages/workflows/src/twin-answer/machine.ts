import { defineMachine } from "@longhaul/kit/machine";
import { twinAnswer } from "./contract.js";
import { answerQuestion } from "./steps/answer-question.js";
import { findPassages } from "./steps/find-passages.js";

export const twinAnswerMachine = defineMachine(twinAnswer, (flow) =>
  flow
    .step(findPassages, ({ input }) => ({ twinId: input.twinId, question: input.question }))
    .step(answerQuestion, ({ input, findPassages: found }) => ({
      question: input.question,
      twin: found.twin,
      persona: found.persona,
      passages: found.passages,
    }))
    .succeed("Answered", ({ input, findPassages: found, answerQuestion: given }) => ({
      question: input.question,
      twin: found.twin,
      version: found.version,
      answer: given.answer,
      found: given.found,
      cited: given.cited,
      passages: found.passages,
      tokens: given.tokens,
      madeBy: given.madeBy,
    })),
);
