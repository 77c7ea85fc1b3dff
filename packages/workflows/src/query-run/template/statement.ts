import { placeIn, type TemplateProblem, type TemplateProblemCode } from "./problem.js";
import type { Token } from "./tokens.js";

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
  /** Without what ends the statement. */
  end: number;
}

/** What one pair of brackets is for. `clause` is "from" where names of tables stand. */
interface Frame {
  open: Token | null;
  kind: "query" | "call" | "group" | "list";
  clause: "from" | "other";
  /** `FROM (` and the like: until a SELECT comes, tables stand here too. */
  tables: boolean;
}

const words = (text: string) => new Set(text.split(" "));

/** An expression may begin after these. */
const beforeValue = words(
  "select distinct all where and or not on when then else case between like ilike having limit offset escape " +
    "interval for qualify rows range in",
);
/** An expression may end before these. */
const afterValue = words(
  "as from where and or not in is like ilike between then else end when group order having limit offset union " +
    "intersect except qualify window asc desc nulls preceding following escape for join inner left right full " +
    "cross on rows second minute hour day week month quarter year seconds minutes hours days weeks months years",
);
const endsFrom = words("where group having order limit offset qualify window union intersect except select");
const beforeTable = words("from join lateral");
const beforeGroup = words(
  "select distinct all where and or not on when then else case between like ilike having limit offset in as by " +
    "from join lateral union intersect except exists any some with values is over qualify",
);
const changes = words(
  "insert update delete merge create drop alter truncate grant revoke attach detach copy install load pragma set " +
    "call export import vacuum checkpoint execute prepare use explain describe show replace do begin commit",
);

/** Follows the brackets and clauses of one SELECT, as far as needed to say where a value may stand. */
export function readStatement(sql: string, tokens: readonly Token[]): Statement {
  const problems: TemplateProblem[] = [];
  const slots: Slot[] = [];
  const frames: Frame[] = [{ open: null, kind: "query", clause: "other", tables: false }];
  const problem = (token: Token, code: TemplateProblemCode, message: string) => {
    const parameter = token.kind === "parameter" ? token.text : null;
    problems.push({ code, message, place: placeIn(sql, token.from, token.to), parameter });
  };

  const end = tokens.findIndex((token) => isOperator(token, ";"));
  const second = end < 0 ? undefined : tokens[end + 1];
  if (second)
    problem(second, "MANY_STATEMENTS", "A query is one statement: nothing may follow the semicolon.");
  const statement = end < 0 ? tokens : tokens.slice(0, end);
  beginning(statement, problem, problems);

  statement.forEach((token, index) => {
    const before = statement[index - 1];
    const frame = frames.at(-1) as Frame;
    if (token.kind === "word") readWord(token, before, frame, problem);
    else if (token.kind === "parameter") {
      slots.push(readSlot(token, before, statement[index + 1], frame, problem));
    } else if (isOperator(token, "(") || isOperator(token, "[")) frames.push(opened(token, before, frame));
    else if (isOperator(token, ")") || isOperator(token, "]")) {
      const expected = token.text === ")" ? "(" : "[";
      if (frame.open?.text !== expected) problem(token, "SQL_INVALID", `This ${token.text} closes nothing.`);
      if (frames.length > 1) frames.pop();
    }
  });
  const open = frames.at(-1)?.open;
  if (open && problems.length === 0) problem(open, "SQL_INVALID", `This ${open.text} is never closed.`);
  return { slots, problems, end: statement.at(-1)?.to ?? 0 };
}

type Report = (token: Token, code: TemplateProblemCode, message: string) => void;

function beginning(statement: readonly Token[], problem: Report, problems: TemplateProblem[]): void {
  const first = statement[0];
  const message = "A query begins with SELECT or WITH.";
  if (!first) problems.push({ code: "NOT_A_QUERY", message, place: null, parameter: null });
  else if (!isWord(first, "select") && !isWord(first, "with")) problem(first, "NOT_A_QUERY", message);
}

