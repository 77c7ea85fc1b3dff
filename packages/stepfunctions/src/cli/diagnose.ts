import { validateDefinition } from "../validation/validate.js";
import type { MachineType } from "./machine-type.js";
import { JsonPlaces, type Place } from "./places.js";
import { plain, type terminal } from "./terminal.js";

/** A finding with its place in the file. */
export interface Placed extends Place {
  severity: "ERROR" | "WARNING";
  code: string;
  message: string;
  location?: string;
}

/** What is wrong with a definition, in the order of the file. */
export function diagnose(text: string, type: MachineType): Placed[] {
  const { diagnostics } = validateDefinition(text, { type });
  if (diagnostics.length === 0) return [];
  const places = new JsonPlaces(text);
  return diagnostics
    .map((found) => ({
      ...found,
      ...(found.code === "INVALID_JSON_DESCRIPTION" ? places.syntaxError() : places.pointer(found.location)),
    }))
    .sort((left, right) => left.line - right.line || left.column - right.column);
}

export function failed(diagnostics: readonly Placed[]): boolean {
  return diagnostics.some(({ severity }) => severity === "ERROR");
}

/** file:line:column severity CODE message */
export function diagnosticLine(file: string, found: Placed, paint: typeof terminal.paint): string {
  const place = `${file === "-" ? "stdin" : file}:${found.line}:${found.column}`;
  const severity = found.severity.toLowerCase();
  const painted = paint(severity === "error" ? "red" : "yellow", severity);
  return `${place} ${painted} ${found.code} ${plain(found.message)}`;
}
