const [lineFeed, carriageReturn, tab, comma, quote, apostrophe] = [0x0a, 0x0d, 0x09, 0x2c, 0x22, 0x27];
const [plus, minus, equals, at] = [0x2b, 0x2d, 0x3d, 0x40];
/** What = + - @ of full width begin with in UTF-8, and so does the mark of the byte order. */
const wide = 0xef;
const wideSigns = new Set([0xbc9d, 0xbc8b, 0xbc8d, 0xbca0]);
const byteOrder = 0xbbbf;

/** What no spreadsheet takes for a formula though it begins with a sign. */
const plainNumber = /^[+-](\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const mostDigits = 64;

/** Whether a byte outside of quotation marks is the end of a cell. */
function endsCell(byte: number): boolean {
  return byte === comma || byte === lineFeed || byte === carriageReturn;
}

/** Where in a cell the next byte is. `head`: whether the cell begins as a formula does is not known yet. */
type Place = "head" | "sign" | "wide" | "bare" | "quoted" | "quote";

/**
 * Makes CSV (UTF-8, commas) safe to be opened by a spreadsheet: a cell that it would take for a formula gets a single quotation
 * mark in front, plain numbers such as -12.5 stay, and so does every other byte. Source: OWASP, "CSV Injection".
 */
export function guardFormulas(): TransformStream<Uint8Array, Uint8Array> {
  const guard = new FormulaGuard();
  return new TransformStream({
    transform: (chunk, controller) => controller.enqueue(guard.push(chunk)),
    flush: (controller) => controller.enqueue(guard.end()),
  });
}

class FormulaGuard {
  #place: Place = "head";
  #isQuoted = false;
  #isFirst = true;
  /** Bytes of the cell whose fate the next ones decide. */
  #held: number[] = [];
  #out = new Uint8Array(0);
  #length = 0;

  push(chunk: Uint8Array): Uint8Array {
    // A mark for each cell, of which each has a byte and a comma; and what is held.
    this.#out = new Uint8Array(2 * (chunk.length + mostDigits));
    this.#length = 0;
    for (const byte of chunk) this.#take(byte);
    return this.#out.subarray(0, this.#length);
  }

  end(): Uint8Array {
    this.#out = new Uint8Array(2 * mostDigits);
    this.#length = 0;
    if (this.#held.length > 0) this.#release(!this.#isNumber());
    return this.#out.subarray(0, this.#length);
  }

  #take(byte: number): void {
    switch (this.#place) {
      case "head":
        return this.#begin(byte);
      case "sign":
        return this.#sign(byte);
      case "wide":
        return this.#wide(byte);
      case "quoted":
        this.#put(byte);
        if (byte === quote) this.#place = "quote";
        return;
      case "quote":
        // A second one stands for itself; else the cell is over.
        this.#place = byte === quote ? "quoted" : "bare";
        return byte === quote ? this.#put(byte) : this.#bare(byte);
      case "bare":
        return this.#bare(byte);
    }
  }

  #begin(byte: number): void {
    if (byte === quote && !this.#isQuoted) {
      this.#isQuoted = true;
      this.#put(byte);
    } else if (byte === quote) {
      this.#put(byte);
      this.#place = "quote";
    } else if (endsCell(byte) && !this.#isQuoted) {
      this.#bare(byte);
    } else if (byte === plus || byte === minus || byte === wide) {
      this.#held = [byte];
      this.#place = byte === wide ? "wide" : "sign";
    } else {
      const isFormula = [equals, at, tab, carriageReturn, lineFeed].includes(byte);
      this.#held = [byte];
      this.#release(isFormula);
    }
    this.#isFirst &&= byte === wide;
  }

  /** A sign, and what may be the digits after it. */
  #sign(byte: number): void {
    const last = this.#held.at(-1);
    const ends = this.#isQuoted ? last === quote && byte !== quote : endsCell(byte);
    if (ends) {
      this.#release(!this.#isNumber());
      return this.#take(byte);
    }
    this.#held.push(byte);
    if (this.#held.length === mostDigits) this.#release(true);
  }

  #wide(byte: number): void {
    this.#held.push(byte);
    const [, second = 0, third] = this.#held;
    if (third === undefined) return;
    const bytes = second * 256 + third;
    if (this.#isFirst && bytes === byteOrder) {
      this.#release(false);
      this.#place = "head";
    } else {
      this.#release(wideSigns.has(bytes));
    }
    this.#isFirst = false;
  }

  #bare(byte: number): void {
    this.#put(byte);
    const ends = endsCell(byte);
    this.#place = ends ? "head" : "bare";
    if (ends) this.#isQuoted = false;
  }

  #isNumber(): boolean {
    const text = String.fromCharCode(...this.#held);
    return plainNumber.test(this.#isQuoted ? text.replace(/"$/, "") : text);
  }

  /** Lets go of what was held, with a mark in front or without. */
  #release(marked: boolean): void {
    if (marked) this.#put(apostrophe);
    const held = this.#held;
    this.#held = [];
    this.#place = this.#isQuoted ? "quoted" : "bare";
    for (const byte of held) this.#take(byte);
  }

  #put(byte: number): void {
    this.#out[this.#length] = byte;
    this.#length += 1;
  }
}
