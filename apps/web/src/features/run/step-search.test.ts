import type { RunStep } from "@longhaul/kit";
import { expect, test } from "vitest";
import { parseStepSearch, statesOf } from "./step-search.js";

test("the states of many steps are counted, and those that somebody looks for come first", () => {
  const steps = (["succeeded", "succeeded", "failed", "running"] as const).map((status) => ({ status }));
  expect(statesOf(steps as unknown as RunStep[])).toEqual([
    ["failed", 1],
    ["running", 1],
    ["succeeded", 2],
  ]);
});

test("the state that is looked for is read from the address", () => {
  expect(parseStepSearch({ status: "failed" })).toEqual({ status: "failed" });
  expect(parseStepSearch({ status: "lost" })).toEqual({});
});
