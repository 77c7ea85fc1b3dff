import { count, fileProblem, size } from "../problems.js";

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

export type Flaw = "UNCLOSED_QUOTE" | "TEXT_AFTER_QUOTE";

/**
 * One record. The parser reuses it: read it before the next record comes. Only `bytes` stay as they are until
 * the next push, so that places in them can be worked on together.
 */
export interface CsvRecord {
  bytes: Uint8Array;
  /** Where the fields are in `bytes`, unquoted. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Fields in the record; places past the parser's `maxFields` are not kept. */
  count: number;
  /** Where the record is as it stands in the file, without the end of its line. */
  rawStart: number;
  rawEnd: number;
  /** Line of the file in which the record begins, from 1. */
  line: number;
  flaw: Flaw | null;
}

export interface CsvOptions {
  /** A single byte. */
  readonly delimiter: number;
  /** What ends a line: line feed (with or without a carriage return before it), or carriage return alone. */
  readonly newline: "lf" | "cr";
  readonly maxRecordBytes: number;
  readonly maxFields: number;
  /** The line that the first byte is on. */
  readonly firstLine?: number;
}

/**
 * Splits UTF-8 into CSV records as RFC 4180 says, over chunks cut anywhere, without making strings. Beyond
 * the RFC: any delimiter, any of the three line ends, lines of other lengths than the first; a quotation mark
 * inside an unquoted field is a character like others; empty lines are skipped.
 */
export class CsvParser {
  private readonly delimiter: number;
  private readonly newline: number;
  private readonly maxRecordBytes: number;
  private readonly maxFields: number;
  private readonly onRecord: (record: CsvRecord) => void;
  private readonly record: CsvRecord;
  /** The lower half is for bytes of the file, the upper for fields whose quotation marks were doubled. */
  private buffer = new Uint8Array(256 * 1024);
  /** Bytes of a record that is not complete yet, and where they begin. */
  private held = 0;
  private heldFrom = 0;
  private line: number;
  /** Lines that end in the fields of the record that is being read. */
  private linesInside = 0;
  /** Of the quoted field that was read last. */
  private fieldStart = 0;
  private fieldEnd = 0;

  constructor(options: CsvOptions, onRecord: (record: CsvRecord) => void) {
    this.delimiter = options.delimiter;
    this.newline = options.newline === "lf" ? lineFeed : carriageReturn;
    this.maxRecordBytes = options.maxRecordBytes;
    this.maxFields = options.maxFields;
    this.line = options.firstLine ?? 1;
    this.onRecord = onRecord;
    const fields = this.maxFields + 1;
    this.record = {
      bytes: this.buffer,
      starts: new Int32Array(fields),
      ends: new Int32Array(fields),
      count: 0,
      rawStart: 0,
      rawEnd: 0,
      line: 1,
      flaw: null,
    };
  }

  /** @throws FatalError LINE_TOO_LONG, and what the receiver of records throws. */
  push(chunk: Uint8Array): void {
    this.append(chunk);
    this.parse(this.held + chunk.length, false);
  }

  /** The last record may lack the end of its line. */
  end(): void {
    if (this.held === 0) return;
    this.append(Uint8Array.of(this.newline));
    this.parse(this.held + 1, true);
  }

  private append(chunk: Uint8Array): void {
    const { buffer, held, heldFrom } = this;
    const needed = held + chunk.length + 1;
    if (needed * 2 > buffer.length) {
      this.buffer = new Uint8Array(Math.max(needed * 2, buffer.length * 2));
      this.buffer.set(buffer.subarray(heldFrom, heldFrom + held));
    } else if (held > 0) buffer.copyWithin(0, heldFrom, heldFrom + held);
    this.buffer.set(chunk, this.held);
    // A sentinel, so that the scan of a field needs no second look at where the bytes end.
    this.buffer[needed - 1] = this.newline;
  }

  private parse(length: number, last: boolean): void {
    let at = 0;
    while (at < length) {
      const next = this.parseRecord(at, length, last);
      if (next < 0) break;
      at = next;
    }
    this.held = length - at;
    this.heldFrom = at;
    if (this.held > this.maxRecordBytes) this.refuseLong();
  }

