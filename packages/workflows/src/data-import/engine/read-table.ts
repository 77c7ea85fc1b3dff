import { setImmediate } from "node:timers/promises";
import type { OpenArtifact } from "@longhaul/kit/step";
import type { ColumnProfile, FileFormat } from "../result.js";
import type { Limits } from "./limits.js";
import { planCsv } from "./plan/csv-plan.js";
import { detectFormat } from "./plan/format.js";
import { planJson } from "./plan/json-plan.js";
import type { Plan } from "./plan/plan.js";
import { fileProblem } from "./problems.js";
import { RejectedRows } from "./rejected-rows.js";
import { CellReader, familyOf } from "./rows/cell.js";
import { CsvParser } from "./rows/csv-parser.js";
import { CsvRows } from "./rows/csv-rows.js";
import { JsonRows } from "./rows/json-rows.js";
import { JsonSplitter } from "./rows/json-splitter.js";
import { LineSplitter } from "./rows/line-splitter.js";
import type { Splitter } from "./rows/splitter.js";
import { type ColumnPlan, Table } from "./rows/table.js";
import { Source } from "./source.js";

export interface ReadOptions {
  /** Opens the file from its beginning; called again where it must be read a second time. */
  readonly open: () => Promise<OpenArtifact>;
  readonly signal: AbortSignal;
  readonly limits: Limits;
  /** For the hash tables; see seedOf. */
  readonly seed: number;
  readonly onProgress: (fraction: number, message: string) => void;
  /** Called once, before the first row is read. */
  readonly onFormat?: (format: FileFormat) => Promise<void>;
}

/** A file as it was read. Whoever gets it disposes of `rejected`. */
export interface Reading {
  readonly fileName: string;
  readonly source: Source;
  readonly plan: Plan;
  readonly table: Table;
  readonly profiles: readonly ColumnProfile[];
  readonly rejected: RejectedRows;
}

/** Milliseconds of work after which other events of the process get their turn. */
const turn = 20;

/** Characters of rejected rows that are held before they go to the disk: a write waits for another thread. */
const worthWriting = 256 * 1024;

/**
 * Reads a file as a table, from end to end.
 *
 * The types of the columns are told from the beginning of the file, so that rows can be checked as they pass.
 * Where the whole file says otherwise (numbers for a megabyte, then names), it is read a second time with the
 * types that it does have.
 *
 * @throws FatalError with a FileProblem code when the file as a whole cannot be read as a table, and the
 *   signal's reason when it fires.
 */
export async function readTable(options: ReadOptions): Promise<Reading> {
  const first = await readOnce(options, null);
  const verdict = first.table.verdict();
  const changed = verdict.find((plan, i) => familyOf(plan.type) !== first.table.columns[i]?.family);
  if (!changed) return withProfiles(first, verdict);
  await first.rejected.dispose();
  const message = `Reading it again: "${changed.name}" turned out to hold ${plural(changed)}`;
  const onProgress = (fraction: number) => options.onProgress(fraction, message);
  const second = await readOnce({ ...options, onProgress }, { ...first.plan, columns: verdict });
  return withProfiles(second, second.table.verdict());
}

type RawReading = Omit<Reading, "profiles">;

function withProfiles(reading: RawReading, verdict: readonly ColumnPlan[]): Reading {
  const types = verdict.map((plan, i) => {
    // The second reading is the last: its columns keep the family that they were read as.
    const column = reading.table.columns[i];
    return column && familyOf(plan.type) !== column.family ? column.plan : plan;
  });
  return { ...reading, profiles: reading.table.profiles(types) };
}

async function readOnce(options: ReadOptions, known: Plan | null): Promise<RawReading> {
  const { limits, signal, seed, onProgress } = options;
  const file = await options.open();
  const source = new Source(file, signal, limits.maxInflatedBytes);
  const rejected = new RejectedRows(limits);
  const text = source.text();
  try {
    const { sample, whole } = await take(text, limits);
    const plan = known ?? planOf(sample, whole, limits);
    if (known === null) await options.onFormat?.(plan.format);
    const table = new Table(plan.columns, limits, seed);
    const splitter = rowsOf(plan, table, limits, rejected);
    let lastTurn = performance.now();
    for await (const block of withSample(sample, plan, text)) {
      splitter.push(block);
      await rejected.flush(worthWriting);
      onProgress(file.size > 0 ? Math.min(1, source.bytes / file.size) : 1, "Reading rows");
      if (performance.now() - lastTurn < turn) continue;
      await setImmediate();
      signal.throwIfAborted();
      lastTurn = performance.now();
    }
    splitter.end();
    await rejected.flush();
    refuseEmpty(table);
    return { fileName: file.name, source, plan, table, rejected };
  } catch (error) {
    await rejected.dispose();
    throw error;
  } finally {
    await text.return(undefined);
  }
}

function planOf(sample: Buffer, whole: boolean, limits: Limits): Plan {
  const format = detectFormat(sample);
  return format === "csv" ? planCsv(sample, whole, limits) : planJson(sample, format, limits);
}

function rowsOf(plan: Plan, table: Table, limits: Limits, rejected: RejectedRows): Splitter {
  const { maxRecordBytes, maxColumns } = limits;
  if (plan.csv) {
    const rows = new CsvRows(table, new CellReader(plan.csv.decimalMark), limits, rejected.add);
    let header = true;
    const firstLine = plan.csv.skipBytes > 0 ? 2 : 1;
    const options = { ...plan.csv, maxRecordBytes, maxFields: maxColumns, firstLine };
    const parser = new CsvParser(options, (record) => {
      if (header) header = false;
      else rows.add(record);
    });
    return {
      push(chunk) {
        parser.push(chunk);
        rows.flush();
      },
      end() {
        parser.end();
        rows.flush();
      },
    };
  }
  const rows = new JsonRows(table, limits, rejected.add);
  const add = rows.add.bind(rows);
  return plan.format === "json"
    ? new JsonSplitter(maxRecordBytes, add)
    : new LineSplitter(maxRecordBytes, add);
}

/** The beginning of the text: a sample with a line end in it, or all there is. */
async function take(text: AsyncGenerator<Buffer>, { sampleBytes, maxRecordBytes }: Limits) {
  const taken: Buffer[] = [];
  let held = 0;
  let line = false;
  while (held < sampleBytes || (!line && held <= maxRecordBytes)) {
    const next = await text.next();
    if (next.done) return { sample: Buffer.concat(taken), whole: true };
    line ||= next.value.includes(0x0a);
    taken.push(next.value);
    held += next.value.length;
  }
  return { sample: Buffer.concat(taken), whole: false };
}

async function* withSample(sample: Buffer, { csv }: Plan, rest: AsyncGenerator<Buffer>) {
  for (let start = csv?.skipBytes ?? 0; start < sample.length; start += 64 * 1024) {
    yield sample.subarray(start, start + 64 * 1024);
  }
  yield* rest;
}

function refuseEmpty({ rowsRead, columns }: Table): void {
  if (rowsRead === 0) {
    const header = columns.length > 0 ? "has a header but no rows" : "has no rows";
    throw fileProblem("NO_ROWS", `This file ${header}: there is nothing to import.`);
  }
  if (columns.length === 0) {
    throw fileProblem("NOT_A_TABLE", "No row of this file could be read as an object with values.");
  }
}

function plural({ type }: ColumnPlan): string {
  if (type === "string" || type === "empty") return "text";
  return familyOf(type) === "time" ? "dates" : familyOf(type) === "number" ? "numbers" : "true and false";
}
