import { QueryError } from "./query-error.js";
import { type SqlToken, sqlTokens } from "./sql-tokens.js";
import { calls, noSuchFunction } from "./amc-functions.js";

/** A table as one execution sees it: `select` gives its rows between two moments, each as an expression. */
export interface SeenTable {
  select(start: string, end: string): string;
}

interface Dialect {
  readonly tables: Readonly<Record<string, SeenTable>>;
  /** "2026-10-01 00:00:00", UTC */
  readonly window: { readonly start: string; readonly end: string };
}

/**
 * Writes AMC's SQL as DuckDB's: functions that have other names, arguments or meanings there. What AMC itself does not take is
 * refused as AMC does, so that nobody learns it from a bill.
 * Source: the guides "AMC SQL functions", "expressions" and "Limitations and unsupported functions", and the queries that Amazon
 * publishes ("instructional queries").
 *
 * @throws QueryError with a sentence for the query's author
 */
export function toDuckDb(sql: string, dialect: Dialect): string {
  const tokens = sqlTokens(sql);
  refuseWhatAmcLacks(tokens);
  return new Writer(dialect).write(tokens);
}

class Writer {
  constructor(private readonly dialect: Dialect) {}

  write(tokens: readonly SqlToken[]): string {
    let text = "";
    for (let at = 0; at < tokens.length; at++) {
      const token = tokens[at] as SqlToken;
      const end = at + 1 < tokens.length && isOpen(tokens[at + 1]) ? closing(tokens, at + 1) : -1;
      const written = end < 0 || token.kind !== "word" ? null : this.call(token, tokens.slice(at + 2, end));
      if (written !== null) {
        text += `${token.space}${written}`;
        at = end;
      } else if (isWord(token, "to") && isWord(tokens[at - 1], "similar")) {
        text += `${token.space}${token.text} ${foundAnywhere(tokens[at + 1])}`;
        at += 1;
      } else text += token.space + token.text;
    }
    return text;
  }

  /** @returns null for a call that means the same in DuckDB. */
  private call(name: SqlToken, inner: readonly SqlToken[]): string | null {
    const word = name.text.toUpperCase();
    if (word === "TABLE" && isWord(inner[0], "extend_time_window") && isOpen(inner[1]))
      return this.extended(split(inner.slice(2, -1)));
    if (word === "EXTEND_TIME_WINDOW") return this.extended(split(inner));
    if (word === "CAST") return momentOf(inner);
    if (word === "BUILT_IN_PARAMETER") return this.builtIn(stringOf(inner[0]));
    if (word === "CUSTOM_PARAMETER") {
      const parameter = stringOf(inner[0]) ?? "";
      throw new QueryError(
        `The query takes the parameter "${parameter}" by CUSTOM_PARAMETER, and this execution has no value for it.`,
      );
    }
    const hint = noSuchFunction[word];
    if (hint !== undefined) throw new QueryError(`AMC has no function ${word}. ${hint}`);
    const write = calls[word];
    if (!write) return null;
    return write(split(inner).map((part) => this.write(part).trim()));
  }

  private builtIn(parameter: string | null): string {
    const { start, end } = this.dialect.window;
    if (parameter === "TIME_WINDOW_START") return `timestamp '${start}'`;
    if (parameter === "TIME_WINDOW_END") return `timestamp '${end}'`;
    throw new QueryError("BUILT_IN_PARAMETER knows 'TIME_WINDOW_START' and 'TIME_WINDOW_END'.");
  }

  /** The rows of a table from so many days before the time window until so many after it. */
  private extended(parts: readonly (readonly SqlToken[])[]): string {
    const [table, before, after] = parts.map((part) => stringOf(part[0]));
    const days = [before, after].map((text) => /^P(\d{1,4})D$/i.exec(text ?? "")?.[1]);
    if (parts.length !== 3 || table == null || days.includes(undefined)) {
      throw new QueryError(
        "EXTEND_TIME_WINDOW takes three texts: a table, the days before and the days after, e.g. ('dsp_impressions', 'P14D', 'P0D').",
      );
    }
    const seen = this.dialect.tables[table.toLowerCase()];
    if (!seen) throw new QueryError(`There is no table ${table}.`);
    const { start, end } = this.dialect.window;
    return `(${seen.select(
      `timestamp '${start}' - interval ${days[0]} day`,
      `timestamp '${end}' + interval ${days[1]} day`,
    )})`;
  }
}

