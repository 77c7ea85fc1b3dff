import { expect, test } from "vitest";
import { ChangesText } from "./changes.js";
import { FrameWriter } from "./frame.js";
import type { Key } from "./keys.js";
import { Memtable } from "./memtable.js";

function apply(memtable: Memtable, key: Key, text: string | null): void {
  const changes = new ChangesText();
  if (text === null) changes.remove("running", key);
  else changes.put("running", key, text);
  const { chunk, placed } = new FrameWriter().frame(changes, { sequence: 1, last: false, size: 0 });
  memtable.apply(chunk, placed);
}

test("a row that comes and goes leaves nothing, unless it may be elsewhere", () => {
  const memtable = new Memtable((_, key) => key === 2);
  for (const key of [1, 2]) {
    apply(memtable, key, "there");
    apply(memtable, key, null);
  }
  expect([...memtable.sealed("running")]).toEqual([{ table: "running", key: 2, bytes: null }]);
  expect([memtable.get("running", 1), memtable.get("running", 2)]).toEqual([undefined, null]);
});

test("a row that is put twice is kept once", () => {
  const memtable = new Memtable(() => true);
  apply(memtable, 1, "first");
  apply(memtable, 1, "second");
  expect([...memtable.sealed("running")].map(({ bytes }) => bytes?.toString("utf8", 4))).toEqual(["second"]);
});

test("rows that come and go while somebody walks are walked over once, in order", () => {
  const memtable = new Memtable(() => false);
  const walked = (): Key[] => [...memtable.walk("running", {})].map(({ key }) => key);
  for (let round = 0; round < 40; round += 1) {
    for (let key = 10; key > 0; key -= 1) apply(memtable, key, "there");
    expect(walked()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const key of [2, 4, 6]) apply(memtable, key, null);
    expect(walked()).toEqual([1, 3, 5, 7, 8, 9, 10]);
  }
});
