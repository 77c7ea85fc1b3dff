import { isObject } from "../json.js";
import { checkJsonata, looksLikeJsonata } from "./expressions.js";
import { referencePath } from "./paths.js";
import {
  type Check,
  type Field,
  checkObject,
  either,
  inServiceOrder,
  jsonataOnly,
  jsonPathOnly,
  type Shape,
  shape,
  type Site,
} from "./shape.js";
import { assign, jsonataTemplate } from "./templates.js";
import { filledList, flag, hasType, isTimestamp, text } from "./values.js";

const aNumber: Check = (value, at, site) => {
  if (typeof value !== "number") site.findings.error(at, "Expected value of type [NUMBER]");
};

const aTimestamp: Check = (value, at, site) => {
  if (hasType("STRING", value, at, site) && !isTimestamp(value as string))
    site.findings.error(at, "String does not match RFC3339 timestamp");
};

const ORDERS = ["Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"];

/** Every comparison that a JSONPath rule can make, with the check of what it compares to. */
const COMPARISONS: Record<string, Check> = { BooleanEquals: flag, StringMatches: text };
for (const [kind, check] of Object.entries({ String: text, Numeric: aNumber, Timestamp: aTimestamp }))
  for (const order of ORDERS) COMPARISONS[`${kind}${order}`] = check;
for (const name of Object.keys(COMPARISONS))
  if (name !== "StringMatches") COMPARISONS[`${name}Path`] = referencePath({ context: true });
for (const kind of ["Null", "Present", "Numeric", "String", "Boolean", "Timestamp"])
  COMPARISONS[`Is${kind}`] = flag;

const condition: Check = (value, at, site) => {
  if (typeof value === "boolean" || !hasType("STRING", value, at, site)) return;
  if (looksLikeJsonata(value)) checkJsonata(value as string, at, site);
  else site.findings.error(at, "JSONata string must start with {% and end with %}");
};

const nested: Check = (value, at, site) => checkObject(value, at, site, NESTED);

const operators: Record<string, Field> = {
  Variable: jsonPathOnly(referencePath({ context: true })),
  And: jsonPathOnly(filledList(nested)),
  Or: jsonPathOnly(filledList(nested)),
  Not: jsonPathOnly(nested),
  Condition: jsonataOnly(condition),
  Comment: either(text),
  ...Object.fromEntries(Object.entries(COMPARISONS).map(([name, check]) => [name, jsonPathOnly(check)])),
};

const NESTED: Shape = shape(operators);
const RULE: Shape = shape(
  { ...operators, Next: either(text), Assign: either(assign()), Output: jsonataOnly(jsonataTemplate()) },
  { required: ["Next"] },
);

const ALL_COMPARISONS = inServiceOrder(Object.keys(COMPARISONS)).join(", ");
const SELECTORS = ["And", "Or", "Not", "Variable", "Condition"];

/** The Choices of a Choice state. */
export const choices: Check = filledList((rule, at, site) => {
  checkObject(rule, at, site, RULE);
  checkOperators(rule, at, site);
});

function checkOperators(rule: unknown, at: string, site: Site): void {
  if (!isObject(rule)) return;
  const has = (name: string) => Object.hasOwn(rule, name);
  if (SELECTORS.filter(has).length !== 1)
    site.findings.error(
      at,
      `The object must have only one of the following fields, [${SELECTORS.join(", ")}]`,
    );
  const compared = Object.keys(rule).filter((name) => Object.hasOwn(COMPARISONS, name)).length;
  if (compared > 1)
    site.findings.error(at, `There should only be one of the following fields: [${ALL_COMPARISONS}]`);
  if (compared === 0 && has("Variable"))
    site.findings.error(at, `This object should have only one of the following fields: [${ALL_COMPARISONS}]`);
  for (const name of ["And", "Or"])
    if (Array.isArray(rule[name]))
      for (const [index, inner] of rule[name].entries())
        checkOperators(inner, `${at}/${name}[${index}]`, site);
  checkOperators(rule.Not, `${at}/Not`, site);
}
