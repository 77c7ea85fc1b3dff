import type { ColumnProfile } from "@longhaul/workflows/contracts";
import { formatDuration, formatNumber, formatPercent, formatShort } from "../../../lib/format.js";

type Point = number | string;

const dateTypes = new Set<ColumnProfile["type"]>(["date", "datetime"]);
export const isDated = (column: ColumnProfile): boolean => dateTypes.has(column.type);

/** A date as 2012-01-31, a moment with minutes; numbers with six digits. */
export function formatPoint(point: Point | null): string {
  if (point === null) return "-";
  if (typeof point === "number") return formatNumber(point);
  return point.length > 10 ? point.slice(0, 16).replace("T", " ") : point;
}

/** For the axis of a plot. */
export function formatEdge(point: Point): string {
  return typeof point === "number" ? formatShort(point) : point.slice(0, 10);
}

/** A number, or the milliseconds of a date, to draw with. */
export const toNumber = (point: Point): number => (typeof point === "number" ? point : Date.parse(point));

export function formatSpread(column: ColumnProfile): string {
  if (column.stddev === null) return "-";
  return isDated(column) ? formatDuration(column.stddev / 1000) : formatNumber(column.stddev);
}

export function filledShare(column: ColumnProfile): string {
  const rows = column.count + column.nulls;
  return rows === 0 ? "-" : formatPercent(column.count / rows);
}

export function formatDistinct({ distinct }: ColumnProfile): string {
  return distinct.exact ? formatNumber(distinct.count) : `about ${formatNumber(distinct.count)}`;
}

export function medianOf(column: ColumnProfile): Point | null {
  return column.quantiles?.points.find(({ at }) => at === 0.5)?.value ?? null;
}

const delimiters: Record<string, string> = {
  ",": "comma",
  ";": "semicolon",
  "\t": "tab",
  "|": "bar",
  " ": "space",
};
export const delimiterName = (delimiter: string | null): string | null =>
  delimiter === null ? null : (delimiters[delimiter] ?? `"${delimiter}"`);
