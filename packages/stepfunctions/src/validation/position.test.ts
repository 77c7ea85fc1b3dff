import { expect, test } from "vitest";
import { locate } from "./position.js";
import { validateDefinition } from "./validate.js";

const text = `{
  "StartAt": "A",
  "States": {
    "A/B[0]": { "Type": "Pass", "End": true },
    "A": {
      "Type": "Choice",
      "Choices": [
        { "Next": "x" },
        { "Next": "y", "And": [] }
      ]
    }
  }
}`;

test.each<[string, number, number]>([
  ["/", 1, 1],
  ["/StartAt", 2, 3],
  ["/States/A", 5, 5],
  ["/States/A/Choices", 7, 7],
  ["/States/A/Choices[1]", 9, 9],
  ["/States/A/Choices[1]/And", 9, 24],
  ["/States/A/B[0]", 4, 5],
  ["/States/A/B[0]/Type", 4, 17],
])("%s", (location, line, column) => {
  expect(locate(text, location)).toEqual({ line, column });
});

test("a place that the text does not have", () => {
  expect(locate(text, "/States/C")).toBeUndefined();
  expect(locate(text, "/States/A/Choices[7]")).toBeUndefined();
  expect(locate("{", "/States")).toBeUndefined();
});

test("a syntax error says its place itself", () => {
  const broken = `{\n  "a": }`;
  const [found] = validateDefinition(broken).diagnostics;
  expect(locate(broken, found?.location ?? "")).toEqual({ line: 2, column: 9 });
});
