import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { open } from "lmdb";

export interface FloorFigures {
  /** Writes of 200 bytes a second, each with its own fdatasync, one after the other, and the median of one in ms. */
  synced: number;
  syncedP50: number;
  /** Durable LMDB puts of 200 bytes a second by 50 writers, of which each waits for its own before the next. */
  puts: number;
}

/** What the disk and the store give at best here and now: the figures beside it are read against this. */
export async function floor({ directory, ms }: { directory: string; ms: number }): Promise<FloorFigures> {
  return { ...syncEach(directory, ms), puts: await putTogether(directory, ms) };
}

function syncEach(directory: string, ms: number): { synced: number; syncedP50: number } {
  const file = openSync(join(directory, "floor.log"), "a");
  const line = Buffer.alloc(200, "x");
  const took: number[] = [];
  const began = performance.now();
  while (performance.now() - began < ms) {
    const start = performance.now();
    writeSync(file, line);
    fdatasyncSync(file);
    took.push(performance.now() - start);
  }
  closeSync(file);
  took.sort((a, b) => a - b);
  return { synced: (took.length / ms) * 1000, syncedP50: took[took.length >> 1] ?? Number.NaN };
}

async function putTogether(directory: string, ms: number): Promise<number> {
  const root = open<Buffer, number>({
    path: join(directory, "floor"),
    encoding: "binary",
    overlappingSync: false,
  });
  const value = Buffer.alloc(200, "x");
  let puts = 0;
  const began = performance.now();
  const writer = async (): Promise<void> => {
    while (performance.now() - began < ms) await root.put(puts++, value);
  };
  await Promise.all(Array.from({ length: 50 }, writer));
  await root.close();
  return (puts / ms) * 1000;
}
