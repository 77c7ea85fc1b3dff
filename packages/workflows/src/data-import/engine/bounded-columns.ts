import type { ColumnProfile } from "../result.js";

/** A run's result travels through state machine payloads of 256 kB, and events of it through the database. */
const maxColumnsBytes = 80_000;

type Trim = (columns: readonly ColumnProfile[]) => { columns: ColumnProfile[]; cut: string | null };

const top = (column: ColumnProfile, values: number): ColumnProfile => ({
  ...column,
  top: { ...column.top, values: column.top.values.slice(0, values) },
});

/** From mild to harsh: the first that makes the columns small enough is taken. */
const trims: readonly Trim[] = [
  (columns) => ({ columns: columns.map((column) => top(column, 10)), cut: null }),
  (columns) => ({
    columns: columns.map((column) => top(column, 3)),
    cut: "Only the three most frequent values of each column are shown here; the profile file has more.",
  }),
  (columns) => ({
    columns: columns.map((column) => ({ ...top(column, 1), histogram: null })),
    cut: "Histograms and most frequent values are left out here; the profile file has them.",
  }),
];

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

/**
 * As much of the profile as fits into `maxBytes` of JSON, and a sentence on what was left out. The columns
 * themselves are cut last, from the end.
 */
export function boundedColumns(
  columns: readonly ColumnProfile[],
  maxBytes = maxColumnsBytes,
): { columns: ColumnProfile[]; cut: string | null } {
  for (const trim of trims) {
    const trimmed = trim(columns);
    if (bytesOf(trimmed.columns) <= maxBytes) return trimmed;
  }
  const kept: ColumnProfile[] = [];
  let bytes = 2;
  for (const column of columns) {
    const small = { ...top(column, 0), histogram: null };
    bytes += bytesOf(small) + 1;
    if (bytes > maxBytes) break;
    kept.push(small);
  }
  const cut = `Only the first ${kept.length} of ${columns.length} columns are shown here, without histograms and most frequent values; the profile file has them all.`;
  return { columns: kept, cut };
}
