import { implement, type StepContext, type StepInput } from "@longhaul/kit/step";
import { z } from "zod";
import { loadModel } from "../../digital-twin/model/load.js";
import { personaSchema } from "../../digital-twin/result.js";
import { type TrainingObjects, trainingObjects } from "../../digital-twin/training/objects.js";
import type { Reaction } from "../result.js";
import { measure } from "../twins/measure.js";
import { writer } from "../writer/choose.js";
import type { Voice } from "../writer/writer.js";
import { react } from "./react.js";

const asked = z.object({ name: z.string(), version: z.number(), model: z.string(), persona: personaSchema });

interface With {
  readonly objects?: TrainingObjects;
  readonly voice?: Voice;
}

/** @throws FatalError TWIN_NOT_FOUND, TWIN_NOT_ACTIVE, and what the voice throws */
export async function readToTwins(
  { draft, twinIds }: StepInput<typeof react>,
  ctx: StepContext,
  { objects = trainingObjects(), voice }: With = {},
) {
  const say = voice ?? (await writer()).react;
  const reactions: Reaction[] = [];
  for (const [place, twinId] of twinIds.entries()) {
    const twin = asked.parse(await ctx.records.call("twin_model", { twin: twinId }));
    const model = await loadModel(twin.model, objects, ctx.run);
    const measured = measure(draft, model, twin.persona);
    const { name, version, persona } = twin;
    const { says, by } = await say({ draft, twin: name, persona, measured, signal: ctx.signal });
    reactions.push({
      twinId,
      twin: name,
      version,
      score: measured.score,
      parts: [...measured.parts],
      says,
      by,
    });
    ctx.progress((place + 1) / twinIds.length, `${name}: ${measured.score} of 100`);
  }
  const score = Math.round(
    reactions.reduce((sum, one) => sum + one.score, 0) / Math.max(1, reactions.length),
  );
  return { reactions, score };
}

export default implement(react, (input, ctx) => readToTwins(input, ctx));
