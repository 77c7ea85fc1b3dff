import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonSplitter } from "./json-splitter.js";
import { LineSplitter } from "./line-splitter.js";
import type { OnRow, Splitter } from "./splitter.js";

type Make = (maxBytes: number, onRow: OnRow) => Splitter;
const arrays: Make = (maxBytes, onRow) => new JsonSplitter(maxBytes, onRow);
const lines: Make = (maxBytes, onRow) => new LineSplitter(maxBytes, onRow);

function split(make: Make, chunks: readonly (string | Uint8Array)[], maxBytes = 1_000): [number, string][] {
  const found: [number, string][] = [];
  const splitter = make(maxBytes, (bytes, start, end, line) => {
    found.push([line, bytes.toString("utf8", start, end).trimEnd()]);
  });
  for (const chunk of chunks) splitter.push(Buffer.from(chunk as Uint8Array));
  splitter.end();
  return found;
}

describe("elements of a JSON array", () => {
  it("come one by one with the line they begin on", () => {
    const text = '\n[ {"a": "],}\\"" , "b": [1, {"c": 2}]},\n\n  7 ,\n"x\\\\", null\n]\n';
    expect(split(arrays, [text])).toEqual([
      [2, '{"a": "],}\\"" , "b": [1, {"c": 2}]}'],
      [4, "7"],
      [5, '"x\\\\"'],
      [5, "null"],
    ]);
    expect(split(arrays, ["[]"])).toEqual([]);
    expect(split(arrays, ["[1,]"])).toEqual([[1, "1"]]);
  });

  it("are the same for any array, cut anywhere", () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 5 }),
        fc.nat(),
        fc.boolean(),
        (values, cut, pretty) => {
          const bytes = Buffer.from(JSON.stringify(values, null, pretty ? 2 : 0));
          const at = cut % (bytes.length + 1);
          const found = split(arrays, [bytes.subarray(0, at), bytes.subarray(at)], 100_000);
          expect(found.map(([, text]) => JSON.parse(text))).toEqual(JSON.parse(bytes.toString()));
        },
      ),
    );
  });

  it.each([
    ["[1, 2", "BROKEN_JSON", /cut off/],
    ['[{"a": 1, {"b": 2}]', "BROKEN_JSON", /begins on line 1/],
    ["[1] 2", "BROKEN_JSON", /more after the end/],
    [`["${"x".repeat(2_000)}"]`, "LINE_TOO_LONG", /line 1 is longer/],
    [`[${"[".repeat(2_000)}`, "LINE_TOO_LONG", /line 1 is longer/],
  ])("%.20s is refused", (text, code, message) => {
    expect(() => split(arrays, [text])).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});

describe("lines", () => {
  it("come with their numbers; blank ones count but do not come", () => {
    const bytes = Buffer.from('{"a":1}\r\n\n  \n{"b":"é"}\n{"c":3}');
    const expected = [
      [1, '{"a":1}'],
      [4, '{"b":"é"}'],
      [5, '{"c":3}'],
    ];
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(split(lines, [bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(expected);
    }
  });

  it("are refused when too long, finished or not", () => {
    expect(() => split(lines, [`1\n${"x".repeat(1_001)}\n`])).toThrow(/Line 2 is longer than 1000 bytes/);
    expect(() => split(lines, ["1\n", ..."x".repeat(1_001)])).toThrow(/Line 2 is longer than 1000 bytes/);
  });
});
