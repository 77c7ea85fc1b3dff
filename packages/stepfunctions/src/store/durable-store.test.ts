import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, describe, expect, type MockInstance, test, vi } from "vitest";
import { DataDirectoryDamagedError, DataDirectoryWriteError } from "./errors.js";
import { FrameWriter } from "./frame.js";
import { compareKeys, type Key } from "./keys.js";
import { Memtable } from "./memtable.js";
import { openStore } from "./open-store.js";
import type { Store, TableName, Write } from "./store.js";
import { MemorySegments } from "./testing/memory-segments.js";

const folders: string[] = [];
const stores: Store[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const store of stores.splice(0)) await store.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "store-"));
  folders.push(made);
  return made;
}

/** So little that everything is moved on all the time. */
const small = { smallestSegment: 1024, largestSegment: 4096, memory: 4096 };

async function open(
  path: string,
  segments: MemorySegments,
  limits: Partial<typeof small> = {},
  onWriteError?: (error: Error) => void,
): Promise<Store> {
  const store = await openStore(path, { segments, limits, onWriteError });
  stores.push(store);
  return store;
}

async function close(store: Store): Promise<void> {
  stores.splice(stores.indexOf(store), 1);
  await store.close();
}

/** What a process that is killed leaves: LMDB's file as it is between two commits, and a disk. */
function copyOf(path: string): string {
  const copy = folder();
  cpSync(path, copy, { recursive: true });
  return copy;
}

const SHAPES = {
  machines: fc.constantFrom("a", "b", "bb", "c\uffff", "c\u{1f600}", "d"),
  running: fc.integer({ min: 1, max: 12 }),
  outbox: fc.integer({ min: 1, max: 12 }),
  log: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 5 })),
  byMachine: fc.tuple(fc.constantFrom("m", "mm", "n"), fc.integer({ min: 0, max: 9 })),
  aliases: fc.tuple(fc.constantFrom("m", "n"), fc.constantFrom("x", "xé", "y", "\u{1f600}")),
} satisfies Partial<Record<TableName, fc.Arbitrary<Key>>>;
type Tried = keyof typeof SHAPES;
const TRIED = Object.keys(SHAPES) as Tried[];

const text = fc.oneof(fc.constant("x".repeat(700)), fc.string({ unit: "binary", maxLength: 8 }));
const table = fc.constantFrom(...TRIED);
const keyOf = (name: Tried): fc.Arbitrary<Key> => SHAPES[name];

const write = table.chain((name) =>
  fc
    .record({ key: keyOf(name), value: text, remove: fc.boolean() })
    .map(({ key, value, remove }) =>
      remove ? { table: name, key, remove } : { table: name, key, value: name === "log" ? value : { value } },
    ),
) as unknown as fc.Arbitrary<Write>;

const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ type: fc.constant("write" as const), writes: fc.array(write, { maxLength: 6 }) }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("await" as const) }) },
  {
    weight: 4,
    arbitrary: table.chain((name) =>
      fc.record({
        type: fc.constant("range" as const),
        table: fc.constant(name),
        start: fc.option(keyOf(name), { nil: undefined }),
        end: fc.option(keyOf(name), { nil: undefined }),
        reverse: fc.boolean(),
      }),
    ),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("reopen" as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("kill" as const) }) },
);

/** What a store is to be: rows by table and key. */
class Model {
  private readonly tables = new Map<TableName, Map<string, { key: Key; value: unknown }>>();

  apply(writes: Write[]): void {
    for (const each of writes) {
      const rows = this.tables.get(each.table) ?? new Map<string, { key: Key; value: unknown }>();
      this.tables.set(each.table, rows);
      if ("remove" in each) rows.delete(JSON.stringify(each.key));
      else rows.set(JSON.stringify(each.key), { key: each.key, value: each.value });
    }
  }

  rows(
    name: TableName,
    range: { start?: Key; end?: Key; reverse?: boolean } = {},
  ): { key: Key; value: unknown }[] {
    const direction = range.reverse === true ? -1 : 1;
    return [...(this.tables.get(name)?.values() ?? [])]
      .sort((a, b) => compareKeys(a.key, b.key) * direction)
      .filter(({ key }) => range.start === undefined || compareKeys(key, range.start) * direction >= 0)
      .filter(({ key }) => range.end === undefined || compareKeys(key, range.end) * direction < 0);
  }
}

