import { quoted } from "./json.js";

/** Objects with more members are not looked through for the value that is known. */
const FEW_MEMBERS = 8;

/**
 * The JSON value that was read last, with its texts: what a task has answered is written as its state's output, read as the
 * next state's input and written again as that one's arguments, and need not be parsed and put together each time.
 */
export class JsonMemo {
  /** An object or array that came out of JSON.parse: no other value is sure to be what its text says. */
  private value: unknown;
  /** What it was read from. */
  private source: string | undefined;
  /** What JSON.stringify makes of it. */
  private written: string | undefined;

  /** Keeps a value that a text has been parsed to. Nobody may change it. */
  keep(text: string, value: unknown): void {
    if (typeof value !== "object" || value === null) return;
    // The zero below zero is written as the other one, and would not be read again as it was.
    if (text.includes("-0")) return;
    this.value = value;
    this.source = text;
    this.written = undefined;
  }

  /** The value of a text. @throws SyntaxError */
  read(text: string): unknown {
    if (text === this.written || text === this.source) return this.value;
    const value: unknown = JSON.parse(text);
    this.keep(text, value);
    return value;
  }

  /** As JSON.stringify. */
  write(value: unknown): string {
    if (this.value === undefined) return JSON.stringify(value);
    if (value === this.value) return this.known();
    return this.around(value) ?? JSON.stringify(value);
  }

  private known(): string {
    this.written ??= JSON.stringify(this.value);
    return this.written;
  }

  /** The text of an object that has the known value among few members: the arguments of a call, mostly. */
  private around(value: unknown): string | undefined {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    const object = value as Record<string, unknown>;
    if (!this.isAmongFew(object) || "toJSON" in object) return undefined;
    let members = "";
    for (const key in object) {
      const member = object[key];
      const text = member === this.value ? this.known() : (JSON.stringify(member) as string | undefined);
      // What JSON has no word for is left out.
      if (text !== undefined) members += `${members === "" ? "" : ","}${quoted(key)}:${text}`;
    }
    return `{${members}}`;
  }

  private isAmongFew(object: Record<string, unknown>): boolean {
    let count = 0;
    let found = false;
    for (const key in object) {
      count += 1;
      if (count > FEW_MEMBERS) return false;
      if (object[key] === this.value) found = true;
    }
    return found;
  }
}
