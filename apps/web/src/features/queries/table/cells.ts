import type { QueryColumnType } from "@longhaul/workflows/contracts";
import { formatInteger } from "../../../lib/format.js";
import type { Cell } from "./column.js";

const decimals = new Intl.NumberFormat("en", { maximumFractionDigits: 6 });

/** A cell as it is read in the table: numbers grouped, everything else as the file has it. */
export function shownCell(cell: Cell, type: QueryColumnType): string {
  if (cell === null) return "";
  if (typeof cell === "string") return cell;
  if (type === "integer") return formatInteger(cell);
  const size = Math.abs(cell);
  return size !== 0 && (size >= 1e15 || size < 1e-6) ? cell.toExponential(3) : decimals.format(cell);
}

export const typeNames: Record<QueryColumnType, string> = {
  integer: "whole number",
  number: "number",
  boolean: "yes or no",
  date: "date",
  datetime: "time",
  string: "text",
  empty: "empty",
};

/** How wide a column is, in CSS pixels: by its kind, its name and the first rows. */
export function widthOf(
  name: string,
  index: number,
  preview: readonly (readonly (string | null)[])[],
): number {
  const longest = Math.max(name.length + 4, ...preview.map((row) => shownLength(row[index] ?? "")));
  return Math.min(320, Math.max(96, Math.round(longest * 7.6) + 24));
}

/** Numbers are longer than in the file: they are grouped. */
function shownLength(text: string): number {
  const value = Number(text);
  return text !== "" && Number.isFinite(value) ? decimals.format(value).length : text.length;
}
