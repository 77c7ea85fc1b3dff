import { randomnessFrom } from "../../randomness.js";
import type { PathScope } from "../../scope.js";

/** What a path sees in a test. `variables` holds values, not JSON text. */
export function scopeOf(
  data: unknown,
  given: { context?: unknown; variables?: Record<string, unknown> } = {},
): PathScope {
  const { context = {}, variables = {} } = given;
  return {
    data,
    text: JSON.stringify(data),
    context,
    variable: (name) => (Object.hasOwn(variables, name) ? JSON.stringify(variables[name]) : undefined),
    random: randomnessFrom("a test"),
    state: "Test",
  };
}
