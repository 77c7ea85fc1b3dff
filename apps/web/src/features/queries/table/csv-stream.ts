import Papa from "papaparse";

/** What of papaparse's own parser is used: it says how far it got, so that a text can come in pieces. */
interface PieceParser {
  parse(text: string, base: number, ignoreLastRow: boolean): { data: string[][]; meta: { cursor: number } };
}
const PieceParser = (Papa as unknown as { Parser: new (config: Papa.ParseConfig) => PieceParser }).Parser;

/**
 * Reads CSV (RFC 4180, UTF-8) from a stream, record by record, holding no more than a piece and a record at once.
 *
 * @param onRows called with the records of each piece, the header's first
 */
export async function readCsv(
  stream: ReadableStream<Uint8Array>,
  onRows: (rows: string[][], bytes: number) => void,
): Promise<void> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let parser: PieceParser | null = null;
  let rest = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (value) bytes += value.byteLength;
    rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
    if (!parser && (done || rest.includes("\n"))) {
      const newline = /\r\n/.test(rest) ? "\r\n" : "\n";
      parser = new PieceParser({ delimiter: ",", newline });
    }
    if (parser && rest !== "") {
      const { data, meta } = parser.parse(rest, 0, !done);
      rest = rest.slice(meta.cursor);
      // What follows the last line end is no record.
      const last = data.at(-1);
      if (done && last?.length === 1 && last[0] === "") data.pop();
      if (data.length > 0) onRows(data, bytes);
    }
    if (done) return;
  }
}
