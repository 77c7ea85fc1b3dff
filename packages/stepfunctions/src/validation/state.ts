import { queryLanguage } from "../core/compile.js";
import { FUNCTION_ARN, INVOKE } from "../core/function-name.js";
import { isObject } from "../json.js";
import { MAX_SECONDS } from "../limits.js";
import { compileTemplate, jsonataSource } from "../language/template.js";
import { parseTimestamp } from "../language/timestamp.js";
import type { Findings } from "./diagnostics.js";
import { checkCatch, checkRetry } from "./handlers.js";

type Json = Record<string, unknown>;

const FIELDS = new Map(
  Object.entries({
    Pass: { JSONata: ["Next", "End", "Output", "Assign"], JSONPath: ["Next", "End", "Result"] },
    Task: {
      JSONata: "Next End Output Assign Resource Arguments TimeoutSeconds HeartbeatSeconds Retry Catch".split(
        " ",
      ),
      JSONPath: "Next End Resource TimeoutSeconds HeartbeatSeconds Retry Catch".split(" "),
    },
    Choice: { JSONata: ["Choices", "Default", "Output", "Assign"], JSONPath: [] },
    Wait: {
      JSONata: ["Next", "End", "Seconds", "Timestamp", "Output", "Assign"],
      JSONPath: ["Next", "End", "Seconds", "Timestamp"],
    },
    Succeed: { JSONata: ["Output"], JSONPath: [] },
    Fail: { JSONata: ["Error", "Cause"], JSONPath: ["Error", "Cause"] },
  }),
);
const COMMON = ["Type", "Comment", "QueryLanguage"];
const KNOWN_ELSEWHERE = ["Parallel", "Map"];
const EXPRESSION_FIELDS = [
  "Arguments",
  "Output",
  "Assign",
  "Seconds",
  "Timestamp",
  "TimeoutSeconds",
  "HeartbeatSeconds",
  "Error",
  "Cause",
];

/** Checks one state: its type and fields, where it leads, and each value in it. */
export function checkState(
  definition: Json,
  states: Json,
  name: string,
  state: unknown,
  findings: Findings,
): void {
  const path = `/States/${name}`;
  if ([...name].length > 80) findings.error(path, "State names must not be longer than 80 characters");
  if (!isObject(state)) return findings.error(path, "Expected value of type Object");
  const { Type: type } = state;
  if (type === undefined) return findings.error(path, "These fields are required: [Type]");
  if (typeof type !== "string") return findings.error(`${path}/Type`, "Expected value of type String");
  if (KNOWN_ELSEWHERE.includes(type))
    return findings.error(`${path}/Type`, `The state type '${type}' is not supported by this engine`);
  const fields = FIELDS.get(type);
  if (fields === undefined) return findings.error(`${path}/Type`, `'${type}' is not a state type`);
  const language = queryLanguage(definition, state);
  if (definition.QueryLanguage === "JSONata" && state.QueryLanguage === "JSONPath")
    return findings.error(
      path,
      "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
    );
  if (language !== "JSONata" && language !== "JSONPath")
    return findings.error(`${path}/QueryLanguage`, "Expected value to be one of [JSONPath, JSONata]");
  if (language === "JSONPath" && type === "Choice")
    return findings.error(
      path,
      "The query language JSONPath is not supported by this engine in a Choice: use JSONata",
    );
  checkFields(state, fields[language], language, path, findings);
  checkTransitions(states, state, path, findings);
  if (language === "JSONata") checkExpressions(state, path, findings);
  checkByType(states, state, language, path, findings);
}

function checkFields(
  state: Json,
  allowed: string[],
  language: string,
  path: string,
  findings: Findings,
): void {
  for (const field of Object.keys(state)) {
    if (COMMON.includes(field) || allowed.includes(field)) continue;
    const why =
      language === "JSONPath" ? " by this engine in a state of the query language JSONPath: use JSONata" : "";
    findings.error(path, `Field '${field}' is not supported${why}`);
  }
}

function checkTransitions(states: Json, state: Json, path: string, findings: Findings): void {
  const { Next: next, End: end, Type: type } = state;
  if (type === "Choice" || type === "Succeed" || type === "Fail") return;
  if (end !== undefined && typeof end !== "boolean")
    findings.error(`${path}/End`, "Expected value of type Boolean");
  if ((next === undefined) === (end !== true))
    findings.error(path, "A state must have either 'Next' or 'End'");
  if (next !== undefined) checkTarget(states, next, `${path}/Next`, findings);
}

function checkTarget(states: Json, target: unknown, path: string, findings: Findings): void {
  if (typeof target !== "string") return findings.error(path, "Expected value of type String");
  if (!Object.hasOwn(states, target))
    findings.error(path, `Missing 'Next' target: ${target}`, "MISSING_TRANSITION_TARGET");
}

/** Compiles each JSONata expression of a state, a rule or a catcher. */
function checkExpressions(from: Json, path: string, findings: Findings): void {
  for (const field of EXPRESSION_FIELDS) {
    if (from[field] === undefined) continue;
    try {
      compileTemplate(from[field]);
    } catch (error) {
      if (error instanceof RangeError) throw error;
      findings.error(`${path}/${field}`, `Invalid JSONata expression: ${(error as Error).message}`);
    }
  }
  checkAssign(from.Assign, `${path}/Assign`, findings);
}

