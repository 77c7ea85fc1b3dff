import type { z } from "zod";
import { isJson, type Json, unlikeJson } from "../json.js";
import type { Step } from "../step/step.js";
import { failure, type StepFailure } from "./failures.js";

/**
 * Step Functions allows 262,144 bytes for a state's payload, of which Lambda's answer around the
 * output takes a part.
 */
const maxOutputBytes = 250_000;

/**
 * What a schema makes of a value, or why it cannot: its own refusal, or what it threw, as one does that asks for a promise.
 */
export function parsedBy<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): { data: z.output<Schema> } | { unreadable: unknown } {
  try {
    const parsed = schema.safeParse(value);
    return parsed.success ? { data: parsed.data } : { unreadable: parsed.error };
  } catch (thrown) {
    return { unreadable: thrown };
  }
}

/** What a handler has returned, as JSON that fits into a state, or why it is not. */
export function checkedOutput(
  { name, output: schema }: Pick<Step, "name" | "output">,
  value: unknown,
): { output: Json } | { failed: StepFailure } {
  const invalid = (cause: unknown) => {
    const message = `${name} gave a result that it has not declared.`;
    return { failed: failure("fatal", "STEP_OUTPUT_INVALID", name, message, cause) };
  };
  const unlikeIt = (unlike: string) =>
    invalid(`${unlike}, which JSON has not: hand on text, numbers, lists or objects.`);
  const parsed = parsedBy(schema, value);
  if ("unreadable" in parsed) {
    // A schema that refers to itself follows a circle until there is no stack left.
    const unlike = parsed.unreadable instanceof RangeError ? unlikeJson(value) : null;
    return unlike === null ? invalid(parsed.unreadable) : unlikeIt(unlike);
  }
  const result: unknown = parsed.data ?? null;
  const json = isJson(result);
  const unlike = json ? null : unlikeJson(result);
  if (unlike !== null) return unlikeIt(unlike);
  const text = JSON.stringify(result);
  const output = json ? result : (JSON.parse(text) as Json);
  // A UTF-16 unit is three bytes at most.
  const bytes = text.length * 3 <= maxOutputBytes ? 0 : new TextEncoder().encode(text).byteLength;
  if (bytes > maxOutputBytes) {
    const message = `The result of ${name} has ${bytes} bytes; a step may hand on ${maxOutputBytes}.`;
    const cause = "Write large results to an artifact and hand on its id.";
    return { failed: failure("fatal", "STEP_OUTPUT_TOO_LARGE", name, message, cause) };
  }
  return { output };
}
