import { isObject } from "../json.js";
import type { Findings } from "./diagnostics.js";

type Json = Record<string, unknown>;

const RETRIER_FIELDS = [
  "ErrorEquals",
  "IntervalSeconds",
  "MaxAttempts",
  "BackoffRate",
  "MaxDelaySeconds",
  "JitterStrategy",
  "Comment",
];
const CATCHER_FIELDS = ["ErrorEquals", "Next", "Output", "Assign", "Comment", "ResultPath"];
const LARGEST = 99_999_999;

/** Checks the Retry of a state (https://states-language.net/#errors). */
export function checkRetry(retry: unknown, state: string, findings: Findings): void {
  eachHandler(retry, `${state}/Retry`, findings, (retrier, path) => {
    only(retrier, RETRIER_FIELDS, path, findings);
    const {
      IntervalSeconds: interval,
      MaxAttempts: attempts,
      BackoffRate: rate,
      MaxDelaySeconds: most,
    } = retrier;
    whole(interval, 1, LARGEST, `${path}/IntervalSeconds`, findings);
    whole(attempts, 0, LARGEST, `${path}/MaxAttempts`, findings);
    whole(most, 1, 31_622_400, `${path}/MaxDelaySeconds`, findings);
    if (rate !== undefined && !(typeof rate === "number" && rate >= 1))
      findings.error(`${path}/BackoffRate`, "Expected a number of at least 1.0");
    if (typeof most === "number" && most <= (typeof interval === "number" ? interval : 1))
      findings.error(`${path}/MaxDelaySeconds`, "MaxDelaySeconds must be greater than IntervalSeconds");
    if (retrier.JitterStrategy !== undefined && !["FULL", "NONE"].includes(retrier.JitterStrategy as string))
      findings.error(`${path}/JitterStrategy`, "Expected value to be one of [FULL, NONE]");
  });
}

/** Checks the Catch of a state; `checkRest` looks at what depends on the other states and the query language. */
export function checkCatch(
  handlers: unknown,
  state: string,
  findings: Findings,
  checkRest: (catcher: Json, path: string) => void,
): void {
  eachHandler(handlers, `${state}/Catch`, findings, (catcher, path) => {
    only(catcher, CATCHER_FIELDS, path, findings);
    checkRest(catcher, path);
  });
}

function eachHandler(
  handlers: unknown,
  path: string,
  findings: Findings,
  check: (handler: Json, path: string) => void,
): void {
  if (handlers === undefined) return;
  if (!Array.isArray(handlers)) return findings.error(path, "Expected value of type Array");
  for (const [place, handler] of handlers.entries()) {
    const at = `${path}[${place}]`;
    if (!isObject(handler)) {
      findings.error(at, "Expected value of type Object");
      continue;
    }
    checkErrorEquals(handler.ErrorEquals, place === handlers.length - 1, at, findings);
    check(handler, at);
  }
}

function checkErrorEquals(errors: unknown, isLast: boolean, path: string, findings: Findings): void {
  const at = `${path}/ErrorEquals`;
  if (!Array.isArray(errors) || errors.length === 0)
    return findings.error(at, "Expected a list of error names");
  if (errors.some((error) => typeof error !== "string")) findings.error(at, "Expected a list of error names");
  if (!errors.includes("States.ALL")) return;
  if (errors.length > 1) findings.error(at, "'States.ALL' must stand alone");
  if (!isLast) findings.error(at, "'States.ALL' must stand in the last place");
}

function only(handler: Json, fields: string[], path: string, findings: Findings): void {
  for (const field of Object.keys(handler))
    if (!fields.includes(field)) findings.error(path, `Field '${field}' is not supported`);
}

function whole(value: unknown, least: number, most: number, path: string, findings: Findings): void {
  if (value === undefined) return;
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most)
    findings.error(path, `Expected a whole number from ${least} to ${most}`);
}
