import { isObject } from "../json.js";
import { jsonataSource } from "../language/template.js";
import { parseJsonata } from "./expressions.js";
import { jsonataVariables } from "./jsonata-variables.js";
import { readPath } from "./paths.js";
import type { QueryLanguage } from "./query-language.js";
import type { Json } from "./shape.js";

// Fields that hold other states, and those that are never read as paths or expressions.
const ELSEWHERE = new Set(["Branches", "ItemProcessor", "Iterator"]);
const PLAIN = new Set([
  "Comment",
  "Type",
  "Resource",
  "QueryLanguage",
  "Next",
  "Default",
  "ErrorEquals",
  "Result",
  "ResultPath",
  "CSVHeaders",
  "Label",
]);

/** The workflow variables that a state reads, each with the path of the field that does. */
export function readVariables(state: Json, language: QueryLanguage): [variable: string, at: string][] {
  const found: [string, string][] = [];
  collect(state, "", language, found, true);
  return found;
}

function collect(
  value: unknown,
  at: string,
  language: QueryLanguage,
  found: [string, string][],
  outside: boolean,
): void {
  if (typeof value === "string" && language === "JSONata") return expression(value, at, found);
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) collect(item, `${at}[${index}]`, language, found, outside);
  if (!isObject(value)) return;
  for (const [key, part] of Object.entries(value)) {
    if (outside && (PLAIN.has(key) || (at === "" && ELSEWHERE.has(key)))) continue;
    const place = `${at}/${key}`;
    if (typeof part === "string" && language === "JSONPath") path(key, part, place, outside, found);
    else collect(part, place, language, found, outside && !TEMPLATES.has(key));
  }
}

// Below these, names are the author's own.
const TEMPLATES = new Set([
  "Parameters",
  "Arguments",
  "ResultSelector",
  "ItemSelector",
  "BatchInput",
  "Assign",
  "Output",
  "Credentials",
  "Items",
]);

function expression(value: string, at: string, found: [string, string][]): void {
  const source = jsonataSource(value);
  if (source === undefined || !source.includes("$")) return;
  const parsed = parseJsonata(source);
  if ("tree" in parsed) for (const name of jsonataVariables(parsed.tree)) found.push([name, at]);
}

function path(key: string, value: string, at: string, outside: boolean, found: [string, string][]): void {
  const isPath = outside ? key.endsWith("Path") || key === "Variable" : key.endsWith(".$");
  if (!isPath || !value.includes("$")) return;
  for (const name of readPath(value, { intrinsics: true })?.variables ?? []) found.push([name, at]);
}
