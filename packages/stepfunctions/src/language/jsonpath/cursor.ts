/** A position in a text that is being parsed. */
export class Cursor {
  at = 0;

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

  space(): void {
    while (this.at < this.text.length && this.text.charCodeAt(this.at) <= 0x20) this.at += 1;
  }

  fail(reason: string): never {
    throw new SyntaxError(`'${this.text}' is not a valid path: ${reason} at character ${this.at + 1}`);
  }
}
