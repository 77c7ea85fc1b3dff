import { type ValidationOptions, validateDefinition } from "../validate.js";

export type State = Record<string, unknown>;

export const pass: State = { Type: "Pass", End: true };
export const task: State = {
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke",
  Parameters: { FunctionName: "f" },
  End: true,
};

/** A machine whose one state is A, in JSONPath. */
export function machine(state: unknown, rest: object = {}): State {
  return { StartAt: "A", States: { A: state }, ...rest };
}

/** The same in JSONata. */
export function jsonata(state: unknown): State {
  return machine(state, { QueryLanguage: "JSONata" });
}

/** The findings about a definition, one a line: "location: message", with the code where it is not the usual one. */
export function judge(
  definition: unknown,
  options: ValidationOptions & { warnings?: boolean } = {},
): string[] {
  const text = typeof definition === "string" ? definition : JSON.stringify(definition);
  return validateDefinition(text, options)
    .diagnostics.filter(({ severity }) => severity === "ERROR" || options.warnings === true)
    .map(({ code, message, location }) => {
      const prefix = code === "SCHEMA_VALIDATION_FAILED" ? "" : `${code} `;
      return `${prefix}${location ?? "null"}: ${message}`;
    });
}
