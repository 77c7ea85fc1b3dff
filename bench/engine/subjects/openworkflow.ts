import { setTimeout as sleep } from "node:timers/promises";
import { OpenWorkflow } from "openworkflow";
import { BackendPostgres } from "openworkflow/postgres";
import { check, inFlight, type Place, type Subject, slowStepMs, type Survive, step } from "../subject.js";

/**
 * Its own wait for a result asks once a second, so ends are taken from where they are written: from the moment at which
 * the backend has marked the run as completed.
 */
async function connect({ url }: Place, onEnd: (runId: string, output: unknown) => void) {
  const backend = await BackendPostgres.connect(url);
  const complete = backend.completeWorkflowRun.bind(backend);
  backend.completeWorkflowRun = async (parameters) => {
    const run = await complete(parameters);
    onEnd(run.id, run.output);
    return run;
  };
  return { backend, client: new OpenWorkflow({ backend }) };
}

export async function open(place: Place): Promise<Subject> {
  const ended = new Map<string, unknown>();
  const waiting = new Map<string, (output: unknown) => void>();
  const { backend, client } = await connect(place, (id, output) => {
    const resolve = waiting.get(id);
    if (resolve === undefined) ended.set(id, output);
    else resolve(output);
  });
  const five = client.defineWorkflow<{ n: number }, { n: number }>(
    { name: "five" },
    async ({ input, step: steps }) => {
      let value = input;
      for (let index = 0; index < 5; index += 1)
        value = await steps.run({ name: `step ${index}` }, () => step(value));
      return value;
    },
  );
  const worker = client.newWorker({ concurrency: inFlight });
  await worker.start();
  const end = (id: string): Promise<unknown> =>
    ended.has(id)
      ? Promise.resolve(ended.get(id))
      : new Promise((resolve) => {
          waiting.set(id, resolve);
        });
  return {
    async run(n) {
      const { id } = (await five.run({ n })).workflowRun;
      const output = await end(id);
      ended.delete(id);
      waiting.delete(id);
      check(n, output as { n: number });
    },
    async close() {
      await worker.stop();
      await backend.stop();
    },
  };
}

export const survive: Survive = async (place, resumed, began) => {
  await new Promise<void>((resolve, reject) => {
    const work = async (): Promise<void> => {
      const { client } = await connect(place, () => resolve());
      const slow = client.defineWorkflow({ name: "slow" }, ({ step: steps }) =>
        steps.run({ name: "slow" }, async () => {
          began();
          await sleep(slowStepMs);
          return null;
        }),
      );
      await client.newWorker({ concurrency: 1 }).start();
      if (!resumed) await slow.run();
    };
    work().catch(reject);
  });
};
