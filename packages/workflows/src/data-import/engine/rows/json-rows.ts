import type { Limits } from "../limits.js";
import { CellReader, Kind } from "./cell.js";
import { JsonCell, parseRow, TooDeep } from "./json-cell.js";
import { excerpt, type Reject, type Rejection, tooLong, wrongType } from "./rejection.js";
import { type Column, fits, type Table } from "./table.js";

type Reason = Pick<Rejection, "code" | "reason" | "column">;

interface Cell {
  kind: Kind;
  value: number;
  text: string;
}

/** Checks JSON rows against the columns, adding columns that turn up late, and profiles those that hold. */
export class JsonRows {
  private readonly table: Table;
  private readonly limits: Limits;
  private readonly reject: Reject;
  private readonly cell: JsonCell;
  private readonly places = new Map<string, number>();
  private readonly row: Cell[] = [];
  private scratch = Buffer.alloc(1024);

  constructor(table: Table, limits: Limits, reject: Reject) {
    this.table = table;
    this.limits = limits;
    this.reject = reject;
    this.cell = new JsonCell(new CellReader(), limits.maxDepth);
    for (const { name } of table.columns) this.place(name);
  }

  add(bytes: Buffer, start: number, end: number, line: number): void {
    this.table.rowsRead++;
    const refuse = (reason: Reason) => this.reject({ ...reason, line }, bytes, start, end);
    const parsed = parseRow(bytes.toString("utf8", start, end));
    if ("broken" in parsed) {
      const code = parsed.object ? "BROKEN_JSON" : "NOT_AN_OBJECT";
      return refuse({ code, reason: parsed.broken, column: null });
    }
    const problem = this.check(parsed.row);
    if (problem) return refuse(problem);
    this.table.rowsAccepted++;
    this.profile();
  }

  private check(row: Record<string, unknown>): Reason | null {
    for (const cell of this.row) cell.kind = Kind.Empty;
    let problem: Reason | null = null;
    for (const name of Object.keys(row)) {
      const at = this.places.get(name) ?? this.addColumn(name);
      const column = this.table.columns[at] as Column;
      const cell = this.row[at] as Cell;
      try {
        this.cell.read(row[name]);
      } catch (error) {
        if (!(error instanceof TooDeep)) throw error;
        const reason = `The value of "${name}" nests deeper than ${this.limits.maxDepth} levels.`;
        return { code: "TOO_DEEP", reason, column: name };
      }
      cell.kind = this.cell.kind;
      cell.value = this.cell.value;
      cell.text = this.cell.text;
      column.counts[cell.kind] = (column.counts[cell.kind] as number) + 1;
      if (cell.text.length > this.limits.maxCellBytes) problem ??= tooLong(column, this.limits.maxCellBytes);
      else if (cell.kind !== Kind.Empty && !fits(column.family, cell.kind)) {
        const shown = Buffer.from(cell.text.slice(0, 80));
        problem ??= wrongType(column, excerpt(shown, 0, shown.length, 40));
      }
    }
    return problem;
  }

  private profile(): void {
    const { columns } = this.table;
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i] as Column;
      const cell = this.row[i] as Cell;
      if (cell.kind === Kind.Empty) column.nulls++;
      else if (column.numbers) column.numbers.add(cell.value);
      else column.texts?.add(this.scratch, 0, this.encode(cell.text));
    }
  }

  private encode(text: string): number {
    if (this.scratch.length < text.length * 3) this.scratch = Buffer.alloc(text.length * 3);
    return this.scratch.write(text, 0, "utf8");
  }

  private addColumn(name: string): number {
    this.table.addLate(name);
    return this.place(name);
  }

  private place(name: string): number {
    const at = this.row.push({ kind: Kind.Empty, value: 0, text: "" }) - 1;
    this.places.set(name, at);
    return at;
  }
}
