import { type Definition, type Focus, type Implementation, builtIn } from "./built-ins.js";
import { MAX_TEXT_LENGTH } from "./bounds.js";
import type { Evaluation } from "./evaluation.js";
import { distinct, sort } from "./list-functions.js";

/**
 * A function of jsonata's for one evaluation: it looks at the clock when it is called, refuses arguments that would keep
 * it busy for very long, and what it gives is counted. Undefined for a name that is no function of jsonata's.
 */
export function guarded(name: string, evaluation: Evaluation): Definition | undefined {
  const original = builtIn(name);
  if (original === undefined) return undefined;
  const check = CHECKS.get(name);
  const implementation = replacement(name) ?? original.implementation;
  const wrapped = function (this: Focus, ...args: unknown[]): unknown {
    evaluation.checkTime();
    check?.(evaluation, args);
    for (const argument of args) if (Array.isArray(argument)) evaluation.work(argument.length / 16);
    return counted(implementation.apply(this, args), evaluation);
  };
  // jsonata reads the parameters from here when a function is applied in part, and how many there are.
  wrapped.toString = () => original.implementation.toString();
  Object.defineProperty(wrapped, "length", { value: original.implementation.length });
  return { ...original, implementation: wrapped };
}

/** Functions that are given to functions run without a part being evaluated: let the event loop go on here as well. */
function counted(value: unknown, evaluation: Evaluation): unknown {
  if (value instanceof Promise) return value.then((settled: unknown) => counted(settled, evaluation));
  evaluation.account(value);
  return evaluation.due()?.then(() => value) ?? value;
}

function replacement(name: string): Implementation | undefined {
  if (name === "sort") return sort;
  return name === "distinct" ? distinct : undefined;
}

type Check = (evaluation: Evaluation, args: unknown[]) => void;

const CHECKS = new Map<string, Check>([
  ["pad", (evaluation, [, width]) => evaluation.checkLength(Math.abs(Number(width)))],
  ["join", checkJoin],
  ["contains", checkSearch],
  ["split", checkSearch],
  ["substringBefore", checkSearch],
  ["substringAfter", checkSearch],
  ["replace", checkReplace],
  ["string", checkString],
  ["clone", (evaluation, [value]) => evaluation.checkSize(value)],
  ["distinct", (evaluation, [values]) => evaluation.checkSize(values)],
  ["spread", (evaluation, [values]) => evaluation.checkWork(lengthOf(values) ** 2)],
  ["toMillis", (_, [text, picture]) => checkParsing(text, picture)],
  ["fromMillis", (_, [, picture]) => checkPicture(picture)],
  ["formatInteger", (_, [, picture]) => checkPicture(picture)],
  ["parseInteger", (_, [, picture]) => checkPicture(picture)],
  ["formatNumber", (_, [, picture]) => checkPicture(picture)],
]);

function lengthOf(value: unknown): number {
  return typeof value === "string" || Array.isArray(value) ? value.length : 0;
}

function checkJoin(evaluation: Evaluation, [texts, separator]: unknown[]): void {
  if (!Array.isArray(texts)) return;
  let length = lengthOf(separator) * texts.length;
  for (const text of texts) length += lengthOf(text);
  evaluation.checkLength(length);
}

function checkSearch(evaluation: Evaluation, [text, pattern]: unknown[]): void {
  evaluation.checkWork(lengthOf(text) * lengthOf(pattern));
}

function checkReplace(evaluation: Evaluation, args: unknown[]): void {
  const [text, pattern, replacement] = args;
  checkSearch(evaluation, args);
  const times = lengthOf(text) / Math.max(1, lengthOf(pattern));
  evaluation.checkWork(times * lengthOf(replacement));
}

/** Indented text takes room for each level of each part. */
function checkString(evaluation: Evaluation, [value, indented]: unknown[]): void {
  evaluation.checkSize(value);
  if (indented === true && evaluation.sizes.of(value) > MAX_TEXT_LENGTH / 8)
    throw new Error("The value is too large to be written with indentation");
}

function checkPicture(picture: unknown): void {
  if (typeof picture !== "string") return;
  if (picture.length > 1_000 || /\d{5}/.test(picture)) throw new Error("The picture is too large");
}

/** jsonata makes a regular expression of the picture: more than a few parts of any length could be told apart in too many ways. */
function checkParsing(text: unknown, picture: unknown): void {
  checkPicture(picture);
  if (typeof text !== "string" || typeof picture !== "string") return;
  const loose = picture.match(/\[[^\]]*[NnAaIiWwf][^\]]*\]|\]\d+\[/g)?.length ?? 0;
  if (text.length > 100 || (loose > 4 && text.length > 24) || loose > 12)
    throw new Error("The text or the picture is too large");
}
