import { compareKeys, type Key } from "./keys.js";
import type { LmdbTables } from "./lmdb-tables.js";
import type { Memtable, Row } from "./memtable.js";
import type { Span } from "./sorted-map.js";
import type { TableName } from "./store.js";

const FIRST_PIECE = 4;
const LARGEST_PIECE = 256;

/**
 * The rows of a table in order: those in LMDB, with layers of memory laid over them, the newest first. It reads a piece at a
 * time and goes on after the last key that it has seen, so that rows may be written, and moved, while somebody walks.
 */
export function* readRange(
  layers: () => Memtable[],
  tables: LmdbTables,
  table: TableName,
  range: Span<Key>,
): Generator<Row<string>> {
  let span: Span<Key> = range;
  for (let size = FIRST_PIECE; ; size = Math.min(size * 4, LARGEST_PIECE)) {
    const { rows, seen } = readPiece(layers(), tables, { table, span, size });
    yield* rows;
    if (seen === undefined) return;
    span = { ...range, start: seen, after: true };
  }
}

/** `seen` is the key that a piece ends with; undefined: there is nothing after it. */
function readPiece(
  layers: Memtable[],
  tables: LmdbTables,
  { table, span, size }: { table: TableName; span: Span<Key>; size: number },
): { rows: Row<string>[]; seen: Key | undefined } {
  const direction = span.reverse === true ? -1 : 1;
  const stored = tables.rows(table, span, size);
  let merged: Iterable<Row> = stored;
  for (const layer of [...layers].reverse()) merged = laidOver(layer.walk(table, span), merged, direction);
  const rows: Row<string>[] = [];
  // Beyond the last stored row there may be others that come before those in memory.
  const horizon = stored.length === size ? stored.at(-1)?.key : undefined;
  for (const { key, text } of merged) {
    if (text !== null) rows.push({ key, text });
    const atHorizon = horizon !== undefined && compareKeys(key, horizon) === 0;
    if (atHorizon || rows.length === size) return { rows, seen: key };
  }
  return { rows, seen: undefined };
}

/** Two sequences in one order as one: where both have a key, the upper one's row counts. */
function* laidOver(upper: Iterable<Row>, lower: Iterable<Row>, direction: 1 | -1): Generator<Row> {
  const below = lower[Symbol.iterator]();
  let under = below.next();
  for (const row of upper) {
    for (; under.done !== true; under = below.next()) {
      const order = compareKeys(under.value.key, row.key) * direction;
      if (order > 0) break;
      if (order < 0) yield under.value;
    }
    yield row;
  }
  for (; under.done !== true; under = below.next()) yield under.value;
}
