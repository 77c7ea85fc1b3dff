import { createRequire } from "node:module";
import { isObject, parseJson } from "../json.js";
import { type Diagnostic, Findings } from "./diagnostics.js";
import { checkState } from "./state.js";
import { checkVariables } from "./variables.js";

type SchemaError = { "Error code": string; Message: string; schemaError?: { instancePath: string } };
type SchemaValidator = (definition: unknown) => { isValid: boolean; errors: SchemaError[] };

const require = createRequire(import.meta.url);

// asl-validator is CommonJS without types of its own. It takes a while to load and a fifth of a second to check.
let loaded: SchemaValidator | undefined;
function checkSchema(definition: unknown): { isValid: boolean; errors: SchemaError[] } {
  loaded ??= require("asl-validator") as SchemaValidator;
  return loaded(definition);
}

const MACHINE_FIELDS = ["Comment", "StartAt", "States", "Version", "TimeoutSeconds", "QueryLanguage"];

/**
 * Checks a state machine definition: what AWS refuses, and what this engine does not run.
 * @param text the definition as given to CreateStateMachine
 * @returns the findings and, when none of them is an error, the parsed definition
 */
export function validateDefinition(text: string): {
  diagnostics: Diagnostic[];
  definition?: Record<string, unknown>;
} {
  const findings = new Findings();
  const definition = readDefinition(text, findings);
  if (definition === undefined) return { diagnostics: findings.all };
  try {
    checkMachine(definition, findings);
    if (!findings.failed) checkAgainstSchema(definition, findings);
    if (!findings.failed) checkVariables(definition, findings);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    findings.error("/", "The definition nests too deeply to be read");
  }
  return findings.failed ? { diagnostics: findings.all } : { diagnostics: findings.all, definition };
}

function readDefinition(text: string, findings: Findings): Record<string, unknown> | undefined {
  let definition: unknown;
  try {
    definition = text.trim() === "" ? undefined : parseJson(text);
  } catch (error) {
    findings.all.push({
      severity: "ERROR",
      code: "INVALID_JSON_DESCRIPTION",
      message: (error as Error).message,
    });
    return undefined;
  }
  if (isObject(definition)) return definition;
  findings.all.push({
    severity: "ERROR",
    code: "SCHEMA_VALIDATION_FAILED",
    message: "Definition must be a valid JSON object",
  });
  return undefined;
}

function checkMachine(definition: Record<string, unknown>, findings: Findings): void {
  const missing = ["StartAt", "States"].filter((field) => definition[field] === undefined);
  if (missing.length > 0) findings.error("/", `These fields are required: [${missing.join(", ")}]`);
  for (const field of Object.keys(definition))
    if (!MACHINE_FIELDS.includes(field)) findings.error("/", `Field '${field}' is not supported`);
  checkMachineValues(definition, findings);
  const { States: states, StartAt: startAt } = definition;
  if (!isObject(states)) {
    if (states !== undefined) findings.error("/States", "Expected value of type Object");
    return;
  }
  if (Object.keys(states).length === 0) findings.error("/States", "States must not be empty");
  if (typeof startAt === "string" && !Object.hasOwn(states, startAt))
    findings.error("/StartAt", `Missing 'StartAt' target: ${startAt}`, "MISSING_TRANSITION_TARGET");
  for (const [name, state] of Object.entries(states)) checkState(definition, states, name, state, findings);
}

function checkMachineValues(definition: Record<string, unknown>, findings: Findings): void {
  const { StartAt, TimeoutSeconds: timeout, QueryLanguage: language, Version: version } = definition;
  if (StartAt !== undefined && typeof StartAt !== "string")
    findings.error("/StartAt", "Expected value of type String");
  if (
    timeout !== undefined &&
    !(Number.isInteger(timeout) && (timeout as number) > 0 && (timeout as number) <= 99_999_999)
  )
    findings.error("/TimeoutSeconds", "Expected a whole number from 1 to 99999999");
  if (language !== undefined && language !== "JSONata" && language !== "JSONPath")
    findings.error("/QueryLanguage", "Expected value to be one of [JSONPath, JSONata]");
  if (version !== undefined && version !== "1.0")
    findings.error("/Version", "The only version supported is '1.0'");
}

function checkAgainstSchema(definition: Record<string, unknown>, findings: Findings): void {
  // asl-validator writes into what it checks.
  const copy = structuredClone(definition);
  easeSchema(copy.States);
  for (const found of checkSchema(copy).errors) {
    findings.error(found.schemaError?.instancePath || "/", found.Message, found["Error code"]);
  }
}

/**
 * AWS takes any JSON value as Output, a plain Boolean as Condition and empty text in Arguments and Assign; the schema
 * does not. What counts of them is checked elsewhere.
 */
function easeSchema(states: unknown): void {
  for (const state of Object.values(states as Record<string, Record<string, unknown>>)) {
    const parts = [state.Choices, state.Catch].filter(Array.isArray).flat() as Record<string, unknown>[];
    for (const part of [state, ...parts]) {
      delete part.Output;
      for (const field of ["Arguments", "Assign"])
        if (field in part) part[field] = withoutEmptyText(part[field]);
      if (typeof part.Condition === "boolean") part.Condition = `{% ${part.Condition} %}`;
    }
  }
}

function withoutEmptyText(value: unknown): unknown {
  if (value === "") return " ";
  if (Array.isArray(value)) return value.map(withoutEmptyText);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutEmptyText(item)]));
}
