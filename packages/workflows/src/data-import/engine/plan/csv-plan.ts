import { count, fileProblem, size } from "../problems.js";
import type { Limits } from "../limits.js";
import { CellReader } from "../rows/cell.js";
import { CsvParser, type CsvRecord } from "../rows/csv-parser.js";
import { inferType, type KindCounts, kindCounts } from "../rows/infer.js";
import type { ColumnPlan } from "../rows/table.js";
import { detectDelimiter, detectNewline } from "./delimiter.js";
import { columnPlan, type Plan } from "./plan.js";

const dot = 0x2e;
const comma = 0x2c;

/** Reads the header and infers each column's type from the rows of the sample. */
export function planCsv(sample: Buffer, whole: boolean, limits: Limits): Plan {
  // Excel's own hint; no line of the table.
  const hint = /^sep=(.)(\r\n|\n|\r)/.exec(sample.toString("latin1", 0, 8));
  const skipBytes = hint?.[0].length ?? 0;
  const body = sample.subarray(skipBytes);
  const newline = detectNewline(body);
  const peek = body.subarray(0, 256 * 1024);
  const delimiter = hint?.[1] ?? detectDelimiter(peek, newline, whole && peek.length === body.length);
  const layout = { delimiter: delimiter.charCodeAt(0), newline, skipBytes };
  const names: string[] = [];
  const cells: string[][] = [];
  const parser = new CsvParser(
    { ...layout, maxRecordBytes: limits.maxRecordBytes, maxFields: limits.maxColumns },
    (record) => {
      if (names.length === 0) names.push(...header(record, limits));
      else if (record.count === names.length && record.flaw === null) cells.push(fieldsOf(record, 64));
    },
  );
  parser.push(body);
  if (whole) parser.end();
  if (names.length === 0) {
    if (whole) throw fileProblem("EMPTY_FILE", "This file holds nothing but blank lines.");
    throw fileProblem(
      "LINE_TOO_LONG",
      `The first line is longer than ${size(limits.maxRecordBytes)}. It must hold the names of the columns.`,
    );
  }
  const decimalMark = layout.delimiter === comma ? dot : detectDecimalMark(cells);
  const counts = countKinds(names.length, cells, new CellReader(decimalMark));
  const columns: ColumnPlan[] = names.map((name, i) => columnPlan(name, counts[i] as KindCounts, inferType));
  return { format: "csv", delimiter, csv: { ...layout, decimalMark }, columns };
}

function fieldsOf(record: CsvRecord, maxBytes: number): string[] {
  const kept = Math.min(record.count, record.starts.length);
  return Array.from({ length: kept }, (_, i) => {
    const start = record.starts[i] as number;
    const end = Math.min(record.ends[i] as number, start + maxBytes);
    return Buffer.from(record.bytes.subarray(start, end)).toString("latin1").trim();
  });
}

function header(record: CsvRecord, { maxColumns, maxNameLength }: Limits): string[] {
  if (record.count > maxColumns) {
    throw fileProblem(
      "TOO_MANY_COLUMNS",
      `This file has ${count(record.count)} columns; an import takes at most ${count(maxColumns)}.`,
    );
  }
  const names = fieldsOf(record, maxNameLength * 4 + 4).map(
    (name, i) => Buffer.from(name, "latin1").toString("utf8").trim() || `column ${i + 1}`,
  );
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw fileProblem(
      "DUPLICATE_COLUMNS",
      `Two columns are called "${twice.slice(0, 80)}". Give each column a name of its own.`,
    );
  }
  return names;
}

/**
 * Half the world writes 3,14. Only where the comma does not part the fields, and not where every such number
 * has three digits after it, since then it may part thousands.
 */
function detectDecimalMark(rows: readonly string[][]): number {
  let commas = 0;
  let thousands = 0;
  let dots = 0;
  for (const cell of rows.flat()) {
    if (/^[+-]?\d+,\d+$/.test(cell)) {
      commas++;
      if (/^[+-]?[1-9]\d{0,2},\d{3}$/.test(cell)) thousands++;
    } else if (/^[+-]?\d+\.\d+$/.test(cell)) dots++;
  }
  return commas > dots && thousands < commas / 2 ? comma : dot;
}

function countKinds(columns: number, rows: readonly string[][], reader: CellReader): KindCounts[] {
  const counts = Array.from({ length: columns }, kindCounts);
  for (const row of rows) {
    row.forEach((cell, i) => {
      const bytes = Buffer.from(cell, "latin1");
      const kind = reader.read(bytes, 0, bytes.length);
      const of = counts[i] as KindCounts;
      of[kind] = (of[kind] as number) + 1;
    });
  }
  return counts;
}
