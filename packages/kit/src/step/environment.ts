import type { z } from "zod";
import { FatalError } from "./errors.js";

/**
 * What a step's function finds in its environment.
 *
 * @throws FatalError ENVIRONMENT_INCOMPLETE that names what is missing or wrong, without its value: no try of the same function
 *   finds another environment. Much of it comes with a permission of the step.
 */
export function stepEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  variables: Readonly<Record<string, string | undefined>>,
): z.output<Schema> {
  const parsed = schema.safeParse(variables);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) =>
    message.includes(String(path[0])) ? message : [...path, message].join(" "),
  );
  const named = `The environment of this step is not complete: ${lines.join("; ")}`;
  const cause =
    "What a step may reach stands in the permissions of its defineStep; the rest its deployment gives.";
  throw new FatalError(named, { code: "ENVIRONMENT_INCOMPLETE", cause, attemptHelps: true });
}
