import { AwsError } from "../aws-error.js";
import { byteLength } from "../json.js";
import { MAX_DEFINITION_BYTES } from "../limits.js";
import type { MachineType } from "../store/store.js";
import type { Diagnostic } from "../validation/diagnostics.js";
import { validateDefinition } from "../validation/validate.js";
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
  const errors = validateDefinition(text, { type }).diagnostics.filter(({ severity }) => severity === "ERROR");
  if (errors.length === 0) return;
  const list = errors.slice(0, 20).map(describe).join(", ");
  throw new AwsError("InvalidDefinition", `Invalid State Machine Definition: '${list}'`);
}

function describe({ code, message, location }: Diagnostic): string {
  return `${code}: ${message}${location === undefined ? "" : ` at ${location}`}`;
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
