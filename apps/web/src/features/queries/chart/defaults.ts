import type { QueryColumn } from "@longhaul/workflows/contracts";

export type ChartKind = "bar" | "line";

export interface ChartChoice {
  x: number;
  y: number;
  kind: ChartKind;
}

const isTime = ({ type }: QueryColumn) => type === "date" || type === "datetime";
const isNumber = ({ type }: QueryColumn) => type === "integer" || type === "number";
/** Numbers that name something: adding them up means nothing. */
const isName = ({ name }: QueryColumn) => /(^|_)(id|asin|code|hour|day|week|month|year)s?($|_)/i.test(name);

/**
 * What a person would look at first: the first dimension (a time, a text, or numbers that count steps) against the first
 * measure after it. Times and steps make a line, names make bars.
 *
 * @returns null where there is nothing to draw
 */
export function defaultChart(columns: readonly QueryColumn[]): ChartChoice | null {
  const measures = columns.flatMap((column, index) => (isNumber(column) && !isName(column) ? [index] : []));
  const dimension = columns.findIndex(
    (column) => (!isNumber(column) && column.type !== "empty") || isName(column),
  );
  const x = dimension >= 0 ? dimension : (measures[0] ?? -1);
  const y = measures.find((index) => index !== x);
  const across = columns[x];
  if (!across || y === undefined) return null;
  return { x, y, kind: kindFor(across) };
}

/** A line where the column's values follow each other. */
export function kindFor(across: QueryColumn): ChartKind {
  const identifies = /(^|_)(id|asin|code)s?($|_)/i.test(across.name);
  return isTime(across) || (isNumber(across) && !identifies) ? "line" : "bar";
}

/** Columns that can be measured against others. */
export function measuresOf(columns: readonly QueryColumn[]): number[] {
  return columns.flatMap((column, index) => (isNumber(column) ? [index] : []));
}

/** Round steps that hold `from` to `to`, about `count` of them; 0 is among them for bars. */
export function axis(from: number, to: number, count = 4): number[] {
  const [low, high] = [Math.min(from, to), Math.max(from, to)];
  if (!(high > low)) return low === 0 ? [0, 1] : [Math.min(0, low), Math.max(0, low)];
  const rough = (high - low) / count;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10) * magnitude;
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}
