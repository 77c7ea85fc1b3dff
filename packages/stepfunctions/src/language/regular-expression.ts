import { RE2JS } from "re2js";
import { MAX_MATCH_STEPS } from "../limits.js";
import { MAX_COMPUTING_MS } from "./bounds.js";

/** White space and line ends in JavaScript's meaning (ECMA-262, WhiteSpace and LineTerminator), and what is neither. */
const SPACE = "\\t-\\r \\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff";
const NO_SPACE =
  "\\x00-\\x08\\x0e-\\x1f!-\\x9f\\xa1-\\u167f\\u1681-\\u1fff\\u200b-\\u2027\\u202a-\\u202e\\u2030-\\u205e\\u2060-\\u2fff\\u3001-\\ufefe\\uff00-\\u{10ffff}";
const NO_LINE_END = "[^\\n\\r\\u2028\\u2029]";
/** Letters and digits that mean something after a backslash; JavaScript takes any other for itself. */
const ESCAPES = /[bBcdDfnrtuvwWx0-9]/;

const compiled = new WeakMap<RegExp, RE2JS>();

/**
 * A regular expression as jsonata uses one (`exec` from `lastIndex` on), matched in time that grows with the text and
 * not with the ways to match it: no pattern can hang the process. Patterns mean what they mean in JavaScript, except
 * that a character is a code point, a repeated group keeps its last text, and `m` ends lines at \n alone.
 */
export class LinearRegExp {
  lastIndex = 0;
  private readonly pattern: RE2JS;
  private readonly until = Date.now() + MAX_COMPUTING_MS;

  /** @throws Error for what no linear engine can do, lookaheads and backreferences above all */
  constructor(private readonly given: RegExp) {
    const known = compiled.get(given);
    this.pattern = known ?? compile(given);
    if (known === undefined) compiled.set(given, this.pattern);
  }

  /** The next match from lastIndex on, which moves behind it. @throws Error when it would take too long */
  exec(text: string): RegExpExecArray | null {
    const { source } = this.given;
    if (this.pattern.programSize() * text.length > MAX_MATCH_STEPS)
      throw new Error(
        `The regular expression /${source}/ is too large for a text of ${text.length} characters`,
      );
    // A search is quick, but $match and $replace make one for each match and look at no clock between them.
    if (Date.now() > this.until)
      throw new Error(`The regular expression /${source}/ took longer than ${MAX_COMPUTING_MS} ms`);
    const matcher = this.pattern.matcher(text);
    if (this.lastIndex > text.length || !matcher.find(this.lastIndex)) {
      this.lastIndex = 0;
      return null;
    }
    this.lastIndex = matcher.end();
    const groups = Array.from(
      { length: matcher.groupCount() },
      (_, index) => matcher.group(index + 1) ?? undefined,
    );
    const match = [matcher.group() ?? "", ...groups] as string[];
    return Object.assign(match as [string, ...string[]], { index: matcher.start(), input: text });
  }
}

function compile({ source, ignoreCase, multiline }: RegExp): RE2JS {
  const flags = (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (multiline ? RE2JS.MULTILINE : 0);
  try {
    return RE2JS.compile(RE2JS.translateRegExp(asJavaScript(source)), flags);
  } catch (error) {
    throw new Error(
      `The regular expression /${source}/ is not supported: ${(error as Error).message}. Lookaheads, lookbehinds, backreferences and more than 1000 repetitions are not.`,
      { cause: error },
    );
  }
}

/** Writes out what JavaScript and RE2 both accept but mean differently. */
function asJavaScript(source: string): string {
  let inClass = false;
  let written = "";
  for (const [token] of source.matchAll(/\\?[^]/g)) {
    if (token === "[" && inClass) written += "\\[";
    else if (token === "." && !inClass) written += NO_LINE_END;
    else if (token.length === 2) written += escape(token.slice(1), inClass);
    else written += token;
    if (token === "[") inClass = true;
    else if (token === "]") inClass = false;
  }
  return written;
}

function escape(letter: string, inClass: boolean): string {
  if (letter === "s" || letter === "S") {
    const members = letter === "s" ? SPACE : NO_SPACE;
    return inClass ? members : `[${members}]`;
  }
  if (letter === "k") throw new Error("`\\k` is a backreference");
  if (letter === "b" && inClass) return "\\x08";
  return /[a-z0-9]/i.test(letter) && !ESCAPES.test(letter) ? letter : `\\${letter}`;
}
