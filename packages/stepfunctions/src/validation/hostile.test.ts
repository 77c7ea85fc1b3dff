import { expect, test } from "vitest";
import { jsonata, judge, machine, pass } from "./testing/judge.js";
import { validateDefinition } from "./validate.js";

test("ten thousand states in a row are fine", () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `S${index}`);
  const states = names.map((name, index) => [
    name,
    { Type: "Pass", ...(index === 9_999 ? { End: true } : { Next: `S${index + 1}` }) },
  ]);
  expect(judge({ StartAt: "S0", States: Object.fromEntries(states) })).toEqual([]);
});

test("of a million mistakes the first thousand are told", () => {
  const states = Array.from({ length: 20_000 }, (_, index) => [`S${index}`, { Type: "x" }]);
  expect(judge({ StartAt: "S0", States: Object.fromEntries(states) })).toHaveLength(1_000);
});

test("machines in machines in machines", () => {
  let state: object = pass;
  for (let depth = 0; depth < 90; depth += 1)
    state = {
      Type: "Parallel",
      End: true,
      Branches: [{ StartAt: `s${depth}`, States: { [`s${depth}`]: state } }],
    };
  expect(judge(machine(state))).toEqual([]);
  const text = JSON.stringify(machine(state)).replaceAll(
    '"Type":"Pass"',
    `"Type":"Pass","Result":${"[".repeat(300)}${"]".repeat(300)}`,
  );
  expect(validateDefinition(text).diagnostics).toEqual([
    { severity: "ERROR", code: "TOO_DEEPLY_NESTED", message: "JSON nests deeper than 500 levels" },
  ]);
});

test.each([
  ["brackets", `${"(".repeat(200_000)}1${")".repeat(200_000)}`, 1],
  ["sums", `${"1+".repeat(200_000)}1`, 1],
  ["a list", `[${"1,".repeat(100_000)}1]`, 0],
])("a JSONata expression of endless %s", (_, source, errors) => {
  expect(judge(jsonata({ ...pass, Output: `{% ${source} %}` }))).toHaveLength(errors);
});

test.each([
  ["$.a".repeat(1) + ".a".repeat(300_000)],
  [`$[?(${"(".repeat(300_000)}`],
  ["States.Array(".repeat(60_000) + ")".repeat(60_000)],
])("an endless path: %.20s", (path) => {
  expect(judge(machine({ ...pass, Parameters: { "a.$": path } })).length).toBeLessThanOrEqual(1);
});