function readWord(token: Token, before: Token | undefined, frame: Frame, problem: Report): void {
  const word = token.text.toLowerCase();
  const begins = !before || isOperator(before, ")") || (isOperator(before, "(") && frame.kind === "group");
  if (before && begins && changes.has(word)) {
    problem(token, "NOT_A_QUERY", `A query only reads: ${token.text.toUpperCase()} cannot stand here.`);
  }
  if (word === "into") problem(token, "NOT_A_QUERY", "A query only reads: INTO cannot stand here.");
  if (word === "select" || (word === "values" && frame.kind === "group")) frame.kind = "query";
  const clauses = frame.kind === "query" && !(before && isWord(before, "distinct"));
  if (clauses && (word === "from" || word === "join")) frame.clause = "from";
  else if (endsFrom.has(word)) frame.clause = "other";
  if (word === "select") frame.tables = false;
}

function opened(open: Token, before: Token | undefined, frame: Frame): Frame {
  const word = before?.kind === "word" ? before.text.toLowerCase() : null;
  if (open.text === "[") {
    return { open, kind: word === "array" ? "list" : "call", clause: "other", tables: false };
  }
  if (word === "in") return { open, kind: "list", clause: "other", tables: false };
  const isCall = before?.kind === "identifier" || (word !== null && !beforeGroup.has(word));
  if (isCall) return { open, kind: "call", clause: "other", tables: false };
  return { open, kind: "group", clause: "other", tables: inTables(before, frame) };
}

/** Whether what follows `before` is the name of a table. */
function inTables(before: Token | undefined, frame: Frame): boolean {
  if (frame.clause !== "from" && !frame.tables) return false;
  if (!before || isOperator(before, ",") || isOperator(before, "(")) return true;
  return before.kind === "word" && beforeTable.has(before.text.toLowerCase());
}

function readSlot(
  token: Token,
  before: Token | undefined,
  after: Token | undefined,
  frame: Frame,
  problem: Report,
): Slot {
  const name = `{{${token.text}}}`;
  if (inTables(before, frame)) {
    problem(token, "PARAMETER_MISPLACED", `${name} stands where a table's name belongs, which is no value.`);
  } else if (!mayBegin(before, frame)) {
    problem(token, "PARAMETER_MISPLACED", `${name} stands where no value can: after ${shown(before)}.`);
  } else if (!mayEnd(after)) {
    problem(token, "PARAMETER_MISPLACED", `${name} stands where no value can: before ${shown(after)}.`);
  }
  const between = (one: Token | undefined, ...texts: string[]) =>
    one?.kind === "operator" && texts.includes(one.text);
  const listAllowed =
    frame.kind === "list" && between(before, "(", "[", ",") && between(after, ")", "]", ",");
  return { name: token.text, from: token.from, to: token.to, listAllowed };
}

function mayBegin(before: Token | undefined, frame: Frame): boolean {
  if (!before) return false;
  if (before.kind === "operator") return ![")", "]", ".", "::", ";"].includes(before.text);
  if (before.kind !== "word") return false;
  const word = before.text.toLowerCase();
  // EXTRACT(DAY FROM x), POSITION('a' IN x) and IS DISTINCT FROM x have values after these words; clauses do not.
  if (word === "from") return frame.kind === "call" || frame.clause === "other";
  if (word === "in") return frame.kind === "call";
  return beforeValue.has(word);
}

function mayEnd(after: Token | undefined): boolean {
  if (!after) return true;
  if (after.kind === "operator") return !["(", "[", "."].includes(after.text);
  return after.kind === "word" && afterValue.has(after.text.toLowerCase());
}

function shown(token: Token | undefined): string {
  if (!token) return "nothing";
  if (token.kind === "string") return "a string";
  if (token.kind === "parameter") return `{{${token.text}}}`;
  return token.text.length > 40 ? `${token.text.slice(0, 40)}...` : token.text;
}

const isOperator = (token: Token, text: string) => token.kind === "operator" && token.text === text;
const isWord = (token: Token, word: string) => token.kind === "word" && token.text.toLowerCase() === word;
