import { checkpoint, MARK } from "./checkpoint.js";
import { changesAmong } from "./changes.js";
import { DataDirectoryDamagedError } from "./errors.js";
import { type Frame, framesOf, SegmentError } from "./frame.js";
import type { Mark } from "./journal.js";
import type { LmdbTables } from "./lmdb-tables.js";
import { Memtable } from "./memtable.js";
import { type SegmentFile, type Segments, segmentName } from "./segments.js";
import { TABLES } from "./tables.js";

/**
 * Moves what a process left in the journal to the tables, and begins another segment.
 * @returns where the journal goes on, and in which file, of `size` bytes
 * @throws DataDirectoryDamagedError when the journal is not what the tables say that it is
 */
export async function recover(
  folder: string,
  tables: LmdbTables,
  segments: Segments,
  size: number,
): Promise<{ mark: Mark; file: SegmentFile }> {
  const present = segments.list();
  const left = tables.property(MARK) as Mark | undefined;
  if (left === undefined) assertNew(folder, tables, segments, present);
  const memtable = new Memtable((table, key) => tables.has(table, key));
  const sequence = left === undefined ? 0 : replay(folder, segments, present, left, memtable);
  const mark = { sequence, segment: Math.max(left?.segment ?? 0, ...present) + 1 };
  // Before the mark that names it.
  const file = await segments.create(mark.segment, size);
  await checkpoint(memtable, tables, mark);
  for (const number of present) await segments.remove(number);
  return { mark, file };
}

/** A folder that nothing has been written to has no mark yet. */
function assertNew(folder: string, tables: LmdbTables, segments: Segments, present: number[]): void {
  const used = TABLES.some((table) => tables.rows(table, {}, 1).length > 0);
  if (used) throw new DataDirectoryDamagedError(folder, "it does not tell where its journal begins");
  for (const number of present)
    if (read(folder, segments, number, 1).frames.length > 0)
      throw new DataDirectoryDamagedError(folder, "it has a journal without the data that this goes on from");
}

/** @returns the sequence of the last entry */
function replay(
  folder: string,
  segments: Segments,
  present: number[],
  from: Mark,
  memtable: Memtable,
): number {
  let { sequence } = from;
  for (let number = from.segment; ; number += 1) {
    if (!present.includes(number))
      throw new DataDirectoryDamagedError(
        folder,
        `the file ${segmentName(number)} of its journal is missing`,
      );
    const { bytes, frames } = read(folder, segments, number, sequence + 1);
    for (const { at, end } of frames) memtable.apply(bytes, changesAmong(bytes, at, end));
    sequence += frames.length;
    if (frames.at(-1)?.last !== true) {
      assertUnused(folder, segments, present, number);
      return sequence;
    }
  }
}

/** A segment that was made for later has nothing in it. */
function assertUnused(folder: string, segments: Segments, present: number[], after: number): void {
  for (const number of present)
    if (number > after && segments.read(number).some((byte) => byte !== 0))
      throw new DataDirectoryDamagedError(
        folder,
        `the file ${segmentName(after)} of its journal has lost its end`,
      );
}

function read(
  folder: string,
  segments: Segments,
  number: number,
  first: number,
): { bytes: Buffer; frames: Frame[] } {
  const bytes = segments.read(number);
  try {
    return { bytes, frames: framesOf(bytes, first) };
  } catch (error) {
    if (!(error instanceof SegmentError)) throw error;
    throw new DataDirectoryDamagedError(
      folder,
      `the file ${segmentName(number)} of its journal is not as it was written: ${error.message}`,
    );
  }
}
