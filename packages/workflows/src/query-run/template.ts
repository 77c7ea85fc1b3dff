import { literal } from "./template/literal.js";
import type { Parameter, Parameters } from "./template/parameters.js";
import { mostProblems, type Place, placeIn, type TemplateProblem } from "./template/problem.js";
import { readStatement, type Slot, type Statement } from "./template/statement.js";
import { readTokens } from "./template/tokens.js";

export {
  type Parameter,
  type ParameterType,
  type Parameters,
  type ParameterValue,
  type ParameterValues,
  parameterSchema,
  parametersSchema,
  parameterValuesSchema,
} from "./template/parameters.js";
export type { Place, TemplateProblem, TemplateProblemCode } from "./template/problem.js";

/** What a template is about, in the order in which people choose. */
export const templateCategories = [
  "reach-and-frequency",
  "path-to-conversion",
  "overlap",
  "time-to-conversion",
  "new-to-brand",
  "attribution",
  "audience",
  "other",
] as const;
export type TemplateCategory = (typeof templateCategories)[number];

/** In UTF-16 units. */
export const maxSqlLength = 60_000;

/** With its values: more than there can be of any query that is to be sent, which has no comments and line ends. */
const maxRenderedLength = 200_000;

export type Rendered = { ok: true; sql: string } | { ok: false; problems: TemplateProblem[] };

/**
 * Puts values into a template's SQL, each as a literal of its parameter's type: no value is ever pasted as it is.
 * A parameter stands where a value may stand and nowhere else; what cannot be bound is refused.
 *
 * @param sql one SELECT (or WITH ... SELECT) with {{parameters}}
 * @param parameters as {@link parametersSchema} parsed them
 * @param values by parameter; absent takes the default, null is no value (NULL, if the parameter is not required)
 * @returns the SQL without a semicolon, or every problem with its place
 */
export function renderTemplate(
  sql: string,
  parameters: Parameters,
  values: Readonly<Record<string, unknown>>,
): Rendered {
  const { statement, problems } = inspect(sql, parameters);
  const written = new Map<string, string>();
  for (const parameter of parameters) {
    const given = Object.hasOwn(values, parameter.name) ? values[parameter.name] : undefined;
    const text = write(parameter, given);
    if (text.problem === undefined) written.set(parameter.name, text.sql);
    else problems.push(valueProblem(sql, statement.slots, parameter.name, text));
  }
  for (const name of Object.keys(values)) {
    if (parameters.some((parameter) => parameter.name === name)) continue;
    const message = `There is no parameter ${quoted(name)} for this value.`;
    problems.push({ code: "VALUE_UNUSED", message, place: null, parameter: name });
  }
  if (problems.length > 0) return { ok: false, problems };
  // Reckoned before it is written: a long list that stands in a thousand places would fill the memory.
  if (lengthOf(statement, written) > maxRenderedLength) {
    const message = `With its values the query has more than ${maxRenderedLength.toLocaleString("en")} characters.`;
    return { ok: false, problems: [{ code: "SQL_INVALID", message, place: null, parameter: null }] };
  }
  return { ok: true, sql: filled(sql, statement, written) };
}

/**
 * What is wrong with a template whatever the values: for its author, as it is written.
 *
 * @returns the problems in the order of the text; empty when it can be rendered
 */
export function checkTemplate(sql: string, parameters: Parameters): TemplateProblem[] {
  return inspect(sql, parameters).problems;
}

/**
 * @returns why `value` cannot be this parameter's value, as a sentence for beside its field; null when it can
 */
export function checkValue(parameter: Parameter, value: unknown): string | null {
  return write(parameter, value).problem ?? null;
}

/**
 * Where a name or keyword stands for the first time outside of strings and comments, in whatever case, quoted or not, or as
 * a parameter: for pointing at what a database's message names.
 *
 * @returns null where it does not stand in the SQL
 */
export function placeOfWord(sql: string, word: string): Place | null {
  const wanted = word.toLowerCase();
  const found = readTokens(sql).tokens.find(({ kind, text }) => {
    if (kind === "identifier") return text.slice(1, -1).replaceAll('""', '"').toLowerCase() === wanted;
    return (kind === "word" || kind === "parameter") && text.toLowerCase() === wanted;
  });
  return found ? placeIn(sql, found.from, found.to) : null;
}

