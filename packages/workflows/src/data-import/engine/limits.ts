/** Bounds that keep memory and time in hand whatever the file holds. Tests lower them. */
export interface Limits {
  /** Bytes after gunzip. */
  readonly maxInflatedBytes: number;
  /** Bytes of one CSV record, NDJSON line or JSON array element. */
  readonly maxRecordBytes: number;
  /** Bytes of one cell; a row with a longer one is rejected. */
  readonly maxCellBytes: number;
  readonly maxColumns: number;
  /** Characters of a column name. */
  readonly maxNameLength: number;
  /** How deep a JSON value may nest. */
  readonly maxDepth: number;
  /** Bytes of decoded text from which format, delimiter and column types are inferred. */
  readonly sampleBytes: number;
  /** Bytes of the artifact that lists rejected rows. */
  readonly maxRejectedBytes: number;
  /** Bytes of a rejected row's text in that artifact. */
  readonly maxRejectedRowBytes: number;
}

export const defaultLimits: Limits = {
  maxInflatedBytes: 2 * 1024 ** 3,
  maxRecordBytes: 1024 ** 2,
  maxCellBytes: 100_000,
  maxColumns: 1_000,
  maxNameLength: 200,
  maxDepth: 64,
  sampleBytes: 256 * 1024,
  maxRejectedBytes: 40_000_000,
  maxRejectedRowBytes: 2_000,
};

/** How much one column may remember before sketches take over; the more columns, the less each. */
export interface ColumnBudget {
  /** Distinct values counted one by one. */
  readonly distinct: number;
  /** Registers of the distinct counter are 2 to this power. */
  readonly hyperLogLogBits: number;
}

const clamp = (low: number, value: number, high: number) => Math.max(low, Math.min(high, Math.floor(value)));

export function columnBudget(columns: number): ColumnBudget {
  return {
    distinct: clamp(500, 400_000 / columns, 10_000),
    hyperLogLogBits: columns > 100 ? 12 : 14,
  };
}
