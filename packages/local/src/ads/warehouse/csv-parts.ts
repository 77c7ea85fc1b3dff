import { createWriteStream, type WriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { once } from "node:events";
import { finished } from "node:stream/promises";
import { join } from "node:path";

/** Writes rows as CSV into files of about `partBytes`, each with the header. At least one is written. */
export class CsvParts {
  readonly names: string[] = [];
  readonly #folder: string;
  readonly #header: string;
  readonly #partBytes: number;
  #file: WriteStream | null = null;
  #bytes = 0;

  constructor(folder: string, columns: readonly string[], partBytes: number) {
    this.#folder = folder;
    this.#header = line(columns);
    this.#partBytes = partBytes;
  }

  async write(rows: readonly (readonly unknown[])[]): Promise<void> {
    let text = "";
    for (const row of rows) {
      text += line(row.map(cell));
      if (text.length >= 65_536 || this.#bytes + text.length >= this.#partBytes) {
        await this.#append(text);
        text = "";
      }
    }
    if (text !== "") await this.#append(text);
  }

  async close(): Promise<void> {
    if (this.names.length === 0) await this.#append("");
    await this.#end();
  }

  async #append(text: string): Promise<void> {
    if (this.#file !== null && this.#bytes >= this.#partBytes) await this.#end();
    const file = this.#file ?? (await this.#next());
    this.#bytes += Buffer.byteLength(text);
    if (!file.write(text)) await once(file, "drain");
  }

  async #next(): Promise<WriteStream> {
    await mkdir(this.#folder, { recursive: true });
    const name = `part-${String(this.names.length).padStart(5, "0")}.csv`;
    this.names.push(name);
    const file = createWriteStream(join(this.#folder, name));
    this.#file = file;
    this.#bytes = Buffer.byteLength(this.#header);
    file.write(this.#header);
    return file;
  }

  async #end(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    if (!file) return;
    file.end();
    await finished(file);
  }
}

/** Lists and rows as AMC writes them: [[1, Kettles], [2, Tents]]. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "object") return `[${Object.values(value).map(cell).join(", ")}]`;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Source: RFC 4180. */
function line(cells: readonly string[]): string {
  return `${cells.map((text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(",")}\n`;
}
