import { byteLength } from "../json.js";
import { CsvParser } from "./csv.js";
import { readerFailed } from "./failures.js";
import { MAX_HEADER_BYTES } from "./limits.js";
import { hashOrder } from "./row-order.js";

const separators = new Map(Object.entries({ COMMA: ",", PIPE: "|", SEMICOLON: ";", SPACE: " ", TAB: "\t" }));

export interface CsvConfig {
  /** As CSVDelimiter names it. */
  delimiter: string;
  /** The names of the columns, or null where they are the first record. */
  headers: readonly string[] | null;
}

/**
 * The rows of a CSV file as objects of strings: columns that a row lacks are empty, what it has too many is left out.
 * @throws StateFailure States.ItemReaderFailed
 */
export async function* csvRows(text: AsyncIterable<string>, config: CsvConfig): AsyncGenerator<object> {
  const separator = separators.get(config.delimiter);
  if (separator === undefined)
    throw readerFailed(`CSVDelimiter must be one of ${[...separators.keys()].join(", ")}.`);
  let toRow = config.headers === null ? null : rowOf(config.headers);
  for await (const record of records(text, separator)) {
    if (toRow === null) toRow = rowOf(record);
    else yield toRow(record);
  }
}

async function* records(text: AsyncIterable<string>, separator: string): AsyncGenerator<string[]> {
  const parser = new CsvParser(separator);
  for await (const piece of text) yield* parser.push(piece);
  yield* parser.end();
}

function rowOf(headers: readonly string[]): (record: readonly string[]) => object {
  if (new Set(headers).size < headers.length) throw readerFailed("CSV headers cannot contain duplicates.");
  if (byteLength(headers.join(",")) > MAX_HEADER_BYTES)
    throw readerFailed("CSV headers cannot be larger than 10 KiB.");
  const order = hashOrder(headers);
  // fromEntries makes own members of names like __proto__ too.
  return (record) => Object.fromEntries(order.map((at) => [headers[at] ?? "", record[at] ?? ""]));
}
