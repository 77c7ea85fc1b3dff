import type { Limits } from "../limits.js";
import { type CellReader, type Kind, kinds } from "./cell.js";
import type { CsvRecord } from "./csv-parser.js";
import {
  brokenQuotes,
  excerpt,
  isMissing,
  type Reject,
  tooLong,
  wrongFieldCount,
  wrongType,
} from "./rejection.js";
import { type Column, fits, type Table } from "./table.js";

const space = 0x20;
const isBlank = (byte: number) => byte === space || byte === 0x09;

const absent = 0;
const present = 1;
const misfit = 2;

const cellsInBatch = 16 * 1024;

type Reason = ReturnType<typeof wrongFieldCount>;

/** A record that is refused, and its place. */
interface Refusal {
  readonly reason: Reason;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** The cells of one column, a batch of rows long. */
interface Cells {
  readonly column: Column;
  /** Of cells that are present. */
  readonly values: Float64Array;
  readonly states: Uint8Array;
  /** For each kind of cell: absent, present or misfit. */
  readonly verdicts: Uint8Array;
}

/**
 * Checks CSV records against the columns, and adds those that hold to the profile: a batch at a time, column
 * by column, since a loop over cells of one kind and one column's tables is what processors are quick at.
 */
export class CsvRows {
  private readonly table: Table;
  private readonly reader: CellReader;
  private readonly limits: Limits;
  private readonly reject: Reject;
  private readonly cells: readonly Cells[];
  private readonly capacity: number;
  private size = 0;
  /** Where the cells are in `bytes`, row by row. */
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;
  private bytes: Uint8Array = new Uint8Array(0);
  private readonly lines: Float64Array;
  private readonly rawStarts: Int32Array;
  private readonly rawEnds: Int32Array;
  /** For each row the first column whose cell does not fit, or -1. */
  private readonly bad: Int16Array;
  /** The rows of the batch that hold. */
  private readonly accepted: Int32Array;
  private refusals: Refusal[] = [];

  constructor(table: Table, reader: CellReader, limits: Limits, reject: Reject) {
    this.table = table;
    this.reader = reader;
    this.limits = limits;
    this.reject = reject;
    const rows = Math.ceil(cellsInBatch / table.columns.length);
    this.capacity = rows;
    this.cells = table.columns.map((column) => ({
      column,
      values: new Float64Array(rows),
      states: new Uint8Array(rows),
      verdicts: verdictsOf(column),
    }));
    this.starts = new Int32Array(rows * table.columns.length);
    this.ends = new Int32Array(rows * table.columns.length);
    this.lines = new Float64Array(rows);
    this.rawStarts = new Int32Array(rows);
    this.rawEnds = new Int32Array(rows);
    this.bad = new Int16Array(rows);
    this.accepted = new Int32Array(rows);
  }

  /** Takes a record into the batch. Its bytes must stay as they are until `flush`. */
  add(record: CsvRecord): void {
    const { size, starts, ends } = this;
    const width = this.cells.length;
    this.table.rowsRead++;
    this.bytes = record.bytes;
    const reason = this.flawOf(record);
    if (reason !== null) {
      const { line, rawStart, rawEnd } = record;
      this.refusals.push({ reason, line, start: rawStart, end: rawEnd });
      return;
    }
    for (let i = 0, at = size * width; i < width; i++, at++) {
      starts[at] = record.starts[i] as number;
      ends[at] = record.ends[i] as number;
    }
    this.lines[size] = record.line;
    this.rawStarts[size] = record.rawStart;
    this.rawEnds[size] = record.rawEnd;
    this.size = size + 1;
    if (this.size === this.capacity) this.flush();
  }

  /** Checks the batch and adds it to the profile. */
  flush(): void {
    const { cells, size, bad, accepted, table } = this;
    this.trim();
    bad.fill(-1, 0, size);
    cells.forEach((column, i) => {
      if (column.column.plan.tracked) this.read(column, i);
    });
    let rows = 0;
    for (let row = 0; row < size; row++) {
      if ((bad[row] as number) < 0) accepted[rows++] = row;
      else this.refuseMisfit(row);
    }
    table.rowsAccepted += rows;
    cells.forEach((column, i) => {
      if (column.column.numbers === null) this.profileTexts(column.column, i, rows);
      else profileNumbers(column, accepted, rows);
    });
    this.size = 0;
    this.refuse();
  }

