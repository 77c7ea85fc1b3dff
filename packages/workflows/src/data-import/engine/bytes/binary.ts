import { fileProblem } from "../problems.js";

/** First bytes of kinds of file that people upload by mistake, and what to do with each. */
const kinds: readonly (readonly [signature: string, sentence: string])[] = [
  [
    "PK\x03\x04",
    "This looks like an Excel workbook or a ZIP archive. Save the sheet as CSV and upload that.",
  ],
  ["\xd0\xcf\x11\xe0", "This looks like an old Excel or Word file. Save the sheet as CSV and upload that."],
  ["%PDF", "This is a PDF, not a table. Export the data as CSV or JSON and upload that."],
  [
    "PAR1\x15",
    "This is a Parquet file, which imports do not read. Export it as CSV or NDJSON and upload that.",
  ],
  ["ARROW1", "This is an Arrow file, which imports do not read. Export it as CSV or NDJSON and upload that."],
  ["SQLite format 3", "This is an SQLite database. Export the table as CSV and upload that."],
  ["\x1f\x8b", "This file was compressed twice. Upload it with one gzip layer or none."],
  ["\x28\xb5\x2f\xfd", "This file is compressed with Zstandard. Upload it plain or as gzip."],
  ["BZh91AY&SY", "This file is compressed with bzip2. Upload it plain or as gzip."],
  ["7z\xbc\xaf", "This is a 7-Zip archive. Upload the table itself, plain or as gzip."],
  ["\x89PNG", "This is a picture, not a table. Upload a CSV or JSON file."],
  ["\xff\xd8\xff", "This is a picture, not a table. Upload a CSV or JSON file."],
  ["GIF89a", "This is a picture, not a table. Upload a CSV or JSON file."],
  ["{\\rtf", "This is a text document with formatting. Save the table as CSV and upload that."],
];

const notText = () =>
  fileProblem("NOT_A_TABLE", "This file holds binary data, not text. Upload a CSV or JSON file.");

/**
 * Refuses other kinds of file by their first bytes.
 *
 * @throws FatalError NOT_A_TABLE
 */
export function refuseOtherKinds(start: Buffer): void {
  const head = start.toString("latin1", 0, 16);
  const kind = kinds.find(([signature]) => head.startsWith(signature));
  if (kind) throw fileProblem("NOT_A_TABLE", kind[1]);
}

/**
 * Refuses bytes that are supposed to be text of one byte or more a character but hold control characters.
 *
 * @throws FatalError NOT_A_TABLE
 */
export function refuseBinary(start: Uint8Array): void {
  let control = 0;
  for (const byte of start) if (byte < 0x20 && (byte < 0x09 || byte > 0x0d)) control++;
  if (control > 2 && control > start.length * 0.01) throw notText();
}

/** @throws FatalError NOT_A_TABLE when there is a zero byte. */
export function refuseZeroBytes(bytes: Buffer): void {
  if (bytes.includes(0)) throw notText();
}
