import { isObject } from "../json.js";
import { checkJsonata, type Readable } from "./expressions.js";
import { isPathOrIntrinsic, looksLikePath } from "./paths.js";
import type { Check, Json, Site } from "./shape.js";
import { hasType } from "./values.js";

/** A field whose strings may be JSONata: Output, Arguments, Items and the like. */
export function jsonataTemplate(readable: Readable = {}): Check {
  return (value, at, site) => checkStrings(value, at, site, readable);
}

function checkStrings(value: unknown, at: string, site: Site, readable: Readable): void {
  if (typeof value === "string") return checkJsonata(value, at, site, readable);
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) checkStrings(item, `${at}[${index}]`, site, readable);
  else if (isObject(value))
    for (const [key, part] of Object.entries(value)) checkStrings(part, `${at}/${key}`, site, readable);
}

/** Arguments: an object, or an expression that gives one. */
export const callArguments: Check = (value, at, site) => {
  if (typeof value === "string" ? !value.startsWith("{%") : !isObject(value))
    return site.findings.error(at, "Expected value of type [OBJECT]");
  checkStrings(value, at, site, {});
};

/** A JSONPath payload template: keys that end in `.$` hold a path or an intrinsic function, other values are plain. */
export const pathTemplate: Check = (value, at, site) => {
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) pathTemplate(item, `${at}[${index}]`, site);
  if (!isObject(value)) return;
  for (const [key, part] of Object.entries(value)) {
    if (key.endsWith(".$")) checkDynamic(value, key, at, site);
    else if (typeof part === "string") warnOfStatic(key, part, at, site);
    else pathTemplate(part, `${at}/${key}`, site);
  }
};

function checkDynamic(object: Json, key: string, at: string, site: Site): void {
  const value = object[key];
  const of = `The value for the field '${key}'`;
  if (typeof value !== "string")
    site.findings.error(at, `${of} must be a STRING that contains a JSONPath but was ${typeOf(value)}`);
  else if (!isPathOrIntrinsic(value))
    site.findings.error(at, `${of} must be a valid JSONPath or a valid intrinsic function call`);
  if (Object.hasOwn(object, key.slice(0, -2)))
    site.findings.error(at, `The field '${key.slice(0, -2)}' is given twice, with '.$' and without`);
}

function warnOfStatic(key: string, value: string, at: string, site: Site): void {
  if (!looksLikePath(value)) return;
  const message = `The value of the field '${key}' looks like a path or an intrinsic function, but the name does not end with '.$', so it is plain text`;
  site.findings.warning(`${at}/${key}`, message, "NO_DOLLAR");
}

function typeOf(value: unknown): string {
  if (value === null) return "NULL";
  return Array.isArray(value) ? "ARRAY" : typeof value === "object" ? "OBJECT" : (typeof value).toUpperCase();
}

/** A template of either query language. */
export function template(readable: Readable = {}): Check {
  return (value, at, site) => {
    if (site.language === "JSONata") checkStrings(value, at, site, readable);
    else pathTemplate(value, at, site);
  };
}

const VARIABLE_NAME = /^\p{ID_Start}\p{ID_Continue}{0,79}$/u;

/** Assign: names of variables and what they become. */
export function assign(readable: Readable = {}): Check {
  const checkValues = template(readable);
  return (value, at, site) => {
    if (!hasType("OBJECT", value, at, site)) return;
    for (const name of assignedNames(value, site)) checkName(name, at, site);
    checkValues(value, at, site);
  };
}

function checkName(name: string, at: string, site: Site): void {
  const place = `${at}/${name}`;
  const start = `Invalid variable name '${name}': the variable name`;
  if (name === "states")
    site.findings.error(place, "Cannot assign to reserved variable '$states'.", "RESERVED_VARIABLE_NAME");
  else if (name.length > 80)
    site.findings.error(place, `${start} must be at most 80 characters long.`, "INVALID_VARIABLE_NAME");
  else if (!VARIABLE_NAME.test(name))
    site.findings.error(place, `${start} contains invalid characters.`, "INVALID_VARIABLE_NAME");
}

/** The names that an Assign gives values to. */
export function assignedNames(value: unknown, { language }: Pick<Site, "language">): string[] {
  if (!isObject(value)) return [];
  const plain = (key: string) => (language === "JSONPath" && key.endsWith(".$") ? key.slice(0, -2) : key);
  return Object.keys(value).map(plain);
}
