import type { FunctionSpec, RuleSpec } from "@longhaul/functions/manifest";
import { expect, it } from "vitest";
import { Warmer } from "./warm.js";

const arn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const machineArn = (name: string) => `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`;

const spec = (name: string, host: string | null): FunctionSpec => ({
  ...{ name, host, entry: new URL("file:///step.js"), environment: {}, memoryMb: 256, timeoutSeconds: 60 },
  ...{ databaseRole: null, permissions: [], managesRuns: false, concurrency: 64, reservedConcurrency: null },
});

const rules: RuleSpec[] = [
  { name: "end", description: "", target: "closes", pattern: { source: ["aws.states"] } },
  { name: "clock", description: "", target: "sweeps", everySeconds: 60 },
];

const machine = (name: string, ...functions: string[]) => ({
  ...{ workflow: name, name, hash: "" },
  definition: JSON.stringify({ States: functions.map((one) => ({ Arguments: { FunctionName: arn(one) } })) }),
});

function warmer() {
  const warmed: (readonly string[])[] = [];
  const deployed = {
    functions: [
      spec("a-Read", null),
      spec("a-Read2", "steps"),
      spec("a-Write", "steps"),
      spec("b-Ask", "steps"),
    ],
    rules,
    stateMachines: [machine("a", "a-Read", "a-Write"), machine("b", "b-Ask")],
  };
  const lambda = { arn, warm: (names: readonly string[]) => void warmed.push(names) };
  return { warmed, deployed, warmer: new Warmer(lambda) };
}

it("starts what ends call with the cloud, and what the steps of a machine share when it is first executed", () => {
  const { warmed, deployed, warmer: given } = warmer();
  given.deployed(deployed);
  expect(warmed.splice(0)).toEqual([["closes"]]);
  given.executionStarted(machineArn("a"));
  given.executionStarted(machineArn("a"));
  expect(warmed.splice(0)).toEqual([["a-Write"]]);
  given.executionStarted(machineArn("b"));
  expect(warmed).toEqual([["b-Ask"]]);
});

it("starts them again after a deployment, and nothing for machines that are not of it", () => {
  const { warmed, deployed, warmer: given } = warmer();
  given.deployed(deployed);
  given.executionStarted(machineArn("a"));
  given.deployed({ ...deployed, stateMachines: [machine("a", "b-Ask")] });
  given.executionStarted(machineArn("a"));
  given.executionStarted(machineArn("b"));
  given.executionStarted(`${machineArn("a")}/EachRow`);
  expect(warmed).toEqual([["closes"], ["a-Write"], ["closes"], ["b-Ask"]]);
});
