/** Deepest nesting of filters, parentheses and calls. */
const MAX_DEPTH = 50;

/** A position in a text that is being parsed. */
export class Cursor {
  at = 0;
  private depth = 0;

  constructor(readonly text: string) {}

  get done(): boolean {
    return this.at >= this.text.length;
  }

  /** The next character, "" at the end. */
  peek(): string {
    return this.text.charAt(this.at);
  }

  /** Steps over `token` if it is next. */
  take(token: string): boolean {
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  /** Steps over `token`. @throws SyntaxError when something else is next */
  expect(token: string): void {
    if (!this.take(token)) this.fail(`'${token}' is missing`);
  }

  /** Steps over what a sticky regular expression matches here. */
  match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text)?.[0];
    if (found === undefined) return undefined;
    this.at += found.length;
    return found;
  }

  /** Reads something that may hold its like. @throws SyntaxError when it nests too deeply */
  nested<T>(read: () => T): T {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) this.fail(`it nests deeper than ${MAX_DEPTH} levels`);
    const found = read();
    this.depth -= 1;
    return found;
  }

  space(): void {
    while (this.at < this.text.length && this.text.charCodeAt(this.at) <= 0x20) this.at += 1;
  }

  fail(reason: string): never {
    throw new SyntaxError(`'${this.text}' is not a valid path: ${reason} at character ${this.at + 1}`);
  }
}
