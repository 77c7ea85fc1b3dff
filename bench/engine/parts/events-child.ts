import { openStepFunctions } from "@longhaul/stepfunctions";
import { accountId, Ends, lambda, region, roleArn } from "../subjects/longhaul.js";

export interface EventInput {
  directory: string;
  /** How many events the executions have, about. */
  sizes: number[];
}
/** Microseconds an event, by size. */
export type EventFigures = { events: number; microseconds: number }[];

/** Counts up to the input's limit: two events around the loop and seven in it. */
const definition = JSON.stringify({
  QueryLanguage: "JSONata",
  StartAt: "Step",
  States: {
    Step: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Arguments: { FunctionName: "step", Payload: "{% $states.input %}" },
      Output: "{% $states.result.Payload %}",
      Next: "More",
    },
    More: {
      Type: "Choice",
      Choices: [{ Condition: "{% $states.input.n < $states.input.until %}", Next: "Step" }],
      Default: "Done",
    },
    Done: { Type: "Succeed" },
  },
});
const eventsOfARound = 7;

/** Runs executions of growing length and tells what an event costs in each; short ones many times over. */
export async function countEvents({ directory, sizes }: EventInput): Promise<EventFigures> {
  const ends = new Ends();
  const { onStatusChange } = ends;
  const engine = await openStepFunctions({ dataDir: directory, region, accountId, lambda, onStatusChange });
  const machine = (await engine.handle("CreateStateMachine", { name: "count", definition, roleArn })) as {
    stateMachineArn: string;
  };
  let number = 0;
  const runOne = async (until: number): Promise<number> => {
    const name = `n${number++}`;
    const ended = ends.of(name);
    const began = performance.now();
    await engine.handle("StartExecution", { ...machine, name, input: JSON.stringify({ n: 0, until }) });
    const { status, output } = await ended;
    if (status !== "SUCCEEDED" || (JSON.parse(output ?? "{}") as { n?: number }).n !== until)
      throw new Error(`${status} ${output}`);
    return performance.now() - began;
  };
  await runOne(300);
  const figures: EventFigures = [];
  for (const size of sizes) {
    const until = Math.max(1, Math.round((size - 4) / eventsOfARound));
    const events = until * eventsOfARound + 4;
    const times = Math.max(1, Math.round(4000 / events));
    let ms = 0;
    for (let time = 0; time < times; time += 1) ms += await runOne(until);
    figures.push({ events, microseconds: (ms * 1000) / times / events });
  }
  await engine.close();
  return figures;
}
