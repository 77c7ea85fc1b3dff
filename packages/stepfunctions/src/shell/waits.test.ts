import { expect, test } from "vitest";
import { Bench } from "../api/testing/bench.js";

const DAY = 86_400_000;

/** A month, a second month beside it, and an end. */
const patient = {
  Both: {
    Type: "Parallel",
    Branches: [
      { StartAt: "First", States: { First: { Type: "Wait", Seconds: 30 * 86_400, End: true } } },
      {
        StartAt: "Second",
        States: {
          Second: { Type: "Wait", Seconds: 60 * 86_400, Next: "Third" },
          Third: { Type: "Wait", Seconds: 90 * 86_400, End: true },
        },
      },
    ],
    End: true,
  },
};
const asleep = { Sleep: { Type: "Wait", Seconds: 60, End: true } };

test("what an execution waits for now is skipped, and what it waits for then is not", async () => {
  await using bench = await Bench.open();
  const began = bench.clock.now();
  const machine = await bench.machine(patient);
  const one = await bench.start(machine, "one");
  const other = await bench.start(machine, "other");
  expect(await bench.waits.skip((arn) => arn === one)).toBe(1);
  expect(bench.waits.list(10)).toEqual([
    { executionArn: one, stateName: "Third", kind: "wait", until: began + 90 * DAY },
    { executionArn: other, stateName: "First", kind: "wait", until: began + 30 * DAY },
    { executionArn: other, stateName: "Second", kind: "wait", until: began + 60 * DAY },
  ]);
  expect(bench.waits.list(2)).toHaveLength(2);
  expect(await bench.waits.skip((arn) => arn === one)).toBe(1);
  expect(await bench.describe(one)).toMatchObject({ status: "SUCCEEDED", stopDate: began / 1000 });
  expect(await bench.describe(other)).toMatchObject({ status: "RUNNING" });
  expect(await bench.waits.skip((arn) => arn === one)).toBe(0);
});

test("the items of an execution's distributed Maps go on with it, and those of others do not", async () => {
  await using bench = await Bench.open();
  const forEach = (name: string, StartAt: string, States: object) => ({
    [name]: {
      Type: "Map",
      Items: "{% $states.input %}",
      ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" }, StartAt, States },
      End: true,
    },
  });
  const machine = await bench.machine(forEach("Lists", "Items", forEach("Items", "Sleep", asleep)));
  const one = await bench.start(machine, "one", { input: "[[1, 2], [3]]" });
  const other = await bench.start(machine, "other", { input: "[[4]]" });
  await bench.rest();
  expect(bench.waits.list(10)).toHaveLength(4);
  expect(await bench.waits.skip((arn) => arn === one)).toBe(3);
  await bench.rest();
  expect(await bench.describe(one)).toMatchObject({ status: "SUCCEEDED" });
  expect(await bench.describe(other)).toMatchObject({ status: "RUNNING" });
  expect(bench.waits.list(10)).toHaveLength(1);
});

test("a skipped wait stays skipped over a restart, and its alarm wakes nobody", async () => {
  await using bench = await Bench.open();
  const machine = await bench.machine(patient);
  const one = await bench.start(machine, "one");
  expect(await bench.waits.skip()).toBe(1);
  await bench.reopen();
  await bench.clock.advance(89 * DAY);
  expect(bench.waits.list(10)).toMatchObject([{ stateName: "Third" }]);
  await bench.clock.advance(DAY);
  expect(await bench.describe(one)).toMatchObject({ status: "SUCCEEDED" });
});

test("the delay of a retry is skipped, a task that is out and its timeout are not", async () => {
  let calls = 0;
  const retry = [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 3_600 }];
  await using bench = await Bench.open({
    lambda: async ({ signal }) => {
      calls += 1;
      if (calls === 1) throw new Error("it broke");
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      throw new Error("nobody waits any more");
    },
  });
  const work = {
    Type: "Task",
    Resource: "arn:aws:lambda:us-east-1:000000000000:function:work",
    TimeoutSeconds: 60,
  };
  const one = await bench.start(await bench.machine({ Work: { ...work, Retry: retry, End: true } }), "one");
  await bench.rest();
  expect(bench.waits.list(10)).toMatchObject([{ stateName: "Work", kind: "retry" }]);
  expect(await bench.waits.skip()).toBe(1);
  await bench.rest();
  expect(calls).toBe(2);
  expect(await bench.waits.skip()).toBe(0);
  expect(await bench.describe(one)).toMatchObject({ status: "RUNNING" });
});

test("the scale is for waits that begin after it was set", async () => {
  await using bench = await Bench.open();
  const machine = await bench.machine(asleep);
  const before = await bench.start(machine, "before");
  expect(bench.waits.scale).toBe(1);
  bench.waits.scale = 0.1;
  const after = await bench.start(machine, "after");
  await bench.clock.advance(6_000);
  expect(await bench.describe(after)).toMatchObject({ status: "SUCCEEDED" });
  expect(await bench.describe(before)).toMatchObject({ status: "RUNNING" });
  for (const none of [-1, Number.NaN, 1_000_001]) {
    expect(() => {
      bench.waits.scale = none;
    }).toThrow(RangeError);
  }
});
