import { isObject } from "../../json.js";
import { StateFailure } from "../failure.js";
import { LinearRegExp } from "../regular-expression.js";
import type { Budget } from "./budget.js";

/** Searching 64 characters for a text counts as one step (a power of two). */
const CHARACTERS_A_STEP = 6;

type Comparison = (left: unknown, right: unknown, budget: Budget) => boolean;

const isList = (value: unknown): value is unknown[] => Array.isArray(value);

/** Deep equality of JSON values. */
function sameJson(left: unknown, right: unknown, budget: Budget): boolean {
  budget.spend();
  if (left === right) return true;
  if (isList(left) && isList(right))
    return left.length === right.length && left.every((item, index) => sameJson(item, right[index], budget));
  if (!isObject(left) || !isObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key], right[key], budget))
  );
}

/** Equality in filters: a number equals the text that writes it; what is absent equals nothing. */
function equal(left: unknown, right: unknown, budget: Budget): boolean {
  budget.spend();
  if (left === undefined || right === undefined) return false;
  if (typeof left === "string" && typeof right === "number") return left === String(right);
  if (typeof left === "number" && typeof right === "string")
    return right.trim() !== "" && left === Number(right);
  return sameJson(left, right, budget);
}

function ordered(holds: (left: string | number, right: string | number) => boolean): Comparison {
  return (left, right) =>
    (typeof left === "number" && typeof right === "number") ||
    (typeof left === "string" && typeof right === "string")
      ? holds(left, right)
      : false;
}

const within = (item: unknown, list: unknown, budget: Budget): boolean =>
  isList(list) && list.some((each) => equal(item, each, budget));

function contains(left: unknown, right: unknown, budget: Budget): boolean {
  if (typeof left !== "string" || typeof right !== "string") return within(right, left, budget);
  budget.spend(left.length >> CHARACTERS_A_STEP);
  return left.includes(right);
}

function size(value: unknown): number | undefined {
  return typeof value === "string" || isList(value) ? value.length : undefined;
}

function matches(left: unknown, right: unknown, budget: Budget): boolean {
  if (!(right instanceof RegExp) || typeof left !== "string") return false;
  budget.spend(left.length);
  try {
    return new LinearRegExp(right).exec(left) !== null;
  } catch (error) {
    throw new StateFailure("States.Runtime", (error as Error).message);
  }
}

const OPERATORS = new Map<string, Comparison>([
  ["==", equal],
  ["===", equal],
  ["!=", (left, right, budget) => !equal(left, right, budget)],
  ["!==", (left, right, budget) => !equal(left, right, budget)],
  ["<", ordered((left, right) => left < right)],
  ["<=", ordered((left, right) => left <= right)],
  [">", ordered((left, right) => left > right)],
  [">=", ordered((left, right) => left >= right)],
  ["=~", matches],
  ["in", within],
  ["nin", (left, right, budget) => !within(left, right, budget)],
  ["contains", contains],
  ["all", (left, right, budget) => isList(right) && right.every((item) => within(item, left, budget))],
  ["subsetof", (left, right, budget) => isList(left) && left.every((item) => within(item, right, budget))],
  ["anyof", (left, right, budget) => isList(left) && left.some((item) => within(item, right, budget))],
  ["noneof", (left, right, budget) => isList(left) && !left.some((item) => within(item, right, budget))],
  ["size", (left, right) => size(left) !== undefined && size(left) === right],
  ["empty", (left, right) => size(left) !== undefined && (size(left) === 0) === right],
]);

export function isOperator(symbol: string): boolean {
  return OPERATORS.has(symbol);
}

/** The test that an operator of a filter makes. */
export function comparison(symbol: string): Comparison {
  return OPERATORS.get(symbol) ?? (() => false);
}
