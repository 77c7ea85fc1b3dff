import { count, fileProblem, size } from "../problems.js";
import type { OnRow, Splitter } from "./splitter.js";

const lineFeed = 0x0a;

/** Splits at line feeds; blank lines are skipped. */
export class LineSplitter implements Splitter {
  private readonly maxBytes: number;
  private readonly onRow: OnRow;
  private held: Buffer = Buffer.alloc(0);
  private line = 1;

  constructor(maxBytes: number, onRow: OnRow) {
    this.maxBytes = maxBytes;
    this.onRow = onRow;
  }

  /** @throws FatalError LINE_TOO_LONG, and what the receiver of rows throws. */
  push(chunk: Uint8Array): void {
    const bytes = Buffer.concat([this.held, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, start)) {
      this.emit(bytes, start, end);
      start = end + 1;
    }
    this.held = bytes.subarray(start);
    if (this.held.length > this.maxBytes) this.refuse();
  }

  end(): void {
    this.emit(this.held, 0, this.held.length);
    this.held = Buffer.alloc(0);
  }

  private emit(bytes: Buffer, start: number, end: number): void {
    if (end - start > this.maxBytes) this.refuse();
    let from = start;
    while (from < end && (bytes[from] as number) <= 0x20) from++;
    if (from < end) this.onRow(bytes, from, end, this.line);
    this.line++;
  }

  private refuse(): never {
    throw fileProblem(
      "LINE_TOO_LONG",
      `Line ${count(this.line)} is longer than ${size(this.maxBytes)}, which is more than an import takes.`,
    );
  }
}
