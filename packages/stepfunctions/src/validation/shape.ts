import { isObject } from "../json.js";
import type { Findings } from "./diagnostics.js";
import type { QueryLanguage } from "./query-language.js";

export type Json = Record<string, unknown>;

/** What a check knows of the place it looks at. */
export interface Site {
  findings: Findings;
  language: QueryLanguage;
  /** The state runs in an EXPRESS execution. */
  express: boolean;
  /** The state wants JSONPath in a JSONata machine: told once, and its fields of the other language are not. */
  downgraded?: boolean;
}

export type Check = (value: unknown, at: string, site: Site) => void;

/** A field; `only`: the query language it belongs to. */
export interface Field {
  check: Check;
  only?: QueryLanguage;
}

/** The fields that an object may have, and which of them it must. */
export interface Shape {
  fields: Map<string, Field>;
  required?: string[];
  atMostOne?: string[][];
  exactlyOne?: string[][];
}

export const either = (check: Check): Field => ({ check });
export const jsonPathOnly = (check: Check): Field => ({ check, only: "JSONPath" });
export const jsonataOnly = (check: Check): Field => ({ check, only: "JSONata" });

export function shape(fields: Record<string, Field>, rules: Omit<Shape, "fields"> = {}): Shape {
  return { fields: new Map(Object.entries(fields)), ...rules };
}

/** Checks an object: first what it has and lacks, then the value of each field in the order of the definition. */
export function checkObject(value: unknown, at: string, site: Site, { fields, ...rules }: Shape): void {
  if (!isObject(value)) return site.findings.error(at, "Expected value of type [OBJECT]");
  const ofOtherLanguage = (name: string) => ![undefined, site.language].includes(fields.get(name)?.only);
  const names = Object.keys(value);
  for (const name of names) if (!fields.has(name)) unsupported(name, at, site);
  for (const name of names)
    if (ofOtherLanguage(name) && !site.downgraded)
      site.findings.error(at, otherLanguage(name, site.language, fields.get(name)?.only));
  checkPresence(value, at, site, rules);
  for (const name of names)
    if (!ofOtherLanguage(name))
      fields.get(name)?.check(value[name], at === "/" ? `/${name}` : `${at}/${name}`, site);
}

function unsupported(field: string, at: string, site: Site): void {
  site.findings.error(at, `Field '${field}' is not supported`);
}

function otherLanguage(field: string, language: string, only: string | undefined): string {
  return `The QueryLanguage is set to '${language}', but field '${field}' is only supported for the '${only}' QueryLanguage`;
}

function checkPresence(value: Json, at: string, site: Site, rules: Omit<Shape, "fields">): void {
  const has = (name: string) => Object.hasOwn(value, name);
  const missing = (rules.required ?? []).filter((name) => !has(name));
  if (missing.length > 0)
    site.findings.error(at, `These fields are required: [${inServiceOrder(missing).join(", ")}]`);
  for (const group of [...(rules.exactlyOne ?? []), ...(rules.atMostOne ?? [])]) {
    const list = () => `one of the following fields: [${inServiceOrder(group).join(", ")}]`;
    if (group.filter(has).length > 1) site.findings.error(at, `There should only be ${list()}`);
    else if (rules.exactlyOne?.includes(group) && !group.some(has))
      site.findings.error(at, `This object should have only ${list()}`);
  }
}

/**
 * The order in which AWS lists fields in a message: that of a Java HashSet, to judge by
 * "[SecondsPath, Seconds, TimestampPath, Timestamp]" and the like.
 */
export function inServiceOrder(names: string[]): string[] {
  const buckets = 2 ** Math.ceil(Math.log2(Math.max(16, names.length / 0.75 + 1)));
  const bucket = (name: string) => {
    const hash = javaHash(name);
    return (hash ^ (hash >>> 16)) & (buckets - 1);
  };
  return [...names].sort((a, b) => bucket(a) - bucket(b));
}

function javaHash(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash;
}
