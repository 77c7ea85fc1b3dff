import { implement, type StepContext, type StepInput } from "@longhaul/kit/step";
import { z } from "zod";
import { loadModel } from "../../digital-twin/model/load.js";
import { personaSchema } from "../../digital-twin/result.js";
import { type TrainingObjects, trainingObjects } from "../../digital-twin/training/objects.js";
import { maxPassages, type Passage } from "../result.js";
import { findPassages } from "./find-passages.js";

const askedSchema = z.object({
  name: z.string(),
  version: z.number(),
  model: z.string(),
  persona: personaSchema,
});
const longest = 2_500;

/** @throws FatalError TWIN_NOT_FOUND, TWIN_NOT_ACTIVE */
export async function lookUp(
  { twinId, question }: StepInput<typeof findPassages>,
  ctx: StepContext,
  objects: TrainingObjects = trainingObjects(),
) {
  const asked = askedSchema.parse(await ctx.records.call("twin_model", { twin: twinId }));
  const model = await loadModel(asked.model, objects, ctx.run);
  const passages = model.find(question, maxPassages).map(({ place, score, cover }): Passage => {
    const chunk = model.chunks[place] as (typeof model.chunks)[number];
    return {
      document: model.documents[chunk.document] ?? "A document",
      excerpt: chunk.sentences.join(" ").slice(0, longest),
      score: Math.round(score * 100) / 100,
      cover: Math.round(cover * 100) / 100,
    };
  });
  ctx.progress(1, passages.length === 0 ? "Nothing found" : `${passages.length} passages found`);
  const { name: twin, version, persona } = asked;
  return { twin, version, persona, passages };
}

export default implement(findPassages, (input, ctx) => lookUp(input, ctx));
