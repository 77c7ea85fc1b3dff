import { fileProblem } from "../problems.js";
import { CsvParser, type CsvOptions } from "../rows/csv-parser.js";

const candidates = [",", ";", "\t", "|", "^"];

/** Fields of each record of the sample, the header's first. */
function fieldCounts(sample: Uint8Array, delimiter: string, newline: CsvOptions["newline"], whole: boolean) {
  const counts: number[] = [];
  const options = {
    delimiter: delimiter.charCodeAt(0),
    newline,
    maxRecordBytes: sample.length + 2,
    maxFields: 1,
  };
  const parser = new CsvParser(options, (record) => counts.push(record.count));
  parser.push(sample);
  if (whole || counts.length === 0) parser.end();
  return counts;
}

/**
 * The separator under which most rows have as many fields as the header.
 *
 * @param sample the beginning of the text
 * @param whole whether the sample is the whole text
 * @throws FatalError NOT_A_TABLE when no separator makes a table of it
 */
export function detectDelimiter(sample: Buffer, newline: CsvOptions["newline"], whole: boolean): string {
  let best = { delimiter: "", fields: 1, share: 0, rows: 0 };
  for (const delimiter of candidates) {
    if (!sample.includes(delimiter)) continue;
    const [fields = 1, ...rows] = fieldCounts(sample, delimiter, newline, whole);
    if (fields < 2) continue;
    const share = rows.length === 0 ? 1 : rows.filter((n) => n === fields).length / rows.length;
    const better = share - best.share;
    if (best.delimiter === "" || better > 0.05 || (better > -0.05 && fields > best.fields)) {
      best = { delimiter, fields, share, rows: rows.length };
    }
  }
  if (best.delimiter !== "" && (best.share >= 0.5 || best.rows < 4)) return best.delimiter;
  const firstLine = sample
    .toString("utf8", 0, 4096)
    .trimStart()
    .split(/[\r\n]/, 1)[0] as string;
  const oneColumn = best.delimiter === "" && firstLine.length <= 64 && firstLine.split(/\s+/).length <= 5;
  if (oneColumn) return ",";
  throw fileProblem(
    "NOT_A_TABLE",
    "This does not look like a table: no separator (comma, semicolon, tab, pipe) splits its lines into the same columns.",
  );
}

/** Carriage return alone, as very old Macs wrote, only where there is no line feed at all. */
export function detectNewline(sample: Buffer): CsvOptions["newline"] {
  return !sample.includes(0x0a) && sample.includes(0x0d) ? "cr" : "lf";
}
