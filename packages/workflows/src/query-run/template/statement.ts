import { mostProblems, placeIn, type TemplateProblem, type TemplateProblemCode } from "./problem.js";
import type { Token } from "./tokens.js";
import { afterValue, beforeGroup, beforeTable, beforeValue, changes, endsTables, writes } from "./words.js";

/** Where a parameter stands, and whether several values may stand there: in `IN ({{names}})` or `ARRAY[{{names}}]`. */
export interface Slot {
  name: string;
  from: number;
  to: number;
  listAllowed: boolean;
}

export interface Statement {
  slots: Slot[];
  problems: TemplateProblem[];
  /** Offset where the statement's last token ends: before the semicolon, if there is one. */
  end: number;
}

const customParameter =
  "CUSTOM_PARAMETER takes AMC's own parameters, which are not used here. Write {{name}} and describe it as a parameter.";

/** One pair of brackets. `tables`: names of tables stand in it, after the right words and commas. */
interface Frame {
  open: Token | undefined;
  kind: "query" | "call" | "group" | "list";
  tables: boolean;
}

/** Follows the brackets and clauses of one SELECT, as far as needed to say where a value may stand. */
export function readStatement(sql: string, tokens: readonly Token[]): Statement {
  const end = tokens.findIndex((token) => isOperator(token, ";"));
  const reader = new Reader(sql, end < 0 ? tokens : tokens.slice(0, end));
  const second = end < 0 ? undefined : tokens[end + 1];
  if (second) {
    reader.refuse(second, "MANY_STATEMENTS", "A query is one statement: nothing may follow the semicolon.");
  }
  return reader.read();
}

class Reader {
  private readonly problems: TemplateProblem[] = [];
  private readonly slots: Slot[] = [];
  private readonly frames: Frame[] = [{ open: undefined, kind: "query", tables: false }];
  private index = 0;

  constructor(
    private readonly sql: string,
    private readonly tokens: readonly Token[],
  ) {}

  refuse(token: Token, code: TemplateProblemCode, message: string): void {
    if (this.problems.length >= mostProblems) return;
    const parameter = token.kind === "parameter" ? token.text : null;
    this.problems.push({ code, message, place: placeIn(this.sql, token.from, token.to), parameter });
  }

  read(): Statement {
    this.readBeginning();
    for (const token of this.tokens) {
      if (token.kind === "word") this.readWord(token);
      else if (token.kind === "parameter") this.readParameter(token);
      else if (token.kind === "operator") this.readOperator(token);
      this.index += 1;
    }
    const { open } = this.frame;
    if (open && this.problems.length === 0) {
      this.refuse(open, "SQL_INVALID", `This ${open.text} is never closed.`);
    }
    return { slots: this.slots, problems: this.problems, end: this.tokens.at(-1)?.to ?? 0 };
  }

  private get frame(): Frame {
    return this.frames.at(-1) as Frame;
  }

  /** The token `steps` before the one that is read. */
  private back(steps = 1): Token | undefined {
    return this.tokens[this.index - steps];
  }

  private readBeginning(): void {
    const [first] = this.tokens;
    const message = "A query begins with SELECT or WITH.";
    if (!first) this.problems.push({ code: "NOT_A_QUERY", message, place: null, parameter: null });
    else if (!["select", "with"].includes(wordOf(first) ?? "")) this.refuse(first, "NOT_A_QUERY", message);
  }

  private readWord(token: Token): void {
    const { frame } = this;
    const word = token.text.toLowerCase();
    const before = this.back();
    const begins = before !== undefined && before === frame.open && frame.kind === "group";
    const follows = before !== undefined && isOperator(before, ")");
    if ((begins && changes.has(word)) || (follows && writes.has(word)) || word === "into") {
      this.refuse(token, "NOT_A_QUERY", `A query only reads: ${word.toUpperCase()} cannot stand here.`);
    }
    if (word === "custom_parameter") this.refuse(token, "NOT_A_QUERY", customParameter);
    if (word === "select") {
      frame.kind = "query";
      frame.tables = false;
    } else if (word === "join" || (word === "from" && !this.isFromOperator(0))) frame.tables = true;
    else if (endsTables.has(word)) frame.tables = false;
  }

