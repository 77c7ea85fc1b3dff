import { openStepFunctions } from "@longhaul/stepfunctions";
import { accountId, Ends, lambda, region, roleArn } from "../subjects/longhaul.js";

export interface MapInput {
  directory: string;
  items: number;
}
export interface MapFigures {
  seconds: number;
}

/** Each item is a child execution that calls a function. */
const definition = JSON.stringify({
  QueryLanguage: "JSONata",
  StartAt: "Each",
  States: {
    Each: {
      Type: "Map",
      Items: "{% [1..$states.input.items] %}",
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "Step",
        States: {
          Step: {
            Type: "Task",
            Resource: "arn:aws:states:::lambda:invoke",
            Arguments: { FunctionName: "step", Payload: { n: "{% $states.input %}" } },
            Output: "{% $states.result.Payload.n %}",
            End: true,
          },
        },
      },
      Output: "{% $sum($states.result) %}",
      End: true,
    },
  },
});

export async function fillDistributedMap({ directory, items }: MapInput): Promise<MapFigures> {
  const ends = new Ends();
  const { onStatusChange } = ends;
  const engine = await openStepFunctions({ dataDir: directory, region, accountId, lambda, onStatusChange });
  const machine = (await engine.handle("CreateStateMachine", { name: "map", definition, roleArn })) as {
    stateMachineArn: string;
  };
  const runOne = async (name: string, count: number): Promise<number> => {
    const ended = ends.of(name);
    const began = performance.now();
    await engine.handle("StartExecution", { ...machine, name, input: JSON.stringify({ items: count }) });
    const { status, output, error, cause } = await ended;
    if (output !== String((count * (count + 3)) / 2))
      throw new Error(`the map ended ${status} with ${output ?? `${error}: ${cause}`}`);
    return (performance.now() - began) / 1000;
  };
  await runOne("warm-up", 100);
  const seconds = await runOne("measured", items);
  await engine.close();
  return { seconds };
}
