import { expect, it } from "vitest";
import { parseRange } from "./download.js";

it.each([
  ["bytes=0-0", { start: 0, end: 0 }],
  ["bytes=2-", { start: 2, end: 9 }],
  ["bytes=2-99", { start: 2, end: 9 }],
  ["bytes=-3", { start: 7, end: 9 }],
  ["bytes=-99", { start: 0, end: 9 }],
  ["bytes=10-", "unsatisfiable"],
  ["bytes=-0", "unsatisfiable"],
  ["bytes=5-2", null],
  ["bytes=-", null],
  ["bytes=0-1,4-5", null],
  ["lines=0-1", null],
  [undefined, null],
] as const)("of ten bytes takes %s for %o", (header, range) => expect(parseRange(header, 10)).toEqual(range));

it("has no part of an empty file to give", () => expect(parseRange("bytes=0-", 0)).toBe("unsatisfiable"));
