import { FatalError, implement, type StepContext, type StepInput } from "@longhaul/kit/step";
import { addressedIn, nextSpeaker } from "../addressing.js";
import { simulateFailure } from "../simulate-failure.js";
import { after, startValues } from "../state.js";
import { readTalk, type Talk } from "../talk.js";
import type { PlannedTurn, Turn } from "../result.js";
import { voice } from "../voice/choose.js";
import type { Voice } from "../voice/voice.js";
import { speak } from "./speak.js";

/** So many turns before its own a speaker hears, besides all of its own and all questions. */
const heard = 60;
const moderator = { name: "Moderator", role: "Asks the questions" } as const;

/** @throws what the voice throws; RetryableError SIMULATED_FAILURE */
export async function takeTurn(
  { format, turn }: StepInput<typeof speak>,
  ctx: StepContext,
  by?: Voice,
): Promise<Turn> {
  const talk = await readTalk(ctx, { last: heard, agent: turn.agent, before: turn.number });
  const { setting, said } = talk;
  simulateFailure(turn.number, setting.rehearsal, ctx);
  const speaker = speakerOf(turn, talk);
  const { name, role } = speaker ?? moderator;
  const shown = ctx.stream(`${turn.number} ${name}`);
  ctx.progress(0, `Turn ${turn.number}: ${name}`);
  const values = said.findLast((one) => one.values !== null)?.values ?? startValues(setting.quantities);
  const spoken = await (by ?? (await voice())).speak({
    ...{ format, setting, turn, speaker, said, values, quantities: setting.quantities },
    seed: ctx.run.id,
    signal: ctx.signal,
    onText: (text) => shown.write(text),
  });
  const endsTick = turn.agent === setting.agents.length - 1;
  return {
    ...{ number: turn.number, round: turn.round, kind: turn.kind, speaker: name, role },
    ...spoken,
    addressed: addressedIn(spoken.text, setting.agents, name),
    values: format === "simulation" ? after(setting.quantities, values, spoken.action, endsTick) : null,
  };
}

function speakerOf({ agent, kind }: PlannedTurn, { setting, said, spoken }: Talk) {
  if (kind === "question") return null;
  if (agent === null) return nextSpeaker(setting.agents, said, spoken);
  const speaker = setting.agents[agent];
  if (speaker) return speaker;
  throw new FatalError("The talk has other agents than its plan.", { code: "PLAN_DIFFERS" });
}

export default implement(speak, (input, ctx) => takeTurn(input, ctx));
