import { expect, test } from "vitest";
import { Bench } from "./testing/bench.js";

/** An execution that waits for another one, which sleeps for a minute. */
async function nested(bench: Bench): Promise<{ parent: string; child: string }> {
  const sleeper = await bench.machine(
    { Sleep: { Type: "Wait", Seconds: 60, Next: "Done" }, Done: { Type: "Succeed" } },
    { name: "sleeper" },
  );
  const Call = {
    Type: "Task",
    Resource: "arn:aws:states:::states:startExecution.sync:2",
    Arguments: { StateMachineArn: sleeper, Name: "child", Input: {} },
    End: true,
  };
  const parent = await bench.start(await bench.machine({ Call }), "parent");
  return { parent, child: `${sleeper.replace(":stateMachine:", ":execution:")}:child` };
}

const statuses = async (bench: Bench, arns: string[]): Promise<unknown[]> =>
  Promise.all(arns.map(async (arn) => (await bench.describe(arn)).status));

test("closing the engine stops no execution that another one waits for", async () => {
  await using bench = await Bench.open();
  const { parent, child } = await nested(bench);
  await bench.rest();
  await bench.reopen();
  await bench.rest();
  expect(await statuses(bench, [parent, child])).toEqual(["RUNNING", "RUNNING"]);
  await bench.clock.advance(60_000);
  expect(await statuses(bench, [parent, child])).toEqual(["SUCCEEDED", "SUCCEEDED"]);
});

test("an execution is stopped though the one that waits for it is stopped while it is being started", async () => {
  await using bench = await Bench.open();
  const { parent, child } = await nested(bench);
  await bench.handle("StopExecution", { executionArn: parent });
  await bench.rest();
  expect(await statuses(bench, [parent, child])).toEqual(["ABORTED", "ABORTED"]);
});

test("a virtual clock does not wait for an execution that waits for another one", async () => {
  await using bench = await Bench.open();
  const { parent } = await nested(bench);
  await bench.rest();
  let resting = true;
  void bench.rest().then(() => (resting = false));
  for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
  expect(resting).toBe(false);
  await bench.clock.advance(60_000);
  expect(await statuses(bench, [parent])).toEqual(["SUCCEEDED"]);
});
