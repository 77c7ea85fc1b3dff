import { isObject } from "../json.js";

export type QueryLanguage = "JSONPath" | "JSONata";

/**
 * The query language of a state. As measured on AWS, it is JSONPath only where the field is absent or exactly
 * "JSONPath"; any other value counts as JSONata (and is an error of its own). The state that holds a branch or an item
 * processor does not hand its language down.
 */
export function queryLanguage(definition: Record<string, unknown>, state?: unknown): QueryLanguage {
  const own = isObject(state) && Object.hasOwn(state, "QueryLanguage") ? state.QueryLanguage : undefined;
  const declared = own ?? (Object.hasOwn(definition, "QueryLanguage") ? definition.QueryLanguage : undefined);
  return declared === undefined || declared === "JSONPath" ? "JSONPath" : "JSONata";
}
