import { implement, type StepContext, type StepInput, type StepOutput } from "@longhaul/kit/step";
import { profileOf } from "../csv/profile.js";
import { store } from "./store.js";

export async function storeResult(
  { artifactId }: StepInput<typeof store>,
  ctx: StepContext,
): Promise<StepOutput<typeof store>> {
  const { stream } = await ctx.artifacts.open(artifactId);
  const profile = await profileOf(stream.values());
  ctx.progress(1, `${profile.rows.toLocaleString("en")} rows`);
  return profile;
}

export default implement(store, storeResult);