/** The names that stand between braces in the SQL, in their order; as far as it can be read. */
export function parametersIn(sql: string): string[] {
  const names = readTokens(sql).tokens.flatMap((token) => (token.kind === "parameter" ? [token.text] : []));
  return [...new Set(names)];
}

function inspect(sql: string, parameters: Parameters): { statement: Statement; problems: TemplateProblem[] } {
  if (sql.length > maxSqlLength) {
    const message = `A query has at most ${maxSqlLength.toLocaleString("en")} characters.`;
    const problem: TemplateProblem = { code: "SQL_INVALID", message, place: null, parameter: null };
    return { statement: { slots: [], problems: [], end: 0 }, problems: [problem] };
  }
  const { tokens, problem } = readTokens(sql);
  const statement = readStatement(sql, tokens);
  // What follows from a text that was read to its middle only is no help.
  if (problem) return { statement, problems: [problem] };
  const known = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const misbound = statement.slots
    .filter((slot) => isMisbound(slot, known.get(slot.name)))
    .slice(0, mostProblems)
    .map((slot) => slotProblem(sql, slot, known.get(slot.name)));
  const unused = parameters
    .filter(({ name }) => !statement.slots.some((slot) => slot.name === name))
    .map(({ name }): TemplateProblem => {
      const message = `The query has no {{${name}}}: take the parameter away or use it.`;
      return { code: "PARAMETER_UNUSED", message, place: null, parameter: name };
    });
  return { statement, problems: [...statement.problems, ...misbound].sort(byPlace).concat(unused) };
}

const byPlace = (one: TemplateProblem, other: TemplateProblem) =>
  (one.place?.from ?? 0) - (other.place?.from ?? 0);

const isMisbound = ({ listAllowed }: Slot, parameter: Parameter | undefined) =>
  !parameter || (parameter.type === "string_list" && !listAllowed);

/** What is wrong with a parameter that {@link isMisbound}. */
function slotProblem(
  sql: string,
  { name, from, to }: Slot,
  parameter: Parameter | undefined,
): TemplateProblem {
  const place = placeIn(sql, from, to);
  if (!parameter) {
    return { code: "PARAMETER_UNKNOWN", message: `There is no parameter "${name}".`, place, parameter: name };
  }
  const message = `A list can stand only in IN ({{${name}}}) or ARRAY[{{${name}}}].`;
  return { code: "PARAMETER_MISPLACED", message, place, parameter: name };
}

function write(
  parameter: Parameter,
  given: unknown,
): { sql: string; problem?: undefined } | { problem: string; missing: boolean } {
  const value = given === undefined ? parameter.default : given;
  if (value === undefined || value === null) {
    if (!parameter.required) return { sql: "NULL" };
    return { problem: "This is needed.", missing: true };
  }
  const text = literal(parameter, value);
  return text.problem === undefined ? text : { problem: text.problem, missing: false };
}

function valueProblem(
  sql: string,
  slots: readonly Slot[],
  parameter: string,
  { problem, missing }: { problem: string; missing: boolean },
): TemplateProblem {
  const slot = slots.find(({ name }) => name === parameter);
  const place = slot ? placeIn(sql, slot.from, slot.to) : null;
  const code = missing ? "VALUE_MISSING" : "VALUE_INVALID";
  return { code, message: `${quoted(parameter)}: ${problem}`, place, parameter };
}

function lengthOf({ slots, end }: Statement, written: ReadonlyMap<string, string>): number {
  return slots.reduce((sum, { name, from, to }) => sum - (to - from) + (written.get(name) ?? "").length, end);
}

function filled(sql: string, { slots, end }: Statement, written: ReadonlyMap<string, string>): string {
  let from = 0;
  let text = "";
  for (const slot of slots) {
    text += `${sql.slice(from, slot.from)}${gap(sql, slot.from - 1)}${written.get(slot.name)}${gap(sql, slot.to)}`;
    from = slot.to;
  }
  return text + sql.slice(from, end);
}

/** Between a value and a letter beside it: `AND{{n}}` holds two tokens, `AND1` is one. */
const gap = (sql: string, beside: number) => (/[\p{L}\p{M}\p{N}_]/u.test(sql.charAt(beside)) ? " " : "");

const quoted = (name: string) => `"${name.length > 60 ? `${name.slice(0, 60)}...` : name}"`;
