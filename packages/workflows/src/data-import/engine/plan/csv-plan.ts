import { count, fileProblem, size } from "../problems.js";
import type { Limits } from "../limits.js";
import { CellReader, Kind } from "../rows/cell.js";
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
  const sampled: SampledKinds[] = [];
  const parser = new CsvParser(
    { ...layout, maxRecordBytes: limits.maxRecordBytes, maxFields: limits.maxColumns },
    (record) => {
      const [kinds] = sampled;
      if (kinds === undefined) {
        names.push(...header(record, limits));
        sampled.push(new SampledKinds(names.length, layout.delimiter !== comma));
      } else if (record.count === names.length && record.flaw === null) kinds.add(record);
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
  const { decimalMark, counts } = (sampled[0] as SampledKinds).settle();
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
  if (record.flaw === "UNCLOSED_QUOTE") {
    throw fileProblem(
      "NOT_A_TABLE",
      "The first line opens a quotation mark that is never closed. It must hold the names of the columns.",
    );
  }
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
 * The kinds of the cells of the sample, read both with a full stop and, where the comma does not part the fields,
 * with a comma as decimal mark.
 */
class SampledKinds {
  private readonly commaMayBeMark: boolean;
  private readonly withDot: KindCounts[];
  private readonly withComma: KindCounts[];
  private readonly dotReader = new CellReader(dot);
  private readonly commaReader = new CellReader(comma);
  private commas = 0;
  private dots = 0;
  private thousands = 0;

  constructor(columns: number, commaMayBeMark: boolean) {
    this.commaMayBeMark = commaMayBeMark;
    this.withDot = Array.from({ length: columns }, kindCounts);
    this.withComma = Array.from({ length: columns }, kindCounts);
  }

  add({ bytes, starts, ends }: CsvRecord): void {
    for (let i = 0; i < this.withDot.length; i++) {
      let start = starts[i] as number;
      let end = ends[i] as number;
      while (start < end && isBlank(bytes[start] as number)) start++;
      while (end > start && isBlank(bytes[end - 1] as number)) end--;
      const one = this.dotReader.read(bytes, start, end);
      bump(this.withDot[i] as KindCounts, one);
      if (!this.commaMayBeMark) continue;
      const other = this.commaReader.read(bytes, start, end);
      bump(this.withComma[i] as KindCounts, other);
      if (one === Kind.Decimal && other !== Kind.Decimal) this.dots++;
      if (other === Kind.Decimal && one !== Kind.Decimal) {
        this.commas++;
        if (bytes[end - 4] === comma && end - start <= 8) this.thousands++;
      }
    }
  }

  /**
   * Half the world writes 3,14. The comma is the mark only where it does not part the fields, and not where
   * most such numbers have three digits after it, since then it may part thousands.
   */
  settle(): { decimalMark: number; counts: KindCounts[] } {
    const byComma = this.commas > this.dots && this.thousands < this.commas / 2;
    return byComma
      ? { decimalMark: comma, counts: this.withComma }
      : { decimalMark: dot, counts: this.withDot };
  }
}

const isBlank = (byte: number) => byte === 0x20 || byte === 0x09;

function bump(counts: KindCounts, kind: Kind): void {
  counts[kind] = (counts[kind] as number) + 1;
}
