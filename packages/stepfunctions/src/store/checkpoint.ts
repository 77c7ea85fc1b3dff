import type { Mark } from "./journal.js";
import type { LmdbTables } from "./lmdb-tables.js";
import type { Memtable, SealedRow } from "./memtable.js";
import { TABLES } from "./tables.js";

/** What is moved at a time: the event loop is held for two or three milliseconds. */
const SLICE_ROWS = 1_000;
const SLICE_BYTES = 512 * 1024;

/**
 * Moves what the journal holds up to a mark to where it stays, slice by slice. The mark is written with the last: until then
 * the journal is read again from the mark before, and what has been moved already comes to the same.
 */
export async function checkpoint(from: Memtable, tables: LmdbTables, mark: Mark): Promise<void> {
  const slices = slicesOf(from);
  for (let slice = slices.next(); ; ) {
    const { value, done } = slice;
    if (done === true) {
      await tables.write(value, { name: MARK, value: mark });
      return;
    }
    await tables.write(value);
    slice = slices.next();
  }
}

/** The name under which the mark is kept. */
export const MARK = "journal";

/** Yields all slices but the last, and returns that. */
function* slicesOf(from: Memtable): Generator<SealedRow[], SealedRow[]> {
  let slice: SealedRow[] = [];
  let bytes = 0;
  for (const table of TABLES)
    for (const row of from.sealed(table)) {
      if (slice.length >= SLICE_ROWS || bytes >= SLICE_BYTES) {
        yield slice;
        slice = [];
        bytes = 0;
      }
      slice.push(row);
      bytes += row.bytes?.length ?? 0;
    }
  return slice;
}
