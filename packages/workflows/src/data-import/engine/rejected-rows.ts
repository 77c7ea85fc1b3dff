import { createReadStream } from "node:fs";
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { excerpt, type Reject, type Rejection } from "./rows/rejection.js";

/**
 * The list of rejected rows, one JSON object a line, kept in a temporary file until the whole file has been
 * read. `add` never waits; what it collects is written at the next `flush`.
 */
export class RejectedRows {
  listed = 0;
  private readonly maxBytes: number;
  private readonly maxRowBytes: number;
  private bytes = 0;
  private pending: string[] = [];
  private pendingLength = 0;
  private folder: string | null = null;
  private file: FileHandle | null = null;

  constructor(limits: { readonly maxRejectedBytes: number; readonly maxRejectedRowBytes: number }) {
    this.maxBytes = limits.maxRejectedBytes;
    this.maxRowBytes = limits.maxRejectedRowBytes;
  }

  readonly add: Reject = ({ line, code, reason, column }, raw, start, end) => {
    if (this.bytes > this.maxBytes) return;
    const rejection: Rejection = {
      line,
      code,
      reason,
      column,
      row: excerpt(raw, start, end, this.maxRowBytes).replace(/[\r\n]+$/, ""),
    };
    const text = `${JSON.stringify(rejection)}\n`;
    this.bytes += Buffer.byteLength(text);
    if (this.bytes > this.maxBytes) return;
    this.listed++;
    this.pending.push(text);
    this.pendingLength += text.length;
  };

  /** @param least how much must have been collected to be worth writing, in characters */
  async flush(least = 1): Promise<void> {
    if (this.pendingLength < least) return;
    const text = this.pending.join("");
    this.pending = [];
    this.pendingLength = 0;
    if (this.file === null) {
      this.folder = await mkdtemp(join(tmpdir(), "longhaul-rejected-"));
      this.file = await open(join(this.folder, "rows.ndjson"), "w");
    }
    await this.file.writeFile(text);
  }

  /** The list from its beginning; only when something was listed. */
  async *read(): AsyncGenerator<Uint8Array> {
    await this.flush();
    if (this.folder !== null) yield* createReadStream(join(this.folder, "rows.ndjson"));
  }

  async dispose(): Promise<void> {
    await this.file?.close();
    if (this.folder !== null) await rm(this.folder, { recursive: true, force: true });
  }
}
