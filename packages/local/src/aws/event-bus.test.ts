import { expect, it } from "vitest";
import { matches } from "./event-bus.js";

const event = { source: "aws.states", detail: { status: "FAILED", tags: ["a", "b"], nothing: null } };

it.each([
  [{ source: ["aws.states"] }, true],
  [{ source: ["other", "aws.states"] }, true],
  [{ source: ["other"] }, false],
  [{ source: ["aws.states"], detail: { status: ["FAILED", "ABORTED"] } }, true],
  [{ source: ["aws.states"], detail: { status: ["SUCCEEDED"] } }, false],
  [{ detail: { tags: ["b", "c"] } }, true],
  [{ detail: { nothing: [null] } }, true],
  [{ detail: { missing: [null] } }, false],
  [{ source: { nested: ["x"] } }, false],
  [{ constructor: ["x"] }, false],
  [{}, true],
])("the pattern %o matches: %s", (pattern, expected) => {
  expect(matches(pattern, event)).toBe(expected);
});
