import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import type * as checkpoints from "./checkpoint.js";
import { MemorySegments } from "./testing/memory-segments.js";

/** What is to be moved into LMDB waits for this. */
const gate = { open: Promise.resolve() };
vi.doMock("./checkpoint.js", async (original) => {
  const real = await original<typeof checkpoints>();
  return {
    ...real,
    checkpoint: async (...given: Parameters<typeof real.checkpoint>) => {
      await gate.open;
      return real.checkpoint(...given);
    },
  };
});
// The store of other tests in this process has the real one, before and after.
vi.resetModules();
const { openStore } = await import("./open-store.js");
afterAll(() => {
  vi.doUnmock("./checkpoint.js");
  vi.resetModules();
});

const MEMORY = 4096;
const ROW = "x".repeat(500);
/** A write of this disk and all that follows from it takes a few. */
const MANY_TURNS = 50;

async function turns(): Promise<"stalled"> {
  for (let turn = 0; turn < MANY_TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return "stalled";
}

test("while LMDB does not keep up, nothing more is written than what memory may hold", async () => {
  const folder = mkdtempSync(join(tmpdir(), "store-"));
  const disk = new MemorySegments();
  const store = await openStore(folder, {
    segments: disk,
    limits: { smallestSegment: 1024, largestSegment: 4096, memory: MEMORY },
  });
  let letGo = (): void => {};
  try {
    gate.open = new Promise((resolve) => (letGo = resolve));
    const acknowledged: number[] = [];
    let held: Promise<void> | undefined;
    for (let turn = 0; held === undefined && turn < 1_000; turn += 1) {
      const written = store.write([{ table: "log", key: [1, turn], value: ROW }]);
      if ((await Promise.race([written, turns()])) === "stalled") held = written;
      else acknowledged.push(turn);
    }
    expect(held).toBeDefined();
    // One layer that is being moved, and four times as much behind it.
    expect(acknowledged.length * ROW.length).toBeLessThan(6 * MEMORY);
    expect(disk.waiting).toBe(false);
    expect(store.get("log", [1, acknowledged.length])).toBeUndefined();
    letGo();
    await held;
    const rows = [...store.range("log")].map(({ key }) => key[1]);
    expect(rows).toEqual([...acknowledged, acknowledged.length]);
  } finally {
    letGo();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
