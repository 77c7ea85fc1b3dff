import { Json } from "../json-text.js";
import { byteLength, isObject } from "../json.js";
import { MAX_PAYLOAD_BYTES } from "../limits.js";
import { assertWritable, compileExpression, type Expression, tooLarge } from "./expression.js";
import { queryFailure } from "./failure.js";
import { type Maybe, whenThere } from "./maybe.js";
import type { Scope } from "./scope.js";

/** A field of a state whose strings may be JSONata: Arguments, Output, Assign, Seconds and the like. */
export type Template =
  | { kind: "literal"; value: unknown }
  | { kind: "expression"; expression: Expression }
  | { kind: "object"; members: [string, Template][]; many: boolean }
  | { kind: "array"; items: Template[]; many: boolean };

/** The text between `{%` and `%}`, or undefined for a plain string. */
export function jsonataSource(text: string): string | undefined {
  return text.length >= 4 && text.startsWith("{%") && text.endsWith("%}")
    ? text.slice(2, -2).trim()
    : undefined;
}

/**
 * Compiles a field.
 * @param value as it stands in the definition
 * @throws Error when an expression in it does not parse
 */
export function compileTemplate(value: unknown): Template {
  if (typeof value === "string") {
    const source = jsonataSource(value);
    return source === undefined
      ? { kind: "literal", value }
      : { kind: "expression", expression: compileExpression(source) };
  }
  if (Array.isArray(value)) {
    const items = value.map(compileTemplate);
    return items.every(isLiteral)
      ? { kind: "literal", value }
      : { kind: "array", items, many: areMany(items) };
  }
  if (isObject(value)) {
    const members = Object.entries(value).map(([key, part]): [string, Template] => [
      key,
      compileTemplate(part),
    ]);
    const parts = members.map(([, part]) => part);
    return parts.every(isLiteral)
      ? { kind: "literal", value }
      : { kind: "object", members, many: areMany(parts) };
  }
  return { kind: "literal", value };
}

function isLiteral(template: Template): boolean {
  return template.kind === "literal";
}

/** Whether a value made of these may be too large to be written before it is looked at. */
function areMany(parts: readonly Template[]): boolean {
  const computed = parts.filter((part) => !isLiteral(part));
  return computed.length > 8 || computed.some((part) => "many" in part && part.many);
}

/**
 * The value of a field, at once if no expression in it has to be waited for.
 * @param location path of the field in the state, as AWS names it in errors ("Output/result")
 * @throws StateFailure States.QueryEvaluationError
 */
export function evaluate(template: Template, scope: Scope, location: string): Maybe<unknown> {
  const value = compute(template, scope, location);
  return "many" in template && template.many
    ? whenThere(value, (known) => assertWritable(known, scope.state))
    : value;
}

function compute(template: Template, scope: Scope, location: string): Maybe<unknown> {
  switch (template.kind) {
    case "literal":
      return template.value;
    case "expression":
      return template.expression.evaluate(scope, location);
    case "array":
      return computeArray(template.items, scope, location);
    case "object":
      return computeObject(template.members, scope, location);
  }
}

/** Parts are computed one after the other, so that random numbers are drawn in the order in which they are written. */
function computeArray(
  parts: readonly Template[],
  scope: Scope,
  location: string,
  array: unknown[] = [],
): Maybe<unknown[]> {
  for (let index = array.length; index < parts.length; index += 1) {
    const value = compute(parts[index] as Template, scope, `${location}[${index}]`);
    if (value instanceof Promise)
      return value.then((known) => {
        array.push(known);
        return computeArray(parts, scope, location, array);
      });
    array.push(value);
  }
  return array;
}

function computeObject(
  members: readonly [string, Template][],
  scope: Scope,
  location: string,
  object: Record<string, unknown> = {},
  from = 0,
): Maybe<Record<string, unknown>> {
  for (let index = from; index < members.length; index += 1) {
    const [key, part] = members[index] as [string, Template];
    const value = compute(part, scope, `${location}/${key}`);
    if (value instanceof Promise)
      return value.then((known) => {
        put(object, key, known);
        return computeObject(members, scope, location, object, index + 1);
      });
    put(object, key, value);
  }
  return object;
}

function put(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

/** The value of a field as JSON text, refused over 256 KiB with States.DataLimitExceeded. */
export function evaluateText(template: Template, scope: Scope, location: string): Maybe<string> {
  return whenThere(evaluate(template, scope, location), (value) => written(value, scope));
}

/** As evaluateText, with the value. */
export function evaluateJson(template: Template, scope: Scope, location: string): Maybe<Json> {
  return whenThere(evaluate(template, scope, location), (value) =>
    Json.written(written(value, scope), value),
  );
}

function written(value: unknown, scope: Scope): string {
  const { state } = scope;
  const text = scope.write === undefined ? JSON.stringify(value) : scope.write(value);
  if (text.length * 3 > MAX_PAYLOAD_BYTES && byteLength(text) > MAX_PAYLOAD_BYTES) throw tooLarge(state);
  return text;
}

type Kinds = { string: string; number: number; boolean: boolean; array: unknown[]; object: object };

/** The value of a field that must be of one type, refused as AWS refuses it. */
export function evaluateAs<K extends keyof Kinds>(
  kind: K,
  template: Template,
  scope: Scope,
  location: string,
): Maybe<Kinds[K]> {
  return whenThere(evaluate(template, scope, location), (value) => {
    if (typeName(value) === kind) return value as Kinds[K];
    throw queryFailure(location, wrongType(kind, template, value, location));
  });
}

function wrongType(kind: string, template: Template, value: unknown, location: string): string {
  const what =
    template.kind === "expression"
      ? `The JSONata expression '${template.expression.source}' specified for the field '${location}'`
      : `The field '${location}'`;
  return `${what} returned an unexpected result type. Expected '${kind}', but was '${typeName(value)}' for value: ${JSON.stringify(value)}`;
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** Every expression in a field, with its path below the field. */
export function* expressionsIn(template: Template, path: string): Generator<[string, Expression]> {
  if (template.kind === "expression") yield [path, template.expression];
  if (template.kind === "array")
    for (const [index, item] of template.items.entries()) yield* expressionsIn(item, `${path}[${index}]`);
  if (template.kind === "object")
    for (const [key, part] of template.members) yield* expressionsIn(part, `${path}/${key}`);
}