function expectSame(store: Store, model: Model): void {
  for (const name of TRIED) {
    const rows = model.rows(name);
    expect([...store.range(name)]).toEqual(rows);
    for (const { key, value } of rows) expect(store.get(name, key as never)).toEqual(value);
  }
}

test("it is what a map would be, over everything that is moved, reopened and killed", {}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      let path = folder();
      let disk = new MemorySegments();
      let store = await open(path, disk, small);
      const model = new Model();
      let latest: Promise<void> = Promise.resolve();
      for (const each of steps) {
        if (each.type === "write") {
          latest = store.write(each.writes);
          model.apply(each.writes);
          continue;
        }
        await latest;
        await store.flushed();
        if (each.type === "range") {
          const { table: name, start, end, reverse } = each;
          const range = { ...(start && { start }), ...(end && { end }), reverse };
          expect([...store.range(name, range as never)]).toEqual(model.rows(name, range));
        } else if (each.type === "reopen") {
          await close(store);
          store = await open(path, disk, small);
        } else if (each.type === "kill") {
          // The old one goes on with files of its own: a process that has been killed does not close anything.
          await new Promise((resolve) => setTimeout(resolve, 2));
          const left = disk.afterPowerCut(() => true);
          path = copyOf(path);
          disk = left;
          store = await open(path, disk, small);
        }
        expectSame(store, model);
      }
      await latest;
      expectSame(store, model);
      for (const one of stores.splice(0)) await one.close();
      for (const one of folders.splice(0)) rmSync(one, { recursive: true, force: true });
    }),
    // As many as a busy disk lets through: each reopening syncs.
    { numRuns: 40, interruptAfterTimeLimit: 20_000 },
  );
});

const row = (key: number, value = `value ${key}`): Write => ({ table: "mapRunsOf", key: [key, 0], value });
const keys = (store: Store): number[] => [...store.range("mapRunsOf")].map(({ key }) => key[0]);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, place) => place + 1);

test("a power cut leaves what was acknowledged, and of the rest all or nothing", {}, async () => {
  const path = folder();
  const disk = new MemorySegments();
  const store = await open(path, disk);
  for (const key of upTo(5)) await store.write([row(key)]);
  disk.prompt = false;
  void store.write([row(6, "x".repeat(1500)), row(7), row(8)]);
  await expect.poll(() => disk.waiting).toBe(true);
  void store.write([row(9)]);
  const outcomes = new Set<number>();
  for (let kept = 0; kept < 16; kept += 1) {
    const left = disk.afterPowerCut((sector) => ((kept >> sector) & 1) === 1);
    const again = await open(copyOf(path), left);
    outcomes.add(keys(again).length);
    expect(keys(again)).toEqual(kept === 15 ? upTo(8) : upTo(5));
    await again.write([row(20)]);
    await close(again);
  }
  expect(outcomes).toEqual(new Set([5, 8]));
  disk.prompt = true;
  disk.sync();
});

test("a journal that was not written any further has every whole entry before its end, and one that was cut off is refused", async () => {
  const path = folder();
  const disk = new MemorySegments();
  const store = await open(path, disk);
  for (const key of upTo(4)) await store.write([row(key, "x".repeat(300 * key))]);
  const base = copyOf(path);
  const whole = disk.afterPowerCut(() => true);
  const [number = 0] = whole.list();
  const ends = [512, 1536, 2560, 4096];
  const expected = (size: number): number => ends.filter((end) => end <= size).length;
  expect(
    whole
      .read(number)
      .subarray(4096)
      .every((byte) => byte === 0),
  ).toBe(true);
  for (let size = 0; size <= 4608; size += 512) {
    const left = whole.afterPowerCut(() => true);
    left.files.get(number)?.bytes.fill(0, size);
    const again = await open(copyOf(base), left);
    expect([size, keys(again)]).toEqual([size, upTo(expected(size))]);
    await close(again);
  }
  for (let size = 512; size < 4200; size += size % 512 < 3 || size % 512 > 509 ? 1 : 50) {
    const left = whole.afterPowerCut(() => true);
    const file = left.files.get(number);
    if (file !== undefined) file.bytes = file.bytes.subarray(0, size);
    await expect(open(copyOf(base), left)).rejects.toThrow("it has lost its end");
  }
});

