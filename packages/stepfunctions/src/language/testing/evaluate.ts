import { compileExpression } from "../expression.js";
import { randomnessFrom } from "../randomness.js";
import type { Scope } from "../scope.js";

/** The clock of every evaluation made here. */
export const AT = Date.UTC(2030, 0, 2, 3, 4, 5);

/** What a test gives of a scope; its variables are JSON texts. */
export type Given = Partial<Omit<Scope, "variable">> & { variables?: Record<string, string> };

/** A scope for tests: what is not given is empty and always the same. */
export function scopeOf({ variables = {}, ...given }: Given = {}): Scope {
  const known = new Map(Object.entries(variables));
  return {
    states: { input: {}, context: {} },
    variable: (name) => known.get(name),
    at: AT,
    random: randomnessFrom("seed"),
    state: "State",
    ...given,
  };
}

/** Compiles and evaluates an expression as the field Output. */
export async function evaluate(source: string, given?: Given): Promise<unknown> {
  return compileExpression(source).evaluate(scopeOf(given), "Output");
}
