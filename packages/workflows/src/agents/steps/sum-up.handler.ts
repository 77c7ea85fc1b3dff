import { implement, type StepContext, type StepInput } from "@longhaul/kit/step";
import type { TalkResult, Turn } from "../result.js";
import { readTalk } from "../talk.js";
import { transcriptOf } from "../transcript.js";
import { voice } from "../voice/choose.js";
import { totalUsage, type Voice } from "../voice/voice.js";
import { sumUp } from "./sum-up.js";

const all = 1_000;

/** @throws what the voice throws */
export async function endTalk(
  { format }: StepInput<typeof sumUp>,
  ctx: StepContext,
  by?: Voice,
): Promise<TalkResult> {
  const { setting, said } = await readTalk(ctx, { last: all });
  const speaker = by ?? (await voice());
  const { summary, agreements, disagreements, usage, madeBy } = await speaker.sumUp({
    ...{ format, setting, said },
    signal: ctx.signal,
  });
  ctx.progress(0.8, "Writing the transcript");
  const text = transcriptOf(setting, said, { summary, agreements, disagreements, madeBy });
  const whole = async function* () {
    yield Buffer.from(text);
  };
  const file = await ctx.artifacts.write("transcript.md", "text/markdown", whole());
  return {
    ...{ summary, agreements: [...agreements], disagreements: [...disagreements], madeBy },
    shares: setting.agents.map(({ name }) => shareOf(name, said)),
    turns: said.length,
    usage: totalUsage([...said.map((turn) => turn.usage), usage]),
    transcriptArtifactId: file.id,
  };
}

function shareOf(name: string, said: readonly Turn[]) {
  const own = said.filter(({ speaker }) => speaker === name);
  const words = own.reduce((sum, { text }) => sum + text.split(/\s+/).length, 0);
  return { name, turns: own.length, words };
}

export default implement(sumUp, (input, ctx) => endTalk(input, ctx));
