import { z } from "zod";
import { isJson, type Json } from "../json.js";
import type { Step } from "../step/step.js";
import { failure, type StepFailure } from "./failures.js";

/**
 * Step Functions allows 262,144 bytes for a state's payload, of which Lambda's answer around the
 * output takes a part.
 */
const maxOutputBytes = 250_000;

/** What a handler has returned, as JSON that fits into a state, or why it is not. */
export function checkedOutput(
  { name, output: schema }: Pick<Step, "name" | "output">,
  value: unknown,
): { output: Json } | { failed: StepFailure } {
  const parsed = schema.safeParse(value);
  const output: unknown = parsed.success ? (parsed.data ?? null) : undefined;
  if (!isJson(output)) {
    const message = `${name} gave a result that it has not declared.`;
    const cause = parsed.error ?? z.json().safeParse(output).error;
    return { failed: failure("fatal", "STEP_OUTPUT_INVALID", name, message, cause) };
  }
  const text = JSON.stringify(output);
  // A UTF-16 unit is three bytes at most.
  const bytes = text.length * 3 <= maxOutputBytes ? 0 : new TextEncoder().encode(text).byteLength;
  if (bytes > maxOutputBytes) {
    const message = `The result of ${name} has ${bytes} bytes; a step may hand on ${maxOutputBytes}.`;
    const cause = "Write large results to an artifact and hand on its id.";
    return { failed: failure("fatal", "STEP_OUTPUT_TOO_LARGE", name, message, cause) };
  }
  return { output };
}
