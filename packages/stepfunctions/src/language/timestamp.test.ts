import { expect, test } from "vitest";
import { parseTimestamp } from "./timestamp.js";

test.each([
  ["2016-03-14T01:59:00Z", Date.UTC(2016, 2, 14, 1, 59)],
  ["2016-03-14T01:59:00.5Z", Date.UTC(2016, 2, 14, 1, 59, 0, 500)],
  ["2016-03-14T01:59:00.123456789+02:00", Date.UTC(2016, 2, 13, 23, 59, 0, 123)],
])("%s", (text, expected) => {
  expect(parseTimestamp(text)).toBe(expected);
});

test.each([
  "2016-13-05T21:29:29Z",
  "2016-02-30T00:00:00Z",
  "2016-12-05T25:29:29Z",
  "2016-12-05 21:29:29Z",
  "2016-12-05T21:29:29",
  "now",
  "",
])("%s is none", (text) => {
  expect(parseTimestamp(text)).toBeUndefined();
});