  private readOperator(token: Token): void {
    if (isOperator(token, "(") || isOperator(token, "[")) this.frames.push(this.opened(token));
    if (!isOperator(token, ")") && !isOperator(token, "]")) return;
    if (this.frame.open?.text === (token.text === ")" ? "(" : "[")) this.frames.pop();
    else this.refuse(token, "SQL_INVALID", `This ${token.text} closes nothing.`);
  }

  private opened(open: Token): Frame {
    const before = this.back();
    const word = wordOf(before);
    if (open.text === "[") return { open, kind: word === "array" ? "list" : "call", tables: false };
    if (word === "in") return { open, kind: "list", tables: false };
    if (before?.kind === "identifier" || (word !== null && !beforeGroup.has(word))) {
      return { open, kind: "call", tables: false };
    }
    return { open, kind: "group", tables: this.isTableNext() };
  }

  /** Whether the FROM that stands `steps` before is that of IS DISTINCT FROM or EXTRACT(DAY FROM x), and no clause. */
  private isFromOperator(steps: number): boolean {
    const [second, third] = [this.back(steps + 1), this.back(steps + 2)];
    if (wordOf(second) === "distinct") return ["is", "not"].includes(wordOf(third) ?? "");
    return this.frame.kind === "call" && second !== this.frame.open;
  }

  /** Whether a name of a table would stand at this place. */
  private isTableNext(): boolean {
    const before = this.back();
    if (!this.frame.tables || !before) return false;
    if (isOperator(before, ",") || before === this.frame.open) return true;
    const word = wordOf(before);
    return word !== null && beforeTable.has(word) && !(word === "from" && this.isFromOperator(1));
  }

  private readParameter(token: Token): void {
    const before = this.back();
    const after = this.tokens[this.index + 1];
    const name = `{{${token.text}}}`;
    if (this.isTableNext()) {
      this.refuse(token, "PARAMETER_MISPLACED", `${name} stands where a table belongs, which is no value.`);
    } else if (!this.mayBegin(before)) {
      this.refuse(token, "PARAMETER_MISPLACED", `No value can stand after ${shown(before)}.${hint(before)}`);
    } else if (!mayEnd(after)) {
      this.refuse(token, "PARAMETER_MISPLACED", `No value can stand before ${shown(after)}.`);
    }
    const listAllowed =
      this.frame.kind === "list" && isOneOf(before, "(", "[", ",") && isOneOf(after, ")", "]", ",");
    this.slots.push({ name: token.text, from: token.from, to: token.to, listAllowed });
  }

  private mayBegin(before: Token | undefined): boolean {
    if (before?.kind === "operator") return !isOneOf(before, ")", "]", ".", "::", ";");
    const word = wordOf(before);
    if (word === "from") return this.isFromOperator(1);
    if (word === "in") return this.frame.kind === "call";
    return word !== null && beforeValue.has(word);
  }
}

function mayEnd(after: Token | undefined): boolean {
  if (!after) return true;
  if (after.kind === "operator") return !isOneOf(after, "(", "[", ".");
  return afterValue.has(wordOf(after) ?? "");
}

function hint(before: Token | undefined): string {
  const word = wordOf(before);
  if (word === "date" || word === "timestamp")
    return ` Leave ${word.toUpperCase()} out: a value brings its own.`;
  if (word === "in") return " Put it in brackets: IN ({{name}}).";
  return "";
}

function shown(token: Token | undefined): string {
  if (!token) return "nothing";
  if (token.kind === "string") return "a string";
  if (token.kind === "parameter") return `{{${token.text}}}`;
  return token.text.length > 40 ? `${token.text.slice(0, 40)}...` : token.text;
}

const isOperator = (token: Token, text: string) => token.kind === "operator" && token.text === text;
const isOneOf = (token: Token | undefined, ...texts: string[]) =>
  token?.kind === "operator" && texts.includes(token.text);
const wordOf = (token: Token | undefined) => (token?.kind === "word" ? token.text.toLowerCase() : null);
