import type { Limits } from "../limits.js";
import { CellReader } from "../rows/cell.js";
import { inferType, type KindCounts, kindCounts } from "../rows/infer.js";
import { JsonCell, parseRow, TooDeep } from "../rows/json-cell.js";
import { JsonSplitter } from "../rows/json-splitter.js";
import { LineSplitter } from "../rows/line-splitter.js";
import type { OnRow } from "../rows/splitter.js";
import { columnPlan, type Plan } from "./plan.js";

/** Collects the names of the columns, and infers their types, from the rows of the sample. */
export function planJson(sample: Buffer, format: "json" | "ndjson", limits: Limits): Plan {
  const counts = new Map<string, KindCounts>();
  const cell = new JsonCell(new CellReader(), limits.maxDepth);
  const count = (name: string, value: unknown) => {
    if (!counts.has(name)) {
      // Whoever reads the rows refuses what is beyond; here it only must not cost memory.
      if (counts.size > limits.maxColumns) return;
      counts.set(name, kindCounts());
    }
    cell.read(value);
    const of = counts.get(name) as KindCounts;
    of[cell.kind] = (of[cell.kind] as number) + 1;
  };
  const onRow: OnRow = (bytes, start, end) => {
    const parsed = parseRow(bytes.toString("utf8", start, end));
    if ("broken" in parsed) return;
    try {
      for (const [name, value] of Object.entries(parsed.row)) count(name, value);
    } catch (error) {
      if (!(error instanceof TooDeep)) throw error;
    }
  };
  const splitter =
    format === "json"
      ? new JsonSplitter(limits.maxRecordBytes, onRow)
      : new LineSplitter(limits.maxRecordBytes, onRow);
  splitter.push(sample);
  const columns = [...counts].map(([name, of]) => columnPlan(name, of, inferType));
  return { format, delimiter: null, csv: null, columns };
}