function checkAssign(assign: unknown, path: string, findings: Findings): void {
  if (assign === undefined) return;
  if (!isObject(assign)) return findings.error(path, "Expected value of type Object");
  for (const name of Object.keys(assign))
    if (!/^[\p{ID_Start}_][\p{ID_Continue}]{0,79}$/u.test(name) || name === "states" || name === "__proto__")
      findings.error(path, `'${name}' is not a valid variable name`);
}

function checkByType(states: Json, state: Json, language: string, path: string, findings: Findings): void {
  const expressions = language === "JSONata";
  if (state.Type === "Wait") checkWait(state, expressions, path, findings);
  if (state.Type === "Choice") checkChoice(states, state, path, findings);
  if (state.Type !== "Task") return;
  checkResource(state, path, findings);
  for (const field of ["TimeoutSeconds", "HeartbeatSeconds"])
    checkSeconds(state[field], 1, expressions, `${path}/${field}`, findings);
  checkRetry(state.Retry, path, findings);
  checkCatch(state.Catch, path, findings, (catcher, at) => {
    checkTarget(states, catcher.Next, `${at}/Next`, findings);
    if (expressions) return checkExpressions(catcher, at, findings);
    for (const field of ["ResultPath", "Assign", "Output"])
      if (catcher[field] !== undefined)
        findings.error(
          at,
          `Field '${field}' is not supported by this engine in the query language JSONPath: use JSONata`,
        );
  });
}

function checkSeconds(
  value: unknown,
  least: number,
  expressions: boolean,
  path: string,
  findings: Findings,
): void {
  if (value === undefined || (expressions && typeof value === "string" && jsonataSource(value) !== undefined))
    return;
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > MAX_SECONDS)
    findings.error(path, `Expected a whole number from ${least} to ${MAX_SECONDS}`);
}

function checkWait(state: Json, expressions: boolean, path: string, findings: Findings): void {
  const { Seconds: seconds, Timestamp: timestamp } = state;
  if ((seconds === undefined) === (timestamp === undefined))
    findings.error(path, "A Wait state must have either 'Seconds' or 'Timestamp'");
  checkSeconds(seconds, 0, expressions, `${path}/Seconds`, findings);
  if (
    timestamp === undefined ||
    (expressions && typeof timestamp === "string" && jsonataSource(timestamp) !== undefined)
  )
    return;
  if (typeof timestamp !== "string" || parseTimestamp(timestamp) === undefined)
    findings.error(`${path}/Timestamp`, "String does not match RFC3339 timestamp");
}

function checkChoice(states: Json, state: Json, path: string, findings: Findings): void {
  const { Choices: choices, Default: otherwise } = state;
  if (otherwise !== undefined) checkTarget(states, otherwise, `${path}/Default`, findings);
  if (!Array.isArray(choices) || choices.length === 0)
    return findings.error(`${path}/Choices`, "A Choice state must have at least one choice rule");
  for (const [place, rule] of choices.entries()) {
    const at = `${path}/Choices[${place}]`;
    if (!isObject(rule)) findings.error(at, "Expected value of type Object");
    else checkRule(states, rule, at, findings);
  }
}

function checkRule(states: Json, rule: Json, path: string, findings: Findings): void {
  const missing = ["Condition", "Next"].filter((field) => rule[field] === undefined);
  if (missing.length > 0) findings.error(path, `These fields are required: [${missing.join(", ")}]`);
  for (const field of Object.keys(rule))
    if (!["Condition", "Next", "Output", "Assign", "Comment"].includes(field))
      findings.error(path, `Field '${field}' is not supported`);
  if (rule.Next !== undefined) checkTarget(states, rule.Next, `${path}/Next`, findings);
  const { Condition: condition } = rule;
  const source = typeof condition === "string" ? jsonataSource(condition) : undefined;
  if (condition !== undefined && typeof condition !== "boolean" && source === undefined)
    findings.error(`${path}/Condition`, "Condition must be a JSONata expression or a Boolean");
  checkExpressions({ ...rule, Arguments: condition }, path, findings);
}

function checkResource(state: Json, path: string, findings: Findings): void {
  const { Resource: resource, Arguments: given } = state;
  if (resource === undefined) return findings.error(path, "These fields are required: [Resource]");
  if (typeof resource !== "string")
    return findings.error(`${path}/Resource`, "Expected value of type String");
  if (resource !== INVOKE && !FUNCTION_ARN.test(resource))
    return findings.error(
      `${path}/Resource`,
      `The resource provided ${resource} is not supported by this engine. Supported are the ARN of a Lambda function and ${INVOKE}.`,
    );
  if (resource !== INVOKE || !isObject(given)) return;
  if (given.FunctionName === undefined)
    findings.error(`${path}/Arguments`, "The field 'FunctionName' is required but was missing");
  for (const field of Object.keys(given))
    if (!["FunctionName", "Payload", "Qualifier", "InvocationType"].includes(field))
      findings.error(`${path}/Arguments`, `The field '${field}' is not supported by this engine`);
}
