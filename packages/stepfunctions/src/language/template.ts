import { byteLength, isObject } from "../json.js";
import { MAX_PAYLOAD_BYTES } from "../limits.js";
import { compileExpression, type Expression, tooLarge } from "./expression.js";
import { queryFailure } from "./failure.js";
import { inOrder, type Maybe, then } from "./maybe.js";
import type { Scope } from "./scope.js";

/** A field of a state whose strings may be JSONata: Arguments, Output, Assign, Seconds and the like. */
export type Template =
  | { kind: "literal"; value: unknown }
  | { kind: "expression"; expression: Expression }
  | { kind: "object"; members: [string, Template][] }
  | { kind: "array"; items: Template[] };

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
  if (Array.isArray(value)) return simplify({ kind: "array", items: value.map(compileTemplate) }, value);
  if (isObject(value)) {
    const members = Object.entries(value).map(([key, part]): [string, Template] => [
      key,
      compileTemplate(part),
    ]);
    return simplify({ kind: "object", members }, value);
  }
  return { kind: "literal", value };
}

function simplify(template: Template, value: unknown): Template {
  const parts =
    template.kind === "array"
      ? template.items
      : template.kind === "object"
        ? template.members.map(([, part]) => part)
        : [];
  return parts.every((part) => part.kind === "literal") ? { kind: "literal", value } : template;
}

/**
 * The value of a field, at once if no expression in it has to be waited for.
 * @param location path of the field in the state, as AWS names it in errors ("Output/result")
 * @throws StateFailure States.QueryEvaluationError
 */
export function evaluate(template: Template, scope: Scope, location: string): Maybe<unknown> {
  switch (template.kind) {
    case "literal":
      return template.value;
    case "expression":
      return template.expression.evaluate(scope, location);
    case "array":
      return inOrder(template.items, (item, index) => evaluate(item, scope, `${location}[${index}]`));
    case "object":
      return then(
        inOrder(template.members, ([key, part]) => evaluate(part, scope, `${location}/${key}`)),
        (values) => Object.fromEntries(template.members.map(([key], index) => [key, values[index]])),
      );
  }
}

/** The value of a field as JSON text, refused over 256 KiB with States.DataLimitExceeded. */
export function evaluateText(template: Template, scope: Scope, location: string): Maybe<string> {
  return then(evaluate(template, scope, location), (value) => {
    const text = JSON.stringify(value);
    if (byteLength(text) > MAX_PAYLOAD_BYTES) throw tooLarge(scope.state);
    return text;
  });
}

type Kinds = { string: string; number: number; boolean: boolean };

/** The value of a field that must be a string, number or boolean, refused as AWS refuses it. */
export function evaluateAs<K extends keyof Kinds>(
  kind: K,
  template: Template,
  scope: Scope,
  location: string,
): Maybe<Kinds[K]> {
  return then(evaluate(template, scope, location), (value) => {
    if (typeof value === kind) return value as Kinds[K];
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