function refuseWhatAmcLacks(tokens: readonly SqlToken[]): void {
  for (const [at, token] of tokens.entries()) {
    const [before, after] = [tokens[at - 1], tokens[at + 1]];
    if (isWord(token, "limit") && before?.text !== "." && !isWord(before, "as"))
      throw new QueryError(
        "AMC has no LIMIT. Rank the rows, RANK() OVER (ORDER BY ...), and filter by the rank.",
      );
    if (isWord(token, "right") && (isWord(after, "join") || isWord(after, "outer")))
      throw new QueryError(
        "AMC has no RIGHT JOIN. Write it as a LEFT JOIN, with the tables the other way round.",
      );
    if (token.text === "*" && (beginsItem(before) || before?.text === "."))
      throw new QueryError("AMC does not give all columns of a table (SELECT *). Name the columns.");
    if (isWord(token, "user_id") && isFilteredByLiteral(tokens, at)) {
      throw new QueryError(
        "user_id cannot be compared with a value that is written in the query: its aggregation threshold is VERY_HIGH.",
      );
    }
  }
}

const beginsItem = (token: SqlToken | undefined) =>
  token?.text === "," || isWord(token, "select") || isWord(token, "distinct");

function isFilteredByLiteral(tokens: readonly SqlToken[], at: number): boolean {
  let next = at + 1;
  if (isWord(tokens[next], "not")) next += 1;
  const operator = tokens[next];
  if (isWord(operator, "in") && isOpen(tokens[next + 1])) return isLiteral(tokens[next + 2]);
  const compares = isWord(operator, "like") || ["=", "<>", "!="].includes(operator?.text ?? "");
  return compares && isLiteral(tokens[next + 1]);
}

const isLiteral = (token: SqlToken | undefined) => token?.kind === "string" || token?.kind === "number";
const isOpen = (token: SqlToken | undefined) => token?.text === "(";
const isWord = (token: SqlToken | undefined, word: string) =>
  token?.kind === "word" && token.text.toLowerCase() === word;

/** Of the bracket at `open`, where it closes. @throws QueryError when it does not. */
function closing(tokens: readonly SqlToken[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    if (isOpen(tokens[at])) depth += 1;
    if (tokens[at]?.text === ")" && --depth === 0) return at;
  }
  throw new QueryError("A bracket is never closed.");
}

function split(tokens: readonly SqlToken[]): SqlToken[][] {
  const parts: SqlToken[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (isOpen(token) || token.text === "[") depth += 1;
    if (token.text === ")" || token.text === "]") depth -= 1;
    if (token.text === "," && depth === 0) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}

/** What a token says, when it is a text. */
function stringOf(token: SqlToken | undefined): string | null {
  return token?.kind === "string" ? token.text.slice(1, -1).replaceAll("''", "'") : null;
}

/** CAST('today' AS DATE) and CAST('now' AS TIMESTAMP) stand for the day and the moment, which DuckDB reads as no date. */
function momentOf(inner: readonly SqlToken[]): string | null {
  const [text, as] = [stringOf(inner[0])?.toLowerCase(), inner[1]];
  if (!isWord(as, "as") || (text !== "today" && text !== "now")) return null;
  return `cast(now() at time zone 'UTC' as ${inner[2]?.text ?? ""})`;
}

/** AMC's SIMILAR TO looks for a Java pattern anywhere in the text; DuckDB's wants it to be the whole text. */
function foundAnywhere(pattern: SqlToken | undefined): string {
  if (pattern?.kind !== "string")
    throw new QueryError("The local stand-in knows SIMILAR TO with a pattern that is written out only.");
  return `'(?s).*(?:${pattern.text.slice(1, -1)}).*'`;
}
