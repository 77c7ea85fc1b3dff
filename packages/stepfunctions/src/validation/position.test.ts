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

test("what the text does not have is where the innermost thing round it is", () => {
  expect(locate(text, "/States/C")).toEqual({ line: 3, column: 3 });
  expect(locate(text, "/States/A/Choices[7]/Next")).toEqual({ line: 7, column: 7 });
  expect(locate(text, undefined)).toEqual({ line: 1, column: 1 });
});

test("a syntax error is where the first character does not fit", () => {
  const broken = `{\n  "a": }`;
  const [found] = validateDefinition(broken).diagnostics;
  expect(locate(broken, found?.location)).toEqual({ line: 2, column: 8 });
  expect(locate("[".repeat(100_000), "[Source: x]").line).toBe(1);
});