test("nobody reads what is not on disk, and who writes in one turn waits for one promise", async () => {
  const disk = new MemorySegments();
  const store = await open(folder(), disk);
  disk.prompt = false;
  const first = store.write([row(1)]);
  expect(store.write([row(2)])).toBe(first);
  await expect.poll(() => disk.waiting).toBe(true);
  const later = store.write([row(3)]);
  expect(later).not.toBe(first);
  expect(keys(store)).toEqual([]);
  disk.sync();
  await first;
  expect(keys(store)).toEqual([1, 2]);
  await expect.poll(() => disk.waiting).toBe(true);
  disk.sync();
  await later;
  expect(keys(store)).toEqual([1, 2, 3]);
  disk.prompt = true;
});

describe("what is written in one turn", () => {
  /** A clock that is moved by hand, and a store whose first write has taken a second. */
  async function timed(): Promise<{ disk: MemorySegments; store: Store; pass: (ms: number) => void }> {
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    const pass = (ms: number): void => void (now += ms);
    const disk = new MemorySegments();
    const store = await open(folder(), disk);
    disk.prompt = false;
    const first = store.write([row(1)]);
    await new Promise(setImmediate);
    pass(1_000);
    disk.sync();
    await first;
    return { disk, store, pass };
  }
  const long = "x".repeat(20_000);

  test("goes to the disk early where that is quick, and what comes after it gathers meanwhile", async () => {
    const { disk, store, pass } = await timed();
    const early = [store.write([row(2, long)])];
    pass(1_000);
    early.push(store.write([row(3, long)]));
    expect(disk.waiting).toBe(true);
    const later = [store.write([row(4, long)]), store.write([row(5, long)])];
    expect(early[1]).toBe(early[0]);
    expect(later[1]).toBe(later[0]);
    expect(later[0]).not.toBe(early[0]);
    disk.sync();
    await early[0];
    expect(keys(store)).toEqual([1, 2, 3]);
    disk.sync();
    await later[0];
    expect(keys(store)).toEqual([1, 2, 3, 4, 5]);
    disk.prompt = true;
  });

  test("waits for who goes on when a slow disk has written", async () => {
    const { disk, store, pass } = await timed();
    const before = store.write([row(2)]);
    await new Promise(setImmediate);
    const waiting = store.write([row(3)]);
    pass(1);
    disk.sync();
    await before;
    expect(disk.waiting).toBe(false);
    expect(store.write([row(4)])).toBe(waiting);
    disk.prompt = true;
    await waiting;
    expect(keys(store)).toEqual([1, 2, 3, 4]);
  });

  test("goes to the disk together where that is slow", async () => {
    const { disk, store, pass } = await timed();
    const writes = [store.write([row(2, long)])];
    pass(999);
    writes.push(store.write([row(3, long)]));
    expect(disk.waiting).toBe(false);
    disk.prompt = true;
    await Promise.all(writes);
    expect(keys(store)).toEqual([1, 2, 3]);
  });
});

test("a walk goes on over what is written and moved meanwhile", async () => {
  const disk = new MemorySegments();
  const path = folder();
  const store = await open(path, disk, small);
  await store.write(upTo(600).map((key) => row(key)));
  const seen: number[] = [];
  for (const { key } of store.range("mapRunsOf")) {
    seen.push(key[0]);
    if (key[0] % 100 === 0)
      await store.write([{ table: "mapRunsOf", key: [key[0] + 50, 0], remove: true }, row(key[0] - 0.5)]);
  }
  // What was removed before the walk came to it may be seen or not, all else is seen once.
  const gone = [150, 250, 350, 450, 550];
  expect(seen.filter((key) => !gone.includes(key))).toEqual(upTo(600).filter((key) => !gone.includes(key)));
  expect(keys(store)).toHaveLength(601);
});

test.each([
  ["ENOSPC", /^The disk of the data folder .* is full\. Make room and start again/],
  ["EIO", /^The data folder .* could not be written \(EIO\)/],
])("after a write that failed with %s nothing is acknowledged any more", async (code, message) => {
  const disk = new MemorySegments();
  const path = folder();
  const told = vi.fn<(error: Error) => void>();
  const store = await open(path, disk, {}, told);
  await store.write([row(1)]);
  expect(told).not.toHaveBeenCalled();
  disk.failure = Object.assign(new Error(code), { code });
  const failed = [store.write([row(2)]), store.write([row(3)])];
  for (const write of failed) {
    await expect(write).rejects.toThrow(DataDirectoryWriteError);
    await expect(write).rejects.toThrow(message);
  }
  expect(told.mock.calls[0]?.[0].message).toMatch(message);
  disk.failure = null;
  await expect(store.write([row(4)])).rejects.toThrow(message);
  await expect(store.flushed()).rejects.toThrow(message);
  expect(keys(store)).toEqual([1]);
  await close(store);
  expect(keys(await open(path, disk))).toEqual([1]);
});

