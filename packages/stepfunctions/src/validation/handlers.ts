import { MAX_SECONDS } from "../limits.js";
import { referencePath } from "./paths.js";
import { type Check, checkObject, either, jsonataOnly, jsonPathOnly, shape, type Site } from "./shape.js";
import { assign, jsonataTemplate } from "./templates.js";
import { filledList, hasType, oneOf, real, text, whole } from "./values.js";

const IN_CATCH = { errorOutput: true };

const RETRIER = shape(
  {
    ErrorEquals: either(filledList(text)),
    IntervalSeconds: either(literally(whole(0, MAX_SECONDS))),
    MaxAttempts: either(literally(whole(0, MAX_SECONDS))),
    BackoffRate: either(literally(real(1))),
    MaxDelaySeconds: either(literally(whole(1, 31_622_400))),
    JitterStrategy: either(oneOf("NONE", "FULL")),
    Comment: either(text),
  },
  { required: ["ErrorEquals"] },
);

const CATCHER = shape(
  {
    ErrorEquals: either(filledList(text)),
    Next: either(text),
    ResultPath: jsonPathOnly(referencePath({ nullable: true, result: true })),
    Output: jsonataOnly(jsonataTemplate(IN_CATCH)),
    Assign: either(assign(IN_CATCH)),
    Comment: either(text),
  },
  { required: ["ErrorEquals", "Next"] },
);

/** Numbers of a retrier are never expressions. */
function literally(check: Check): Check {
  return (value, at, site) => check(value, at, { ...site, language: "JSONPath" });
}

/** The Retry of a state (https://states-language.net/#errors). */
export const retry: Check = (value, at, site) =>
  eachHandler(value, at, site, (retrier, place) => checkObject(retrier, place, site, RETRIER));

/** The Catch of a state. Where it leads is checked with the other transitions. */
export const catchers: Check = (value, at, site) =>
  eachHandler(value, at, site, (catcher, place) => checkObject(catcher, place, site, CATCHER));

function eachHandler(
  value: unknown,
  at: string,
  site: Site,
  check: (handler: unknown, place: string) => void,
): void {
  if (!hasType("ARRAY", value, at, site)) return;
  const handlers = value as { ErrorEquals?: unknown }[];
  for (const [index, handler] of handlers.entries()) {
    const place = `${at}[${index}]`;
    check(handler, place);
    checkCatchAll(handler?.ErrorEquals, index === handlers.length - 1, `${place}/ErrorEquals`, site);
  }
}

function checkCatchAll(errors: unknown, isLast: boolean, at: string, site: Site): void {
  if (!Array.isArray(errors)) return;
  const place = errors.indexOf("States.ALL");
  if (place >= 0 && (errors.length > 1 || !isLast))
    site.findings.error(`${at}[${place}]`, "States.ALL must appear alone and at end of list");
}
