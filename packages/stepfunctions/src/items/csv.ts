import { MAX_ITEM_LENGTH } from "./limits.js";
import { readerFailed } from "./failures.js";

/** Where the reading of a field stands. */
type Mode = "start" | "plain" | "quote in plain" | "quoted" | "quote in quoted";

/**
 * Splits text into records and fields as Step Functions does, which is no dialect that CSV libraries offer: besides quotes
 * (`"a, b"`, `""` for one quote) a backslash escapes a quote, a separator or a backslash and vanishes before anything else,
 * and `""` is one quote outside of quotes too. Empty lines are no records.
 * Source: "How Step Functions parses input CSV files" in the Step Functions developer guide.
 */
export class CsvParser {
  #mode: Mode = "start";
  #escaped = false;
  #afterReturn = false;
  #field = "";
  #record: string[] = [];
  #length = 0;

  constructor(private readonly separator: string) {}

  /** Takes the next piece of text and yields the records that it ends. @throws StateFailure for a record that is too long */
  *push(text: string): Generator<string[]> {
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const char = text.charAt(at);
      if (this.#isOrdinary(char)) continue;
      this.#append(text.slice(from, at));
      from = at + 1;
      if (this.#take(char)) yield this.#endRecord();
    }
    this.#append(text.slice(from));
  }

  /** The last record, where the text does not end with a line end. */
  *end(): Generator<string[]> {
    if (this.#mode === "quote in plain") this.#field += '"';
    if (this.#record.length > 0 || this.#mode !== "start") yield this.#endRecord();
  }

  /** Whether a character only belongs to the field being read. */
  #isOrdinary(char: string): boolean {
    if (this.#escaped || this.#afterReturn) return false;
    if (this.#mode === "quoted") return char !== '"' && char !== "\\";
    if (this.#mode !== "plain") return false;
    return char !== this.separator && char !== '"' && char !== "\\" && char !== "\n" && char !== "\r";
  }

  /** Takes a character that may mean something; true when it ends a record. */
  #take(char: string): boolean {
    const afterReturn = this.#afterReturn;
    this.#afterReturn = false;
    if (afterReturn && char === "\n") return false;
    if (this.#escaped) {
      this.#escaped = false;
      if (char === '"' || char === "\\" || char === this.separator) {
        this.#append(char);
        return false;
      }
    }
    if (this.#mode === "quote in quoted" || this.#mode === "quote in plain") {
      const quoted = this.#mode === "quote in quoted";
      this.#mode = quoted && char === '"' ? "quoted" : "plain";
      if (char === '"' || !quoted) this.#append('"');
      if (char === '"') return false;
    }
    if (char === "\\") return this.#escape();
    if (this.#mode === "quoted") return this.#inQuotes(char);
    return this.#outsideQuotes(char);
  }

  #escape(): boolean {
    this.#escaped = true;
    if (this.#mode === "start") this.#mode = "plain";
    return false;
  }

  #inQuotes(char: string): boolean {
    if (char === '"') this.#mode = "quote in quoted";
    else this.#append(char);
    return false;
  }

  #outsideQuotes(char: string): boolean {
    if (char === this.separator) {
      this.#record.push(this.#field);
      this.#field = "";
      this.#mode = "start";
      return false;
    }
    if (char === "\n" || char === "\r") {
      this.#afterReturn = char === "\r";
      return this.#record.length > 0 || this.#mode !== "start";
    }
    if (char === '"') this.#mode = this.#mode === "start" ? "quoted" : "quote in plain";
    else {
      this.#mode = "plain";
      this.#append(char);
    }
    return false;
  }

  #append(text: string): void {
    this.#field += text;
    this.#length += text.length;
    if (this.#length > MAX_ITEM_LENGTH)
      throw readerFailed("A record of the CSV file is larger than 8 MB. Is a quotation mark left open?");
  }

  #endRecord(): string[] {
    const record = [...this.#record, this.#field];
    this.#record = [];
    this.#field = "";
    this.#mode = "start";
    this.#length = 0;
    return record;
  }
}
