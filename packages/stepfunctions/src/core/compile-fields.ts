// The fields of a state, compiled in its language.

import { compilePath, type PathOptions } from "../language/jsonpath/path.js";
import { compilePayload } from "../language/jsonpath/payload.js";
import { compileReferencePath } from "../language/jsonpath/reference-path.js";
import { compileTemplate } from "../language/template.js";
import type { Field, Result, TaskState } from "./machine.js";

export type Json = Record<string, unknown>;
export type Language = "JSONPath" | "JSONata";

/** What a state, a rule or a catcher makes of its result. */
export function result(from: Json, language: Language): Result {
  const assign = (from.Assign as Json | undefined) ?? {};
  if (language === "JSONata")
    return {
      language,
      output: from.Output === undefined ? null : compileTemplate(from.Output),
      assign: Object.entries(assign).map(([name, value]) => [name, compileTemplate(value)]),
      assignPayload: null,
      resultPath: undefined,
    };
  return {
    language,
    output: null,
    assign: [],
    assignPayload: from.Assign === undefined ? null : compilePayload(from.Assign),
    resultPath: partOf(from.ResultPath, compileReferencePath),
  };
}

/** InputPath and OutputPath. */
export function paths(from: Json, language: Language): Pick<TaskState, "inputPath" | "outputPath"> {
  if (language === "JSONata") return { inputPath: undefined, outputPath: undefined };
  return {
    inputPath: partOf(from.InputPath, compilePath),
    outputPath: partOf(from.OutputPath, compilePath),
  };
}

/** A path into a document, null for none of it; undefined, as where there is no path, for `$`: all of it. */
function partOf<P>(path: unknown, compile: (text: string) => P): P | null | undefined {
  if (path === undefined || path === "$") return undefined;
  return path === null ? null : compile(path as string);
}

/** A field of any JSON value, in its state's language. */
export function field(from: Json, name: string, language: Language): Field | null {
  const value = from[name];
  if (value === undefined) return null;
  if (language === "JSONata") return { language, template: compileTemplate(value) };
  return { language, payload: compilePayload(value) };
}

/** A field that holds a path (JSONPath only); `options`: whether it may hold a call of an intrinsic function instead. */
export function pathField(
  from: Json,
  name: string,
  options: PathOptions = {},
): Extract<Field, { language: "JSONPath" }> | null {
  const value = from[name];
  return typeof value === "string" ? { language: "JSONPath", path: compilePath(value, options) } : null;
}

/** A number that may be written as such, as an expression or, in a field of its own, as a path. */
export function numeric(from: Json, name: string, language: Language): Field | number | null {
  const value = from[name];
  if (typeof value === "number") return value;
  if (language === "JSONata") return field(from, name, language);
  return pathField(from, `${name}Path`);
}
