import { implement } from "@longhaul/kit/step";
import { planOf } from "../plan.js";
import { readTalk } from "../talk.js";
import { prepare } from "./prepare.js";

export default implement(prepare, async ({ format }, ctx) => {
  const { setting } = await readTalk(ctx, { last: 0 });
  const turns = planOf(format, setting.agents.length, setting.rounds);
  // How far the talk is shows as soon as it is known how long it will be.
  await ctx.records.call("expect_steps", { stage: "talk", steps: turns.length });
  ctx.log.info("The turns are planned.", { turns: turns.length });
  return { turns };
});
