import { MAX_JSON_DEPTH } from "../limits.js";

/** A JSON syntax error in the words of AWS, whose service reads definitions with Jackson. */
export interface SyntaxProblem {
  message: string;
  location: string;
}

const VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
const SHOWN_CHARACTERS = 500;
const LONGEST_TOKEN = 256;

class Problem extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

/** Finds the first syntax error of a text that does not parse; undefined when it nests too deeply before that. */
export function describeSyntaxError(text: string): SyntaxProblem | undefined {
  try {
    new Scanner(text).scan();
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const location = sourceAt(text, error.at);
    return { message: `${error.message}\n at ${location}`, location };
  }
}

function sourceAt(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split(/\r\n|\r|\n/).length;
  const column = offset - Math.max(before.lastIndexOf("\n"), before.lastIndexOf("\r"));
  const rest = text.length - SHOWN_CHARACTERS;
  const shown = `"${text.slice(0, SHOWN_CHARACTERS)}"${rest > 0 ? `[truncated ${rest} chars]` : ""}`;
  return `[Source: (String)${shown}; line: ${line}, column: ${column}]`;
}

interface Container {
  kind: "Object" | "Array";
  start: number;
  empty: boolean;
}

/** Reads JSON without building it. It keeps its own stack, so that deep nesting is no danger. */
class Scanner {
  private at = 0;
  private readonly open: Container[] = [];

  constructor(private readonly text: string) {}

  scan(): void {
    this.skipBlanks();
    this.value();
    for (let inner = this.open.at(-1); inner !== undefined; inner = this.open.at(-1)) {
      if (this.open.length > MAX_JSON_DEPTH) return;
      this.next(inner);
    }
    this.skipBlanks();
    if (this.at < this.text.length) this.unexpectedValue();
  }

  /** What stands in a container after its opening mark or after a value. */
  private next(inner: Container): void {
    const { kind, start } = inner;
    this.skipBlanks();
    const character = this.text.charAt(this.at);
    if (character === "")
      throw new Problem(
        `Unexpected end-of-input: expected close marker for ${kind} (start marker at ${sourceAt(this.text, start)})`,
        this.at,
      );
    if (character === "]" || character === "}") return this.close(character);
    if (!inner.empty) {
      if (character !== ",") this.unexpected(`was expecting comma to separate ${kind} entries`);
      this.at += 1;
      this.skipBlanks();
      if (this.at >= this.text.length) this.endWithin(kind);
    }
    inner.empty = false;
    if (kind === "Object") this.name();
    this.value();
  }

  private close(mark: string): void {
    const inner = this.open.at(-1) as Container;
    const expected = inner.kind === "Object" ? "}" : "]";
    if (mark !== expected)
      throw new Problem(
        `Unexpected close marker '${mark}': expected '${expected}' (for ${inner.kind} starting at ${sourceAt(this.text, inner.start)})`,
        this.at + 1,
      );
    this.open.pop();
    this.at += 1;
  }

  private name(): void {
    if (this.text.charAt(this.at) !== '"') this.unexpected("was expecting double-quote to start field name");
    this.string("name", "in field name");
    this.skipBlanks();
    if (this.at >= this.text.length) this.endWithin("Object");
    if (this.text.charAt(this.at) !== ":")
      this.unexpected("was expecting a colon to separate field name and value");
    this.at += 1;
    this.skipBlanks();
    if (this.at >= this.text.length) this.endWithin("Object");
  }

  private value(): void {
    const character = this.text.charAt(this.at);
    if (character === "{" || character === "[") {
      this.open.push({ kind: character === "{" ? "Object" : "Array", start: this.at, empty: true });
      this.at += 1;
    } else if (character === '"')
      this.string("string value", ": was expecting closing quote for a string value");
    else if (/[-\d]/.test(character)) this.number();
    else this.word();
  }

  private word(): void {
    const word = /[\p{L}\p{N}_$]*/uy;
    word.lastIndex = this.at;
    const [token = ""] = word.exec(this.text) ?? [];
    if (token === "" || /^\p{N}/u.test(token)) return this.unexpectedValue();
    this.at += Math.min(token.length, LONGEST_TOKEN);
    if (!["true", "false", "null"].includes(token))
      throw new Problem(
        `Unrecognized token '${token.slice(0, LONGEST_TOKEN)}': was expecting ${VALUES}`,
        this.at,
      );
  }

  private number(): void {
    const number = /-?(\d*)(\.\d*)?([eE][-+]?\d*)?/y;
    number.lastIndex = this.at;
    const [whole = "", digits = "", fraction, exponent] = number.exec(this.text) ?? [];
    const start = this.at;
    this.at += whole.length;
    const numeric = (why: string, offset: number) => {
      this.at = offset;
      this.unexpected(why, " in numeric value");
    };
    if (digits === "") numeric("No digit following minus sign", start + 1);
    if (digits.length > 1 && digits.startsWith("0"))
      throw new Problem(
        "Invalid numeric value: Leading zeroes not allowed",
        start + whole.length - digits.length + 1,
      );
    if (fraction === ".")
      numeric("Decimal point not followed by a digit", start + whole.length - (exponent?.length ?? 0));
    if (exponent !== undefined && !/\d$/.test(exponent))
      numeric("Exponent indicator not followed by a digit", this.at);
  }

  private string(where: string, atEnd: string): void {
    for (this.at += 1; ; this.at += 1) {
      const character = this.text.charAt(this.at);
      if (character === "")
        throw new Problem(`Unexpected end-of-input${atEnd.startsWith(":") ? "" : " "}${atEnd}`, this.at);
      if (character === '"') break;
      if (character < " ")
        throw new Problem(
          `Illegal unquoted character (${describe(character)}): has to be escaped using backslash to be included in ${where}`,
          this.at + 1,
        );
      if (character === "\\") this.escape();
    }
    this.at += 1;
  }

  private escape(): void {
    this.at += 1;
    const character = this.text.charAt(this.at);
    if (character !== "" && !'"\\/bfnrtu'.includes(character))
      throw new Problem(`Unrecognized character escape ${describe(character)}`, this.at + 1);
    if (character !== "u") return;
    for (let digit = 0; digit < 4; digit += 1) {
      this.at += 1;
      if (!/[\dA-Fa-f]/.test(this.text.charAt(this.at)))
        this.unexpected("expected a hex-digit for character escape sequence");
    }
  }

  private skipBlanks(): void {
    while (" \t\n\r".includes(this.text.charAt(this.at) || "x")) this.at += 1;
  }

  private unexpectedValue(): never {
    this.unexpected(`expected a valid value ${VALUES}`);
  }

  private unexpected(why: string, where = ""): never {
    const character = this.text.charAt(this.at);
    if (character === "")
      throw new Problem(
        `Unexpected end-of-input${where || ` within/between ${this.open.at(-1)?.kind ?? "root"} entries`}`,
        this.at,
      );
    throw new Problem(`Unexpected character (${describe(character)})${where}: ${why}`, this.at + 1);
  }

  private endWithin(kind: string): never {
    throw new Problem(`Unexpected end-of-input within/between ${kind} entries`, this.at);
  }
}

function describe(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 32) return `(CTRL-CHAR, code ${code})`;
  return `'${character}' (code ${code}${code > 255 ? ` / 0x${code.toString(16)}` : ""})`;
}
