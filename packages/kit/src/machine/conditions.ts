import { type Expression, jsonata } from "./expression.js";
import { type Ref, type Reference, reference, type Selected, selectionOf, toExpression } from "./refs.js";

/** What a choice asks. Made by the helpers below, never by hand. */
export class Condition {
  readonly expression: Expression;

  constructor(expression: Expression) {
    this.expression = expression;
  }
}

const operand = (value: unknown) => toExpression(selectionOf(value, "value compared in a condition"));

function compare(operator: string) {
  return (left: unknown, right: unknown) =>
    new Condition(jsonata`${operand(left)} ${operator} ${operand(right)}`);
}

type Equality = <T>(left: Reference<T>, right: Selected<NoInfer<T>>) => Condition;

interface Order {
  (left: Reference<number>, right: Selected<number>): Condition;
  (left: Reference<string>, right: Selected<string>): Condition;
}

/** Deep equality; a missing value equals nothing. */
export const eq: Equality = compare("=");
/** The opposite of {@link eq}: true for a missing value. */
export const ne: Equality = (left, right) => not(eq(left, right));
/** Numbers by size, text by code unit. */
export const lt: Order = compare("<");
export const lte: Order = compare("<=");
export const gt: Order = compare(">");
export const gte: Order = compare(">=");

/** Whether there is a value that is not null. */
export function exists(value: Reference<unknown>): Condition {
  return new Condition(jsonata`${operand(value)} != null`);
}

function combine(operator: string, conditions: readonly Condition[]): Condition {
  const [first, ...rest] = conditions.map(({ expression }) => jsonata`(${expression})`);
  if (!first) throw new Error(`"${operator}" needs at least one condition.`);
  return new Condition(rest.reduce((left, right) => jsonata`${left} ${operator} ${right}`, first));
}

export function and(...conditions: Condition[]): Condition {
  return combine("and", conditions);
}

export function or(...conditions: Condition[]): Condition {
  return combine("or", conditions);
}

export function not(condition: Condition): Condition {
  return new Condition(jsonata`$not(${condition.expression})`);
}

/** The value, or `fallback` where it is missing or null. */
export function orElse<T>(
  value: Reference<T>,
  fallback: Selected<NonNullable<NoInfer<T>>>,
): Ref<NonNullable<T>> {
  const given = operand(value);
  const either = jsonata`(${given} != null ? ${given} : ${operand(fallback)})`;
  either.known = given.known;
  return reference(either);
}
