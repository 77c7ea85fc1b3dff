import { isObject } from "../../json.js";
import { PathMiss } from "./path-miss.js";

type PathFunction = (value: unknown, argument: number | undefined) => unknown;

function numbersOf(value: unknown): number[] {
  const numbers = Array.isArray(value)
    ? value.filter((item): item is number => typeof item === "number")
    : [];
  if (numbers.length === 0)
    throw new PathMiss("Aggregation function attempted to calculate value using empty array", "misused");
  return numbers;
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
const mean = (numbers: number[]): number => sum(numbers) / numbers.length;
const itemAt = (value: unknown, index: number): unknown =>
  Array.isArray(value) ? (value.at(index) ?? null) : null;

function deviation(numbers: number[]): number {
  const middle = mean(numbers);
  return Math.sqrt(mean(numbers.map((number) => (number - middle) ** 2)));
}

/** The functions that may end a path, as in Jayway JsonPath. */
const FUNCTIONS = new Map<string, PathFunction>([
  [
    "length",
    (value) => (Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : null),
  ],
  ["keys", (value) => (isObject(value) ? Object.keys(value) : null)],
  ["min", (value) => numbersOf(value).reduce((least, number) => Math.min(least, number))],
  ["max", (value) => numbersOf(value).reduce((most, number) => Math.max(most, number))],
  ["sum", (value) => sum(numbersOf(value))],
  ["avg", (value) => mean(numbersOf(value))],
  ["stddev", (value) => deviation(numbersOf(value))],
  ["first", (value) => itemAt(value, 0)],
  ["last", (value) => itemAt(value, -1)],
  ["index", (value, argument) => itemAt(value, argument ?? 0)],
]);

export function isPathFunction(name: string): boolean {
  return FUNCTIONS.has(name);
}

/** Applies the function `name` to what the path before it found. */
export function applyPathFunction(name: string, value: unknown, argument: number | undefined): unknown {
  return FUNCTIONS.get(name)?.(value, argument);
}
