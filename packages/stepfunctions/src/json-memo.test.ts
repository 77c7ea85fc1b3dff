import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonMemo } from "./json-memo.js";

const noted = (text: string): { memo: JsonMemo; value: unknown } => {
  const memo = new JsonMemo();
  return { memo, value: memo.read(text) };
};

test("it reads and writes as JSON does, whatever it knows", () => {
  const json = fc.json({ depthSize: "small" });
  fc.assert(
    fc.property(json, json, fc.string(), (text, other, key) => {
      const { memo, value } = noted(text);
      expect(memo.read(text)).toEqual(JSON.parse(text));
      expect(memo.write(value)).toBe(JSON.stringify(value));
      for (const made of [
        JSON.parse(other),
        [value],
        { [key]: value },
        { a: JSON.parse(other), [key]: value, 1: 2 },
      ])
        expect(memo.write(made)).toBe(JSON.stringify(made));
      expect(memo.read(memo.write(value))).toEqual(value);
      expect(memo.read(other)).toEqual(JSON.parse(other));
    }),
  );
});

test("what has been read or written is not parsed again", () => {
  const { memo, value } = noted('{ "n": 1 }');
  expect(memo.read('{ "n": 1 }')).toBe(value);
  expect(memo.write(value)).toBe('{"n":1}');
  expect(memo.read('{"n":1}')).toBe(value);
});

test("a value that was made, and may not be what its text says, is parsed again", () => {
  const { memo } = noted('{"n":1}');
  const made = { not: undefined, number: Number.NaN };
  const text = memo.write(made);
  expect(memo.read(text)).toEqual({ number: null });
});

test("a zero below zero is read again as it was written", () => {
  const { memo, value } = noted('{"n":-0}');
  expect(memo.read(memo.write(value))).toEqual({ n: 0 });
});

test("what JSON has no word for is left out beside a known value too", () => {
  const { memo, value } = noted("[1]");
  expect(memo.write({ none: undefined, value, work: () => 1 })).toBe('{"value":[1]}');
  expect(memo.write({ value, toJSON: () => 5 })).toBe("5");
});
