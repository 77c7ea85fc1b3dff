import { implement, type StepContext, type StepInput } from "@longhaul/kit/step";
import type { Answerer } from "../answering/answerer.js";
import { answerer } from "../answering/choose.js";
import type { Answer } from "../result.js";
import { answerQuestion } from "./answer-question.js";

/** @throws what the answerer throws */
export async function answer(
  { question, twin, persona, passages }: StepInput<typeof answerQuestion>,
  ctx: StepContext,
  by?: Answerer,
): Promise<Answer> {
  const shown = ctx.stream("answer");
  const order = {
    question,
    twin,
    persona,
    passages,
    signal: ctx.signal,
    onText: (text: string) => shown.write(text),
  };
  const given = await (by ?? (await answerer()))(order);
  ctx.progress(1, given.found ? "Answered" : "The documents do not say");
  return given;
}

export default implement(answerQuestion, (input, ctx) => answer(input, ctx));
