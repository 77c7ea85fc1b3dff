import { expect, test } from "vitest";
import { judge } from "./testing/judge.js";

test("a name that stands twice in an object is a warning", () => {
  const state =
    '{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"A","Next":"B"}],"Default":"B"}';
  const text = `{"StartAt":"A","States":{"A":${state},"B":{"Type":"Pass","End":true},"B":{"Type":"Succeed"}}}`;
  expect(judge(text)).toEqual([]);
  expect(judge(text, { warnings: true })).toEqual([
    "DUPLICATE_FIELD /States/A/Choices[0]/Next: The name 'Next' stands twice in this object, and only the last one counts",
    "DUPLICATE_FIELD /States/B: The name 'B' stands twice in this object, and only the last one counts",
  ]);
});

test("the same name in another object is another name", () => {
  expect(
    judge('{"StartAt":"A","States":{"A":{"Type":"Pass","Result":{"A":[{"A":1},{"A":1}]},"End":true}}}', {
      warnings: true,
    }),
  ).toEqual([]);
});
