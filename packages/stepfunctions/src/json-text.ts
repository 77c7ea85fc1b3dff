import type { JsonMemo } from "./json-memo.js";

/** A JSON value that is known as text, as value or as both: the other form is made when it is asked for. */
export class Json {
  private constructor(
    private known: string | undefined,
    private parsed: unknown,
    private readonly make: (() => unknown) | undefined,
    /** Whether the text is what JSON.stringify makes of the value, and not what somebody has sent. */
    readonly canonical: boolean,
    private readonly memo: JsonMemo | undefined,
  ) {}

  static text(text: string, memo?: JsonMemo): Json {
    return new Json(text, undefined, undefined, false, memo);
  }

  static value(value: unknown, memo?: JsonMemo): Json {
    return new Json(undefined, value, undefined, true, memo);
  }

  /** A text that somebody has sent, with what has been parsed of it. */
  static parsed(text: string, value: unknown): Json {
    return new Json(text, value, undefined, false, undefined);
  }

  /** A value with what JSON.stringify has made of it. */
  static written(text: string, value: unknown): Json {
    return new Json(text, value, undefined, true, undefined);
  }

  /** A value that is made when it is asked for. */
  static made(make: () => unknown): Json {
    return new Json(undefined, undefined, make, true, undefined);
  }

  get text(): string {
    this.known ??= this.memo === undefined ? JSON.stringify(this.value) : this.memo.write(this.value);
    return this.known;
  }

  /** No JSON value is undefined: that one is not known yet. */
  get value(): unknown {
    if (this.parsed !== undefined) return this.parsed;
    if (this.make !== undefined) this.parsed = this.make();
    else if (this.known !== undefined)
      this.parsed = this.memo === undefined ? JSON.parse(this.known) : this.memo.read(this.known);
    return this.parsed;
  }
}
