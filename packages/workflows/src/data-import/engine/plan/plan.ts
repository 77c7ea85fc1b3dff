import type { ColumnType, FileFormat } from "../../result.js";
import { familyOf, Kind } from "../rows/cell.js";
import type { KindCounts } from "../rows/infer.js";
import type { ColumnPlan } from "../rows/table.js";

export interface CsvLayout {
  readonly delimiter: number;
  readonly newline: "lf" | "cr";
  readonly decimalMark: number;
  /** Bytes before the header. */
  readonly skipBytes: number;
}

/** How a file is read, told from its beginning. */
export interface Plan {
  readonly format: FileFormat;
  /** As a person writes it; null for JSON. */
  readonly delimiter: string | null;
  readonly csv: CsvLayout | null;
  readonly columns: readonly ColumnPlan[];
}

/** So many values of a column must be seen before it is settled that it is text. */
const enough = 20;

/** A column's plan from what the sample held of it. */
export function columnPlan(
  name: string,
  counts: KindCounts,
  infer: (counts: KindCounts) => ColumnType,
): ColumnPlan {
  const type = infer(counts);
  const values = counts.reduce(
    (sum, n, kind) => (kind === Kind.Empty || kind === Kind.Missing ? sum : sum + n),
    0,
  );
  return { name, type, tracked: familyOf(type) !== "text" || values < enough };
}
