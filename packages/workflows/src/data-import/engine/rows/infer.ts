import type { ColumnType } from "../../result.js";
import { Kind, kinds } from "./cell.js";

/** A column has a type when at least this share of its values has it; the rows of the others are rejected. */
const overwhelming = 0.95;
/** A column of numbers holds codes, not quantities, when more than this share has leading zeros and the like. */
const codes = 0.01;

/** How many cells of each kind a column held. */
export type KindCounts = Float64Array;

export const kindCounts = (): KindCounts => new Float64Array(kinds);

/** The type that the values of a column have, going by the counts. */
export function inferType(counts: KindCounts): ColumnType {
  const of = (kind: Kind) => counts[kind] as number;
  const values = counts.reduce((sum, n) => sum + n, 0) - of(Kind.Empty) - of(Kind.Missing);
  if (values === 0) return "empty";
  const most = (n: number) => n >= overwhelming * values;
  if (most(of(Kind.Integer) + of(Kind.Decimal) + of(Kind.Code))) {
    if (of(Kind.Code) > codes * values) return "string";
    return of(Kind.Decimal) > 0 ? "number" : "integer";
  }
  if (most(of(Kind.Boolean))) return "boolean";
  if (most(of(Kind.Date) + of(Kind.DateTime))) return of(Kind.DateTime) > 0 ? "datetime" : "date";
  return "string";
}
