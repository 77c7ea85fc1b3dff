import { setTimeout as sleep } from "node:timers/promises";
import { DBOS } from "@dbos-inc/dbos-sdk";
import { check, type Place, type Subject, slowStepMs, type Survive, step } from "../subject.js";

const silent = { info() {}, debug() {}, warn() {}, error() {} };

function configure({ url }: Place): void {
  DBOS.setConfig({ name: "bench", systemDatabaseUrl: url, logger: silent, runAdminServer: false });
}

export async function open(place: Place): Promise<Subject> {
  configure(place);
  const five = DBOS.registerWorkflow(
    async (n: number) => {
      let value = { n };
      for (let index = 0; index < 5; index += 1)
        value = await DBOS.runStep(() => step(value), { name: `step ${index}` });
      return value;
    },
    { name: "five" },
  );
  await DBOS.launch();
  return {
    run: async (n) => check(n, await five(n)),
    close: () => DBOS.shutdown(),
  };
}

export const survive: Survive = async (place, resumed, began) => {
  configure(place);
  const slow = DBOS.registerWorkflow(
    () =>
      DBOS.runStep(
        async () => {
          began();
          await sleep(slowStepMs);
        },
        { name: "slow" },
      ),
    { name: "slow" },
  );
  await DBOS.launch();
  if (!resumed) await DBOS.startWorkflow(slow, { workflowID: "slow" })();
  await DBOS.retrieveWorkflow("slow").getResult();
};
