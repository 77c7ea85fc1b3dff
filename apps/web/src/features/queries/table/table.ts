import type { QueryColumnType } from "@longhaul/workflows/contracts";
import { type Cell, Column } from "./column.js";
import { readFilter } from "./filter.js";

export interface Sort {
  column: number;
  descending: boolean;
}

/** What of the table is looked at: `filters` by column number. */
export interface View {
  sort: Sort | null;
  filters: Readonly<Record<number, string>>;
}

export interface ChartPoint {
  x: Cell;
  y: number;
}

/** A table in columns, and the rows of the view in their order. */
export class Table {
  readonly columns: Column[];
  #rows: Uint32Array | null = null;

  constructor(columns: readonly { name: string; type: QueryColumnType }[]) {
    this.columns = columns.map(({ name, type }) => new Column(name, type));
  }

  get length(): number {
    return this.columns[0]?.length ?? 0;
  }

  /** Rows of the view; all there are, while it has none. */
  get shown(): number {
    return this.#rows?.length ?? this.length;
  }

  push(record: readonly string[]): void {
    this.columns.forEach((column, index) => column.push(record[index] ?? ""));
  }

  look({ sort, filters }: View): void {
    let rows = Uint32Array.from({ length: this.length }, (_, row) => row);
    for (const [index, text] of Object.entries(filters)) {
      const column = this.columns[Number(index)];
      const passes = column && readFilter(text, column.numeric);
      if (column && passes) rows = column.filtered(rows, passes) as Uint32Array<ArrayBuffer>;
    }
    const column = sort && this.columns[sort.column];
    if (column) rows = column.sorted(rows, sort.descending) as Uint32Array<ArrayBuffer>;
    this.#rows = rows;
  }

  /** Cells of the view's rows from `from` until before `to`. */
  rows(from: number, to: number): Cell[][] {
    const end = Math.min(to, this.shown);
    const cells: Cell[][] = [];
    for (let at = from; at < end; at += 1) {
      const row = this.#rows ? (this.#rows[at] as number) : at;
      cells.push(this.columns.map((column) => column.cell(row)));
    }
    return cells;
  }

  /**
   * The view's rows as points: those with the same x are added up, in the order in which they come; `most` different ones
   * at most.
   */
  points(x: number, y: number, most: number): { points: ChartPoint[]; left: number } {
    const [across, up] = [this.columns[x], this.columns[y]];
    if (!across || !up) return { points: [], left: 0 };
    const sums = new Map<Cell, number>();
    const out = new Set<Cell>();
    for (let at = 0; at < this.shown; at += 1) {
      const row = this.#rows ? (this.#rows[at] as number) : at;
      const value = up.number(row);
      if (Number.isNaN(value)) continue;
      const key = across.cell(row);
      const sum = sums.get(key);
      if (sum === undefined && sums.size >= most) {
        if (out.size < 100_000) out.add(key);
      } else sums.set(key, (sum ?? 0) + value);
    }
    return { points: [...sums].map(([key, sum]) => ({ x: key, y: sum })), left: out.size };
  }
}
