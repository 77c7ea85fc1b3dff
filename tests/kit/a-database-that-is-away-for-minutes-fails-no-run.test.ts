import { defineContract } from "@longhaul/kit";
import { defineMachine, stepFunctionName } from "@longhaul/kit/machine";
import { defineStep } from "@longhaul/kit/step";
import { openForTest } from "@longhaul/stepfunctions/testing";
import { expect, it } from "vitest";
import { z } from "zod";
import { stepError } from "./scripted-run.js";

const contract = defineContract({
  name: "water-plants",
  title: "Water the plants",
  description: "Each day.",
  input: z.object({}),
  output: z.object({}),
  stages: { water: { label: "Watering", weight: 1 } },
  runName: () => "Plants",
});
const water = defineStep({
  ...{ name: "Water", stage: "water", timeoutSeconds: 30 },
  ...{ input: z.object({}), output: z.object({}) },
});
const machine = defineMachine(contract, (flow) =>
  flow.step(water, () => ({})).succeed("Watered", () => ({})),
);

const runs = 20;
/** A restart of Postgres that is not the fastest. */
const awaySeconds = 150;

// Pauses are of random length: a policy that only just holds lets some of these fail.
it("waits for it longer than it is away", async () => {
  let isAway = () => true;
  const name = stepFunctionName(machine.name, "Water");
  await using engine = await openForTest({
    functions: {
      [name]: async () => {
        if (isAway()) throw stepError("StepStoreFailed", { code: "STEP_STORE_FAILED", message: "Away." });
        return { output: {}, completedAt: "2030-01-01T00:00:00.000Z" };
      },
    },
  });
  const back = engine.clock.now() + awaySeconds * 1_000;
  isAway = () => engine.clock.now() < back;
  const arn = await engine.createMachine(
    machine.definition(
      (step) => `arn:aws:lambda:us-east-1:000000000000:function:${stepFunctionName(machine.name, step)}`,
    ),
  );
  const input = {
    run: "r-1",
    attempt: 1,
    correlationId: "c-1",
    startedAt: "2030-01-01T00:00:00Z",
    input: {},
  };
  const started = await Promise.all(Array.from({ length: runs }, () => engine.start(arn, { input })));
  const ended = [];
  for (const one of started) ended.push(await engine.finish(one));
  expect(ended.map(({ status, error }) => error ?? status)).toEqual(started.map(() => "SUCCEEDED"));
});