test.each([
  ["as bytes", (): MockInstance => vi.spyOn(FrameWriter.prototype, "frame") as MockInstance],
  ["in memory", (): MockInstance => vi.spyOn(Memtable.prototype, "apply") as MockInstance],
])("what cannot be kept %s fails those who wrote it, and all after them, and nobody else", async (_, spy) => {
  const disk = new MemorySegments();
  const path = folder();
  const store = await open(path, disk);
  await store.write([row(1)]);
  spy().mockImplementationOnce(() => {
    throw new RangeError("Array buffer allocation failed");
  });
  const failed = [store.write([row(2)]), store.write([row(3)])];
  for (const write of failed) await expect(write).rejects.toThrow("Array buffer allocation failed");
  await expect(store.write([row(4)])).rejects.toThrow(DataDirectoryWriteError);
  expect(keys(store)).toEqual([1]);
  vi.restoreAllMocks();
  await close(store);
  expect(keys(await open(path, disk))).toContain(1);
});

test("a disk that is full when the next segment is made fails those who write", async () => {
  const disk = new MemorySegments();
  const store = await open(folder(), disk, small);
  disk.createFailure = Object.assign(new Error("no space"), { code: "ENOSPC" });
  const writing = async (): Promise<void> => {
    for (const key of upTo(100)) await store.write([row(key)]);
  };
  await expect(writing()).rejects.toThrow("is full");
});

test("a journal of which something is missing is refused", async () => {
  const path = folder();
  const disk = new MemorySegments();
  const store = await open(path, disk);
  for (const key of upTo(3)) await store.write([row(key)]);
  const base = copyOf(path);
  const whole = disk.afterPowerCut(() => true);
  const [number = 0] = whole.list();
  const without = async (change: (left: MemorySegments) => void): Promise<Store> => {
    const left = whole.afterPowerCut(() => true);
    change(left);
    return open(copyOf(base), left);
  };
  expect(keys(await without(() => {}))).toEqual(upTo(3));
  const bytesOf = (left: MemorySegments): Buffer => left.files.get(number)?.bytes ?? Buffer.alloc(0);
  await expect(without((left) => void left.files.delete(number))).rejects.toThrow(
    /journal-0000000\d of its journal is missing/,
  );
  await expect(without((left) => void bytesOf(left).fill(0, 512, 1024))).rejects.toThrow(
    "a hole before its end",
  );
  await expect(without((left) => void bytesOf(left).copy(bytesOf(left), 512, 1024, 1536))).rejects.toThrow(
    "it has entry 3 where 2 should be",
  );
  await expect(
    without((left) => void bytesOf(left).write("V", bytesOf(left).indexOf("value 2"))),
  ).rejects.toThrow(DataDirectoryDamagedError);
  await expect(
    without((left) => void bytesOf(left).write("V", bytesOf(left).indexOf("value 3"))),
  ).rejects.toThrow("an entry has changed");
  await expect(
    without((left) => {
      const file = left.files.get(number);
      if (file !== undefined) left.files.set(number + 1, { ...file, bytes: Buffer.from("x") });
    }),
  ).rejects.toThrow("has lost its end");
});

test("a key that is too long is refused, with all that was to be written with it", async () => {
  const store = await open(folder(), new MemorySegments());
  const long: Write = { table: "numbers", key: "x".repeat(2_000), value: 1 };
  await expect(store.write([row(1), long])).rejects.toThrow(RangeError);
  await store.write([row(2)]);
  expect(keys(store)).toEqual([2]);
});
test("a write that is refused before there is another holds up neither those who wait for all, nor the end", async () => {
  const store = await openStore(folder(), { segments: new MemorySegments() });
  const long: Write = { table: "numbers", key: "x".repeat(2_000), value: 1 };
  await expect(store.write([long])).rejects.toThrow(RangeError);
  await expect(Promise.race([store.flushed().then(() => "flushed"), sleep(10_000)])).resolves.toBe("flushed");
  await store.close();
});
