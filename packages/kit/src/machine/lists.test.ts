import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineContract } from "../contract.js";
import { handlerProblem } from "../runtime/handler-problem.js";
import { defineStep, implement } from "../step/index.js";
import { defineMachine, listProblems } from "./index.js";

const contract = defineContract({
  name: "count-sheep",
  title: "Count sheep",
  description: "Until asleep.",
  input: z.object({ sheep: z.number() }),
  output: z.number(),
  stages: { count: { label: "Counting", weight: 1 } },
  runName: () => "Sheep",
});
const step = defineStep({
  ...{ name: "CountSheep", stage: "count", timeoutSeconds: 10 },
  ...{ input: z.number(), output: z.number() },
});
const left = defineStep({ ...step, name: "CountLambs" });
const machine = defineMachine(
  contract,
  (flow) => flow.step(step, ({ input }) => input.sheep).succeed("Asleep", ({ countSheep }) => countSheep),
  { retired: [left] },
);
const load = () => undefined;
const lists = {
  contracts: { "count-sheep": contract },
  machines: { "count-sheep": machine },
  handlers: { "count-sheep": { CountSheep: load, CountLambs: load } },
};

describe("the lists of workflows", () => {
  it("agree where each step, retired ones too, has a handler", () => {
    expect(listProblems(lists)).toEqual([]);
  });

  it.each<[string, object, string]>([
    [
      "a step without a handler",
      { handlers: { "count-sheep": { CountSheep: load } } },
      'The step "CountLambs" of "count-sheep" has no handler: name it in packages/workflows/src/handlers.ts.',
    ],
    [
      "a misspelt one",
      { handlers: { "count-sheep": { CountSheeps: load, CountLambs: load } } },
      'The step "CountSheep" of "count-sheep" has no handler: name it in packages/workflows/src/handlers.ts, which has "CountSheeps" there.',
    ],
    [
      "a workflow in one list only",
      { machines: {}, handlers: {} },
      'The workflow "count-sheep" is missing in machines.ts and handlers.ts of packages/workflows/src.',
    ],
    [
      "a folder that was copied, with the name of before in its contract",
      {
        contracts: { ...lists.contracts, "count-goats": contract },
        machines: { ...lists.machines, "count-goats": machine },
        handlers: { ...lists.handlers, "count-goats": lists.handlers["count-sheep"] },
      },
      'The workflow "count-goats" has the contract "count-sheep" in contracts.ts, and the machine of "count-sheep" in ' +
        "machines.ts: all three names must be the same, and so must the contract.",
    ],
    [
      "a contract that is not the machine's",
      { contracts: { "count-sheep": { ...contract } } },
      "all three names must be the same",
    ],
  ])("do not agree on %s", (_, wrong, sentence) => {
    expect(listProblems({ ...lists, ...wrong })).toEqual([expect.stringContaining(sentence)]);
  });
});

describe("a handler's file", () => {
  const file = { default: implement(step, async (sheep) => sheep) };

  it("does the step that it is listed for", () => {
    expect(handlerProblem("count-sheep/CountSheep", file)).toBeNull();
  });

  it("is named where it does another, or nothing", () => {
    expect(handlerProblem("count-sheep/CountLambs", file)).toBe(
      'The handler of "count-sheep/CountLambs" does the step "CountSheep": correct its file in packages/workflows/src/handlers.ts.',
    );
    for (const none of [{}, { default: undefined }, { default: async () => 1 }, undefined])
      expect(handlerProblem("count-sheep/CountSheep", none)).toContain(
        "is nothing that implement() has made",
      );
  });
});
