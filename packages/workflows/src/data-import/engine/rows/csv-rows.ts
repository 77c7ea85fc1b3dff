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

/** Checks CSV records against the columns, and adds those that hold to the profile. */
export class CsvRows {
  private readonly table: Table;
  private readonly reader: CellReader;
  private readonly limits: Limits;
  private readonly reject: Reject;
  private readonly values: Float64Array;
  private readonly states: Uint8Array;
  /** 1 where the cells of a column are looked at to tell their kind. */
  private readonly tracked: Uint8Array;
  /** For each column and kind of cell: absent, present or misfit. */
  private readonly verdicts: Uint8Array;

  constructor(table: Table, reader: CellReader, limits: Limits, reject: Reject) {
    this.table = table;
    this.reader = reader;
    this.limits = limits;
    this.reject = reject;
    const { columns } = table;
    this.values = new Float64Array(columns.length);
    this.states = new Uint8Array(columns.length);
    this.tracked = Uint8Array.from(columns, ({ plan }) => (plan.tracked ? 1 : 0));
    this.verdicts = new Uint8Array(columns.length * kinds);
    columns.forEach(({ family }, column) => {
      for (let kind = 0; kind < kinds; kind++) {
        const fit = fits(family, kind as Kind) ? present : misfit;
        this.verdicts[column * kinds + kind] = family !== "text" && isMissing(kind as Kind) ? absent : fit;
      }
    });
  }

  add(record: CsvRecord): void {
    const { table } = this;
    const { columns } = table;
    table.rowsRead++;
    if (record.flaw !== null) return this.refuse(record, brokenQuotes(record.flaw));
    if (record.count !== columns.length) {
      return this.refuse(record, wrongFieldCount(record.count, columns.length));
    }
    if (record.rawEnd - record.rawStart > this.limits.maxCellBytes) {
      const long = columns.findIndex((_, i) => this.isLong(record, i));
      if (long >= 0) {
        return this.refuse(record, tooLong(columns[long] as Column, this.limits.maxCellBytes));
      }
    }
    const bad = this.check(record);
    if (bad >= 0) {
      const shown = excerpt(record.bytes, record.starts[bad] as number, record.ends[bad] as number, 40);
      return this.refuse(record, wrongType(columns[bad] as Column, shown));
    }
    table.rowsAccepted++;
    this.profile(record);
  }

  private isLong(record: CsvRecord, field: number): boolean {
    return (record.ends[field] as number) - (record.starts[field] as number) > this.limits.maxCellBytes;
  }

  /**
   * Trims each cell and reads those of tracked columns.
   *
   * @returns the first column whose cell does not fit, or -1.
   */
  private check(record: CsvRecord): number {
    const { bytes, starts, ends } = record;
    const { reader, values, states, tracked, verdicts } = this;
    const { columns } = this.table;
    let bad = -1;
    for (let i = 0; i < columns.length; i++) {
      let start = starts[i] as number;
      let end = ends[i] as number;
      if (start < end && ((bytes[start] as number) <= space || (bytes[end - 1] as number) <= space)) {
        while (start < end && isBlank(bytes[start] as number)) start++;
        while (end > start && isBlank(bytes[end - 1] as number)) end--;
        starts[i] = start;
        ends[i] = end;
      }
      if (tracked[i] === 0) continue;
      const kind = reader.read(bytes, start, end);
      const { counts } = columns[i] as Column;
      counts[kind] = (counts[kind] as number) + 1;
      const state = verdicts[i * kinds + kind] as number;
      states[i] = state;
      if (state === present) values[i] = reader.value;
      else if (state === misfit && bad < 0) bad = i;
    }
    return bad;
  }

  private profile(record: CsvRecord): void {
    const { bytes, starts, ends } = record;
    const { values, states } = this;
    const { columns } = this.table;
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i] as Column;
      if (column.numbers !== null) {
        if (states[i] === present) column.numbers.add(values[i] as number);
        else column.nulls++;
      } else {
        const start = starts[i] as number;
        const end = ends[i] as number;
        if (start === end) column.nulls++;
        else column.texts?.add(bytes, start, end);
      }
    }
  }

  private refuse(record: CsvRecord, reason: ReturnType<typeof wrongFieldCount>): void {
    this.reject({ ...reason, line: record.line }, record.raw, record.rawStart, record.rawEnd);
  }
}
