import { placeIn, type TemplateProblem, type TemplateProblemCode } from "./problem.js";

export type TokenKind = "word" | "number" | "string" | "identifier" | "operator" | "parameter";

/** A piece of SQL that means something; space and comments are none. `text` of a parameter is its name. */
export interface Token {
  kind: TokenKind;
  text: string;
  from: number;
  to: number;
}

/** Tokens up to the first thing that cannot be read: what comes after it could be anything. */
export interface Tokens {
  tokens: Token[];
  problem: TemplateProblem | null;
}

const space = /[ \t\n\r\f]+/y;
const comment = /--[^\n]*|\/\*[^]*?\*\//y;
/** In the order in which they are tried. */
const patterns: readonly [TokenKind, RegExp][] = [
  ["parameter", /\{\{[ \t\n\r]*([A-Za-z_][A-Za-z0-9_]*)[ \t\n\r]*\}\}/y],
  ["string", /'[^']*(?:''[^']*)*'/y],
  ["identifier", /"[^"]*(?:""[^"]*)*"/y],
  ["number", /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y],
  ["word", /[\p{L}_][\p{L}\p{M}\p{N}_]*/uy],
  ["operator", /::|<=|>=|<>|!=|\|\||->>?|[-+*/%=<>,.()[\];~^&|!]/y],
];

/**
 * Reads SQL as the standard has it. Where databases differ in what ends a string or a comment (backslashes,
 * nested comments, dollar quotes, prefixes such as E'') it refuses: a text that two readers cut differently has no
 * place where a value is safe.
 */
export function readTokens(sql: string): Tokens {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const blank = match(space, sql, at) ?? match(comment, sql, at);
    if (blank) {
      const problem = blankProblem(sql, at, blank[0]);
      if (problem) return { tokens, problem };
      at += blank[0].length;
      continue;
    }
    const token = tokenAt(sql, at);
    const problem = token ? tokenProblem(sql, token, tokens.at(-1)) : unreadable(sql, at);
    if (problem || !token) return { tokens, problem };
    tokens.push(token);
    at = token.to;
  }
  return { tokens, problem: null };
}

function match(pattern: RegExp, sql: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(sql);
}

function tokenAt(sql: string, at: number): Token | null {
  // A comment without an end, which would pass for two operators.
  if (sql.startsWith("/*", at)) return null;
  for (const [kind, pattern] of patterns) {
    const found = match(pattern, sql, at);
    if (found) return { kind, text: found[1] ?? found[0], from: at, to: at + found[0].length };
  }
  return null;
}

function blankProblem(sql: string, at: number, text: string): TemplateProblem | null {
  const refuse = refusal(sql, at, at + text.length);
  const alone = text.search(/\r(?!\n)/);
  if (alone >= 0) return refuse("SQL_INVALID", "A line ends here in a way that not every reader sees.");
  const isComment = text.startsWith("--") || text.startsWith("/*");
  if (!isComment) return null;
  if (text.includes("{{")) return refuse("PARAMETER_MISPLACED", "A parameter cannot stand in a comment.");
  if (text.startsWith("/*") && text.indexOf("/*", 2) >= 0) {
    return refuse("SQL_INVALID", "A comment within a comment ends where not every reader sees it.");
  }
  return null;
}

function tokenProblem(sql: string, token: Token, before: Token | undefined): TemplateProblem | null {
  const { kind, text, from, to } = token;
  const refuse = refusal(sql, from, to);
  if (kind !== "string" && kind !== "identifier") return null;
  const what = kind === "string" ? "a string" : "a quoted name";
  if (text.includes("{{")) {
    const hint = kind === "string" ? " Take the quotes away: a value brings its own." : "";
    return refuse("PARAMETER_MISPLACED", `A parameter cannot stand within ${what}.${hint}`);
  }
  if (kind !== "string") return null;
  if (text.endsWith("\\'")) {
    return refuse(
      "SQL_INVALID",
      "A backslash at the end of a string is read in two ways. Write it otherwise.",
    );
  }
  if (before?.to === from && before.kind !== "operator") {
    return refuse("SQL_INVALID", "Leave a space before the string: glued to a word it has another meaning.");
  }
  return null;
}

function unreadable(sql: string, at: number): TemplateProblem {
  const rest = sql.slice(at, at + 2);
  if (rest === "{{") {
    const end = sql.indexOf("}}", at);
    const to = end < 0 ? sql.length : end + 2;
    const message =
      end < 0
        ? "This parameter has no end: }} is missing."
        : "A parameter's name has letters, digits and underscores, and begins with a letter.";
    return refusal(sql, at, to)("PARAMETER_INVALID", message);
  }
  const open = { "'": "string", '"': "quoted name", "/*": "comment" }[rest === "/*" ? rest : rest.charAt(0)];
  const character = String.fromCodePoint(sql.codePointAt(at) ?? 0);
  const message = open ? `This ${open} has no end.` : strange(character);
  return refusal(sql, at, at + (open ? 1 : character.length))("SQL_INVALID", message);
}

function strange(character: string): string {
  if (!/[\p{Z}\p{C}]/u.test(character)) return `${JSON.stringify(character)} has no meaning here.`;
  const number = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
  return `A character that cannot be seen (U+${number}) stands here, as comes along with copied text: write a space in its place, or nothing.`;
}

function refusal(sql: string, from: number, to: number) {
  return (code: TemplateProblemCode, message: string): TemplateProblem => ({
    code,
    message,
    place: placeIn(sql, from, to),
    parameter: null,
  });
}
