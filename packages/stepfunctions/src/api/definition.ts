import { AwsError } from "../aws-error.js";
import { byteLength } from "../json.js";
import { MAX_DEFINITION_BYTES } from "../limits.js";
import type { MachineType } from "../store/store.js";
import { invalidDefinitionMessage } from "../validation/diagnostics.js";
import { validateDefinition } from "../validation/validate.js";
import { variableReferences } from "../validation/variables.js";
import type { Operation } from "./context.js";
import type { Request } from "./request.js";

/** The definition in a request. @throws AwsError ValidationException when it is missing or too long */
export function readDefinition(request: Request): string {
  const text = request.string("definition", { min: 1 });
  return assertLength(text);
}

function assertLength(text: string): string {
  if (byteLength(text) <= MAX_DEFINITION_BYTES) return text;
  const rule = `Member must have length less than or equal to ${MAX_DEFINITION_BYTES}`;
  const message = `1 validation error detected: Value at 'definition' failed to satisfy constraint: ${rule}`;
  throw new AwsError("ValidationException", message);
}

/** @throws AwsError InvalidDefinition that lists every error */
export function assertDefinition(text: string, type: MachineType): void {
  const { diagnostics, definition } = validateDefinition(text, { type });
  if (definition === undefined)
    throw new AwsError("InvalidDefinition", invalidDefinitionMessage(diagnostics));
}

/** The variables that the states of a machine's definition read, by state. */
export function referencesOf(definition: string): Record<string, string[]> {
  return variableReferences(JSON.parse(definition) as Record<string, unknown>);
}

/** ValidateStateMachineDefinition. */
export const validateStateMachineDefinition: Operation = (_context, request) => {
  const text = readDefinition(request);
  const type = readType(request);
  const severity = request.oneOf("severity", ["ERROR", "WARNING"] as const) ?? "ERROR";
  const limit = request.optionalInteger("maxResults", { min: 0, max: 100 }) || 100;
  const all = validateDefinition(text, { type }).diagnostics;
  const shown = severity === "WARNING" ? all : all.filter((found) => found.severity === "ERROR");
  const failed = all.some((found) => found.severity === "ERROR");
  return {
    result: failed ? "FAIL" : "OK",
    diagnostics: shown.slice(0, limit),
    truncated: shown.length > limit,
  };
};

/** The machine's type in a request: STANDARD by default. */
export function readType(request: Request): MachineType {
  return request.oneOf("type", ["STANDARD", "EXPRESS"] as const) ?? "STANDARD";
}
