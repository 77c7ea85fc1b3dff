import { isObject, parseJson } from "../json.js";
import { type Diagnostic, Findings } from "./diagnostics.js";
import { warnOfDuplicates } from "./duplicates.js";
import { checkGraph } from "./graph.js";
import { describeSyntaxError } from "./json-syntax.js";
import { levelsOf } from "./levels.js";
import { checkMachine, checkStateTree } from "./machine.js";
import type { Json } from "./shape.js";
import { checkVariables } from "./variables.js";

export interface ValidationOptions {
  /** STANDARD where absent. */
  type?: "STANDARD" | "EXPRESS";
}

/**
 * Checks a definition of a state machine as AWS does when it creates one.
 * @param text the definition as given to CreateStateMachine
 * @returns the findings and, when none of them is an error, the parsed definition
 */
export function validateDefinition(
  text: string,
  options: ValidationOptions = {},
): { diagnostics: Diagnostic[]; definition?: Json } {
  const findings = new Findings();
  const definition = readDefinition(text, findings);
  if (definition === undefined) return { diagnostics: findings.all };
  warnOfDuplicates(text, findings);
  checkMachine(definition, options.type === "EXPRESS", findings);
  if (!findings.failed) {
    const levels = levelsOf(definition);
    checkGraph(levels, findings);
    if (!findings.failed) checkVariables(definition, levels, findings);
  }
  return findings.failed ? { diagnostics: findings.all } : { diagnostics: findings.all, definition };
}

/**
 * Checks one state and those inside it, without where it leads, as TestState does.
 * @param definition the machine that the state is of, for its query language
 */
export function validateState(
  state: unknown,
  name: string,
  options: ValidationOptions & { definition?: Json } = {},
): Diagnostic[] {
  const findings = new Findings();
  const around = { definition: options.definition ?? {}, findings };
  checkStateTree(state, `/States/${name}`, options.type === "EXPRESS", around);
  return findings.all;
}

function readDefinition(text: string, findings: Findings): Json | undefined {
  if (text === "") findings.error(undefined, "Definition must not be empty", "MISSING_DESCRIPTION");
  else if (text.trim() === "") findings.error(undefined, "Definition must be a valid JSON object");
  if (findings.failed) return undefined;
  let definition: unknown;
  try {
    definition = parseJson(text);
  } catch (error) {
    addSyntaxError(text, error as Error, findings);
    return undefined;
  }
  if (isObject(definition)) return definition;
  findings.error(undefined, "Definition must be a valid JSON object");
  return undefined;
}

function addSyntaxError(text: string, error: Error, findings: Findings): void {
  const described = describeSyntaxError(text);
  if (described === undefined) findings.error(undefined, error.message, "TOO_DEEPLY_NESTED");
  else findings.error(described.location, described.message, "INVALID_JSON_DESCRIPTION");
}