  /** What is wrong with the record as a whole. */
  private flawOf(record: CsvRecord): Reason | null {
    const { columns } = this.table;
    const { maxCellBytes } = this.limits;
    if (record.flaw !== null) return brokenQuotes(record.flaw);
    if (record.count !== columns.length) return wrongFieldCount(record.count, columns.length);
    if (record.rawEnd - record.rawStart <= maxCellBytes) return null;
    const { starts, ends } = record;
    const long = columns.findIndex((_, i) => (ends[i] as number) - (starts[i] as number) > maxCellBytes);
    return long < 0 ? null : tooLong(columns[long] as Column, maxCellBytes);
  }

  /** Takes the blanks around each cell off. */
  private trim(): void {
    const { bytes, starts, ends } = this;
    for (let at = this.size * this.cells.length - 1; at >= 0; at--) {
      let start = starts[at] as number;
      let end = ends[at] as number;
      if (start === end || ((bytes[start] as number) > space && (bytes[end - 1] as number) > space)) continue;
      while (start < end && isBlank(bytes[start] as number)) start++;
      while (end > start && isBlank(bytes[end - 1] as number)) end--;
      starts[at] = start;
      ends[at] = end;
    }
  }

  /** Tells the kind of each cell of a column. */
  private read(cells: Cells, column: number): void {
    const { bytes, reader, size, bad, starts, ends } = this;
    const { states, values, verdicts } = cells;
    const width = this.cells.length;
    const { counts } = cells.column;
    for (let row = 0, at = column; row < size; row++, at += width) {
      const kind = reader.read(bytes, starts[at] as number, ends[at] as number);
      const state = verdicts[kind] as number;
      counts[kind] = (counts[kind] as number) + 1;
      states[row] = state;
      values[row] = reader.value;
      if (state === misfit && (bad[row] as number) < 0) bad[row] = column;
    }
  }

  private profileTexts(column: Column, index: number, rows: number): void {
    const { bytes, starts, ends, accepted } = this;
    const width = this.cells.length;
    const texts = column.texts as NonNullable<Column["texts"]>;
    for (let i = 0; i < rows; i++) {
      const at = (accepted[i] as number) * width + index;
      const start = starts[at] as number;
      const end = ends[at] as number;
      if (start === end) column.nulls++;
      else texts.add(bytes, start, end);
    }
  }

  private refuseMisfit(row: number): void {
    const bad = this.bad[row] as number;
    const { column } = this.cells[bad] as Cells;
    const at = row * this.cells.length + bad;
    const shown = excerpt(this.bytes, this.starts[at] as number, this.ends[at] as number, 40);
    this.refusals.push({
      reason: wrongType(column, shown),
      line: this.lines[row] as number,
      start: this.rawStarts[row] as number,
      end: this.rawEnds[row] as number,
    });
  }

  /** Lists the refused rows in the order of the file. */
  private refuse(): void {
    if (this.refusals.length === 0) return;
    this.refusals.sort((a, b) => a.start - b.start);
    for (const { reason, line, start, end } of this.refusals) {
      this.reject({ ...reason, line }, this.bytes, start, end);
    }
    this.refusals = [];
  }
}

function verdictsOf({ family }: Column): Uint8Array {
  return Uint8Array.from({ length: kinds }, (_, kind) => {
    if (family !== "text" && isMissing(kind as Kind)) return absent;
    return fits(family, kind as Kind) ? present : misfit;
  });
}

function profileNumbers({ column, values, states }: Cells, accepted: Int32Array, rows: number): void {
  const numbers = column.numbers as NonNullable<Column["numbers"]>;
  for (let i = 0; i < rows; i++) {
    const row = accepted[i] as number;
    if (states[row] === present) numbers.add(values[row] as number);
    else column.nulls++;
  }
}
