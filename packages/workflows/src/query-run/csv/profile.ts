import { FatalError } from "@longhaul/kit/step";
import { CellReader, Kind, kinds } from "../../data-import/engine/rows/cell.js";
import { CsvParser, type CsvRecord } from "../../data-import/engine/rows/csv-parser.js";
import { previewRows, type QueryColumn, type QueryColumnType } from "../result.js";

export interface Profile {
  readonly rows: number;
  readonly columns: QueryColumn[];
  readonly preview: (string | null)[][];
}

const mostColumns = 300;
const mostRecordBytes = 4 * 1024 * 1024;
const mostCell = 200;
/** Of all cells of the preview together: it travels in the run's output. */
const mostPreview = 30_000;
const comma = 0x2c;

/** Reads a CSV file once, in bounded memory. @throws FatalError RESULT_NO_TABLE. */
export async function profileOf(chunks: AsyncIterable<Uint8Array>): Promise<Profile> {
  const reading = new Reading();
  const options = {
    delimiter: comma,
    newline: "lf",
    maxRecordBytes: mostRecordBytes,
    maxFields: mostColumns,
  } as const;
  const parser = new CsvParser(options, (record) => reading.take(record));
  for await (const chunk of chunks) parser.push(chunk);
  parser.end();
  return reading.profile();
}

class Reading {
  #names: string[] | null = null;
  #counts: Float64Array[] = [];
  #rows = 0;
  readonly #preview: (string | null)[][] = [];
  #previewed = 0;
  readonly #cells = new CellReader();

  take(record: CsvRecord): void {
    if (this.#names === null) return this.#takeHeader(record);
    const width = this.#names.length;
    if (record.count > width || record.flaw !== null) {
      throw noTable(`line ${record.line} does not fit its header`);
    }
    for (let i = 0; i < width; i++) {
      const counts = this.#counts[i] as Float64Array;
      const kind = i < record.count ? this.#kindOf(record, i) : Kind.Empty;
      counts[kind] = (counts[kind] as number) + 1;
    }
    if (this.#rows < previewRows && this.#previewed < mostPreview) this.#addToPreview(record, width);
    this.#rows += 1;
  }

  profile(): Profile {
    const columns = (this.#names ?? []).map((name, i) => {
      const counts = this.#counts[i] as Float64Array;
      return { name, type: typeOf(counts), nulls: counts[Kind.Empty] as number };
    });
    return { rows: this.#rows, columns, preview: this.#preview };
  }

  #takeHeader(record: CsvRecord): void {
    if (record.count > mostColumns) throw noTable(`it has more than ${mostColumns} columns`);
    this.#names = Array.from({ length: record.count }, (_, i) => textOf(record, i).slice(0, mostCell));
    this.#counts = this.#names.map(() => new Float64Array(kinds));
  }

  #kindOf(record: CsvRecord, i: number): Kind {
    return this.#cells.read(record.bytes, record.starts[i] as number, record.ends[i] as number);
  }

  #addToPreview(record: CsvRecord, width: number): void {
    const row = Array.from({ length: width }, (_, i) => {
      const text = i < record.count ? textOf(record, i) : "";
      return text === "" ? null : text.slice(0, mostCell);
    });
    const size = row.reduce((sum, text) => sum + (text?.length ?? 0), 0);
    if (this.#previewed + size > mostPreview) {
      this.#previewed = mostPreview;
      return;
    }
    this.#previewed += size;
    this.#preview.push(row);
  }
}

function textOf({ bytes, starts, ends }: CsvRecord, i: number): string {
  return Buffer.from(
    bytes.buffer,
    bytes.byteOffset + (starts[i] as number),
    (ends[i] as number) - (starts[i] as number),
  ).toString("utf8");
}

/** Every value of a column decides: a table that a query gave has no typing errors. */
function typeOf(counts: Float64Array): QueryColumnType {
  const found = [...counts.keys()].filter((kind) => (counts[kind] as number) > 0 && kind !== Kind.Empty);
  const only = (...allowed: Kind[]) => found.every((kind) => allowed.includes(kind as Kind));
  if (found.length === 0) return "empty";
  if (only(Kind.Integer)) return "integer";
  if (only(Kind.Integer, Kind.Decimal)) return "number";
  if (only(Kind.Boolean)) return "boolean";
  if (only(Kind.Date)) return "date";
  return only(Kind.Date, Kind.DateTime) ? "datetime" : "string";
}

function noTable(why: string): FatalError {
  return new FatalError(`The result cannot be read as a table: ${why}.`, { code: "RESULT_NO_TABLE" });
}
