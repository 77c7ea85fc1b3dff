import { implement, type StepContext, type StepInput } from "@longhaul/kit/step";
import type { Draft } from "../result.js";
import { writer } from "../writer/choose.js";
import type { Writer } from "../writer/writer.js";
import { writeDraft } from "./write-draft.js";

/** @throws what the writer throws */
export async function write(
  { goal, company, interests, order }: StepInput<typeof writeDraft>,
  ctx: StepContext,
  by?: Writer,
): Promise<Draft> {
  const { segment, channel, variant } = order;
  const { subject, body, madeBy } = await (by ?? (await writer()).write)({
    goal,
    company,
    interests,
    segment,
    channel,
    variant,
    signal: ctx.signal,
  });
  ctx.progress(1, `${segment.name}, ${channel}`);
  return { segment: segment.name, channel, variant, subject, body, madeBy };
}

export default implement(writeDraft, (input, ctx) => write(input, ctx));
