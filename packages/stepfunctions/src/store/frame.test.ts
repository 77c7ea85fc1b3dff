import fc from "fast-check";
import { expect, test } from "vitest";
import { ChangesText, changesAmong } from "./changes.js";
import { framesOf, FrameWriter, SegmentError } from "./frame.js";
import type { Key } from "./keys.js";
import type { TableName } from "./store.js";

interface Change {
  table: TableName;
  key: Key;
  text: string | null;
}

function textOf(changes: Change[]): ChangesText {
  const made = new ChangesText();
  for (const { table, key, text } of changes)
    if (text === null) made.remove(table, key);
    else made.put(table, key, text);
  return made;
}

const change: fc.Arbitrary<Change> = fc.record({
  table: fc.constantFrom("log", "running", "numbers"),
  key: fc.oneof(fc.integer(), fc.string(), fc.string({ unit: "binary" }), fc.tuple(fc.string(), fc.nat())),
  text: fc.option(fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.constant("é".repeat(900)))),
});

function segment(batches: Change[][], lastOnly = false): Buffer {
  const writer = new FrameWriter();
  const frames = batches.map((changes, place) => {
    return Buffer.from(
      writer.frame(textOf(changes), {
        sequence: place + 1,
        last: lastOnly && place === batches.length - 1,
        size: 512,
      }).bytes,
    );
  });
  return Buffer.concat([...frames, Buffer.alloc(2048)]);
}

function read(bytes: Buffer): Change[][] {
  return framesOf(bytes, 1).map(({ at, end }) =>
    [...changesAmong(bytes, at, end)].map(({ table, key, at: from, length }) => ({
      table,
      key,
      text: from < 0 ? null : bytes.toString("utf8", from, from + length),
    })),
  );
}

test("what is read is what was written, wherever each text was said to be", () => {
  fc.assert(
    fc.property(fc.array(fc.array(change), { maxLength: 5 }), (batches) => {
      expect(read(segment(batches))).toEqual(batches);
      const writer = new FrameWriter();
      for (const changes of batches) {
        const { chunk, placed } = writer.frame(textOf(changes), { sequence: 1, last: false, size: 512 });
        const texts = placed.map(({ at, length }) =>
          at < 0 ? null : chunk.toString("utf8", at, at + length),
        );
        expect(texts).toEqual(changes.map((each) => each.text));
      }
    }),
  );
});

const batches: Change[][] = [1, 2, 3].map((number) => [
  { table: "log", key: [number, 0], text: "x".repeat(400 * number) },
  { table: "running", key: number, text: null },
]);

test("a byte that has changed is noticed wherever it is, or is no part of any entry", () => {
  const whole = segment(batches);
  let noticed = 0;
  for (let at = 0; at < whole.length; at += 1) {
    const changed = Buffer.from(whole);
    changed.writeUInt8((changed[at] ?? 0) ^ (1 << (at % 8)), at);
    try {
      expect(read(changed)).toEqual(batches);
    } catch (error) {
      expect(error).toBeInstanceOf(SegmentError);
      noticed += 1;
    }
  }
  expect(noticed).toBeGreaterThan(2_500);
});

test("a segment that was cut off within its first entry is told from one whose first entry was not written wholly", () => {
  const changes = textOf([{ table: "log", key: 1, text: "x".repeat(2_000) }]);
  const { bytes } = new FrameWriter().frame(changes, { sequence: 1, last: false, size: 4_096 });
  const written = bytes.subarray(0, 1_024);
  expect(framesOf(Buffer.concat([written, Buffer.alloc(4_096 - 1_024)]), 1)).toEqual([]);
  expect(() => framesOf(written, 1)).toThrow("it has lost its end");
});

test("nothing is read after the entry that ends a segment", () => {
  const ended = segment(batches, true);
  const other = Buffer.concat([ended.subarray(0, -2048), segment(batches)]);
  expect(read(other)).toEqual(batches);
  expect(framesOf(ended, 1).map(({ last }) => last)).toEqual([false, false, true]);
});
