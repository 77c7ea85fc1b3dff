import { describe, expect, test } from "vitest";
import { JsonPlaces } from "./places.js";

const text = `{
  "StartAt": "A",
  "States": {
    "A": { "Type": "Choice", "Choices": [
      { "Next": "B" },
      { "Next": "C" }
    ] },
    "a/b": { "Type": "Succeed" }
  }
}`;

describe("places in a definition", () => {
  const places = new JsonPlaces(text);

  test.each([
    ["/States/A/Type", 4, 12],
    ["/States/A/Choices/1/Next", 6, 9],
    ["/States/A/Choices/1", 6, 7],
    ["/States/a/b/Type", 8, 14],
    ["/States/a~1b/Type", 8, 14],
  ])("%s is at %i:%i", (pointer, line, column) => {
    expect(places.pointer(pointer)).toEqual({ line, column });
  });

  test("what is missing is where it would be", () => {
    expect(places.pointer("/States/A/Default")).toEqual({ line: 4, column: 5 });
    expect(places.pointer("/States/A/Choices/9")).toEqual({ line: 4, column: 30 });
    expect(places.pointer("/")).toEqual({ line: 1, column: 1 });
    expect(places.pointer(undefined)).toEqual({ line: 1, column: 1 });
  });

  test("a text that is no JSON has the place where it stops being some", () => {
    expect(new JsonPlaces('{\r\n  "a": 1,\r\n}').syntaxError()).toEqual({ line: 3, column: 1 });
    expect(new JsonPlaces("").syntaxError()).toEqual({ line: 1, column: 1 });
    expect(new JsonPlaces("[".repeat(100_000)).syntaxError().line).toBe(1);
  });
});
