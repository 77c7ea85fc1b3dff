import { FatalError, implement, type StepContext, type StepInput } from "@longhaul/kit/step";
import { loadModel } from "../model/load.js";
import type { PersonaResult } from "../result.js";
import { type TrainingObjects, trainingObjects } from "../training/objects.js";
import { updateStatusToActive } from "./update-status-to-active.js";

/** @throws FatalError MODEL_MISSING, TRAINING_ELSEWHERE; TWIN_NOT_FOUND where the twin was deleted meanwhile. */
export async function activate(
  { model: uri }: StepInput<typeof updateStatusToActive>,
  ctx: StepContext,
  objects: TrainingObjects = trainingObjects(),
) {
  if (uri === null) throw new FatalError("The training has left no model.", { code: "MODEL_MISSING" });
  const { persona: found, chunks } = await loadModel(uri, objects, ctx.run);
  const persona: PersonaResult = { ...found, favourites: found.favourites.map((word) => word.slice(0, 60)) };
  await ctx.records.call("twin_activated", { model: uri, persona: { ...persona } });
  ctx.log.info(`The twin answers from ${chunks.length} passages.`);
  return { persona, passages: chunks.length };
}

export default implement(updateStatusToActive, (input, ctx) => activate(input, ctx));