  /** @returns where the next record begins, or -1 when this one goes on past the bytes at hand. */
  private parseRecord(begin: number, length: number, last: boolean): number {
    const { buffer, delimiter, newline, record, maxFields } = this;
    const { starts, ends } = record;
    // Letters and digits come after a comma: one look tells that they end no field.
    const highest = Math.max(delimiter, newline);
    let at = begin;
    let fields = 0;
    let byte: number;
    record.flaw = null;
    this.linesInside = 0;
    for (;;) {
      let start = at;
      let end: number;
      if (buffer[at] === quote && at < length) {
        at = this.quotedField(at + 1, length, last);
        if (at < 0) return -1;
        start = this.fieldStart;
        end = this.fieldEnd;
        byte = at < length ? (buffer[at] as number) : newline;
      } else {
        while ((byte = buffer[at] as number) > highest || (byte !== delimiter && byte !== newline)) at++;
        end = at;
      }
      if (fields <= maxFields) {
        starts[fields] = start;
        ends[fields] = end;
      }
      fields++;
      if (byte === newline) break;
      at++;
    }
    if (at >= length && !last) return -1;
    if (at - begin > this.maxRecordBytes) this.refuseLong();
    this.trimReturn(begin, at, fields);
    if (fields > 1 || (ends[0] as number) > (starts[0] as number) || buffer[begin] === quote) {
      this.emit(begin, Math.min(at, last ? length - 1 : length), fields);
    }
    this.line += this.linesInside + 1;
    return Math.min(at + 1, length);
  }

  /**
   * Reads on from the first byte within quotation marks, and leaves the field in `fieldStart` and `fieldEnd`.
   *
   * @returns where the delimiter or the end of the line is, or -1 when there are too few bytes.
   */
  private quotedField(from: number, length: number, last: boolean): number {
    const { buffer, delimiter, newline, record } = this;
    let at = from;
    let doubled = false;
    for (;;) {
      for (; at < length && buffer[at] !== quote; at++) if (buffer[at] === newline) this.linesInside++;
      if (at + 1 >= length) {
        if (!last) return -1;
        record.flaw = "UNCLOSED_QUOTE";
        this.linesInside--;
        this.unquote(from, length - 1, doubled);
        return length;
      }
      if (buffer[at + 1] !== quote) break;
      doubled = true;
      at += 2;
    }
    this.unquote(from, at++, doubled);
    if (buffer[at] === carriageReturn && newline !== carriageReturn) {
      if (at + 1 >= length) return -1;
      if (buffer[at + 1] === newline) return at + 1;
    }
    if (buffer[at] !== delimiter && buffer[at] !== newline) {
      record.flaw = "TEXT_AFTER_QUOTE";
      while (at < length && buffer[at] !== delimiter && buffer[at] !== newline) at++;
      if (at === length) return -1;
    }
    return at;
  }

  /** Takes the carriage return before a line feed off the last field, where that is not quoted. */
  private trimReturn(begin: number, at: number, fields: number): void {
    const { starts, ends } = this.record;
    const field = fields - 1;
    if (field > this.maxFields || ends[field] !== at || at <= begin) return;
    if (this.buffer[at - 1] === carriageReturn && at > (starts[field] as number)) ends[field] = at - 1;
  }

  private emit(begin: number, end: number, fields: number): void {
    const { buffer, record } = this;
    record.bytes = buffer;
    record.rawStart = begin;
    record.rawEnd = end;
    record.count = fields;
    record.line = this.line;
    this.onRecord(record);
  }

  /** Leaves a field as it is, or a copy in the upper half of the buffer in which doubled marks are single. */
  private unquote(start: number, end: number, doubled: boolean): void {
    this.fieldStart = start;
    this.fieldEnd = end;
    if (!doubled) return;
    const { buffer } = this;
    const half = buffer.length >> 1;
    let to = half + start;
    this.fieldStart = to;
    for (let at = start; at < end; at++) {
      const byte = buffer[at] as number;
      buffer[to++] = byte;
      if (byte === quote) at++;
    }
    this.fieldEnd = to;
  }

  private refuseLong(): never {
    throw fileProblem(
      "LINE_TOO_LONG",
      `The row that begins on line ${count(this.line)} is longer than ${size(this.maxRecordBytes)}. Often a quotation mark that is never closed is the cause.`,
    );
  }
}
