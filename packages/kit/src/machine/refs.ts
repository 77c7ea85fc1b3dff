import { fieldSchema } from "./bytes.js";
import { Expression, field, jsonata, jsonataString } from "./expression.js";

declare const valueType: unique symbol;

/** Stands for a value of type T that is known only while a run is under way. */
export interface Reference<out T> {
  readonly [valueType]: T;
}

type Fields<T> = T extends readonly unknown[] ? never : T extends object ? keyof T : never;
type At<T, K extends PropertyKey> = T extends unknown ? (K extends keyof T ? T[K] : undefined) : never;

/**
 * A typed reference: its fields are references to the fields of the value. A field that only some
 * members of a union have is a reference to a value that may be undefined. Arrays pass whole.
 */
export type Ref<T> = Reference<T> & { readonly [K in Fields<T>]-?: Ref<At<T, K>> };

export type Refs<Scope> = { readonly [K in keyof Scope]: Ref<Scope[K]> };

// JSONata's array constructor would spread a referenced list into it, so lists of lists are spelt out.
type ListItem<T> = T extends readonly unknown[] ? Parts<T> : Selected<T>;

type Parts<T> = T extends readonly (infer Item)[]
  ? readonly ListItem<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: Selected<T[K]> }
    : T;

/** What a selector may give for a value of type T: a reference to one, a constant, or an object of both. */
export type Selected<T> = Reference<T> | Parts<T>;

/** What a value is once the run is under way that a selector gave as references, constants or both. */
export type ValueOf<S> =
  S extends Reference<infer T>
    ? T
    : S extends readonly unknown[]
      ? ValueOf<S[number]>[]
      : S extends object
        ? { -readonly [K in keyof S]: ValueOf<S[K]> }
        : S;

const expressions = new WeakMap<object, Expression>();

const misuse = (what: string) =>
  new Error(
    `A reference cannot be ${what}: it stands for a value that is known only while a run is under way. ` +
      "Pass it on whole, or compare it with eq, lt, exists and the like.",
  );

const handler: ProxyHandler<object> = {
  get(target, key) {
    if (key === Symbol.toPrimitive) throw misuse("turned into text or a number");
    if (typeof key === "symbol") return undefined;
    const owner = target as Expression;
    const part = field(owner, key);
    const schema = fieldSchema(owner.known?.schema, key);
    if (owner.known) part.known = { ...owner.known, path: `${owner.known.path}.${key}`, schema };
    return reference(part);
  },
  ownKeys() {
    throw misuse("spread or listed");
  },
  has() {
    throw misuse("searched with `in`");
  },
  set() {
    throw misuse("written to");
  },
};

/** A recording proxy: reading its fields builds the path. */
export function reference<T>(expression: Expression): Ref<T> {
  const proxy = new Proxy(expression, handler);
  expressions.set(proxy, expression);
  return proxy as unknown as Ref<T>;
}

function expressionOf(value: unknown): Expression | undefined {
  return typeof value === "object" && value !== null ? expressions.get(value) : undefined;
}

export type Constant = string | number | boolean | null | Constant[] | { [key: string]: Constant };

/** What a selector gave: a JSON constant, an expression, or a structure that holds expressions. */
export type Selection =
  | { readonly kind: "constant"; readonly value: Constant }
  | { readonly kind: "expression"; readonly expression: Expression }
  | { readonly kind: "object"; readonly entries: readonly (readonly [string, Selection])[] }
  | { readonly kind: "array"; readonly items: readonly Selection[] };

/**
 * Reads what a selector gave.
 *
 * @param where names the place in a sentence, such as `input of "ProcessData"`.
 * @throws Error when something in it is neither a reference nor JSON.
 */
export function selectionOf(value: unknown, where: string): Selection {
  const expression = expressionOf(value);
  if (expression) return { kind: "expression", expression };
  if (value === null || typeof value === "string" || typeof value === "boolean") {
    return { kind: "constant", value };
  }
  if (typeof value === "number" && Number.isFinite(value)) return { kind: "constant", value };
  if (Array.isArray(value)) {
    return { kind: "array", items: value.map((item, index) => selectionOf(item, `${where}, item ${index}`)) };
  }
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    const entries = Object.entries(value).filter(([, part]) => part !== undefined);
    return {
      kind: "object",
      entries: entries.map(([key, part]) => [key, selectionOf(part, `${where}, field "${key}"`)]),
    };
  }
  throw new Error(`The ${where} is neither a reference nor JSON: ${describe(value)}.`);
}

function describe(value: unknown): string {
  if (typeof value === "object" && value !== null) return value.constructor?.name ?? "an object";
  return typeof value === "function" ? "a function" : String(value);
}

/** One JSONata expression for the whole selection; fields that turn out to be missing are left out. */
export function toExpression(selection: Selection): Expression {
  switch (selection.kind) {
    case "constant":
      return constantExpression(selection.value);
    case "expression":
      return selection.expression;
    case "array":
      return jsonata`[${joined(selection.items.map(toExpression))}]`;
    case "object":
      return selection.entries.length === 0
        ? jsonata`{}`
        : jsonata`{ ${joined(selection.entries.map(([key, part]) => jsonata`${jsonataString(key)}: ${toExpression(part)}`))} }`;
  }
}

function constantExpression(value: Constant): Expression {
  if (typeof value === "string") return jsonata`${jsonataString(value)}`;
  return jsonata`${JSON.stringify(value)}`;
}

function joined(parts: readonly Expression[]): Expression {
  const uses = parts.flatMap((part) => [...part.uses]);
  return new Expression(uses, (resolve) => parts.map((part) => part.render(resolve)).join(", "));
}

/** The constant, where the selection holds no reference and ASL would take its text as it stands. */
export function toConstant(selection: Selection): Constant | undefined {
  switch (selection.kind) {
    case "constant":
      return typeof selection.value === "string" && /^\{%|\$\{/.test(selection.value)
        ? undefined
        : selection.value;
    case "expression":
      return undefined;
    case "array": {
      const items = selection.items.map(toConstant);
      return items.includes(undefined) ? undefined : (items as Constant[]);
    }
    case "object": {
      const entries = selection.entries.map(([key, part]) => [key, toConstant(part)] as const);
      return entries.some(([key, part]) => part === undefined || key.includes("${"))
        ? undefined
        : (Object.fromEntries(entries) as Constant);
    }
  }
}
