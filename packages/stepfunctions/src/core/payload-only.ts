import type { Expression } from "../language/expression.js";
import { expressionsIn, type Template } from "../language/template.js";
import { isObject } from "../json.js";
import type { Result } from "./machine.js";

/** Whether a Task reads no more than Payload of lambda:invoke's result: `from` is the state as it is defined. */
export function readsPayloadOnly(
  from: Record<string, unknown>,
  { language, output, assign }: Result,
): boolean {
  if (language === "JSONata")
    return output !== null && [output, ...assign.map(([, part]) => part)].every(isOfPayload);
  if (from.ResultSelector !== undefined) return pathsIn(from.ResultSelector).every(isPayloadPath);
  if (!pathsIn(from.Assign).every(isPayloadPath)) return false;
  if (from.ResultPath === null) return true;
  return (
    from.ResultPath === undefined && typeof from.OutputPath === "string" && isPayloadPath(from.OutputPath)
  );
}

function isOfPayload(template: Template): boolean {
  return [...expressionsIn(template, "")].every(([, { results }]: [string, Expression]) =>
    results?.every((name) => name === "Payload"),
  );
}

/** The values of all keys that end in ".$". */
function pathsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(pathsIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    key.endsWith(".$") && typeof part === "string" ? [part] : pathsIn(part),
  );
}

/** Whether each `$` in a path, or in a call of an intrinsic function, begins `$.Payload` or the context object. */
function isPayloadPath(path: string): boolean {
  return !path.replaceAll(/\$\.Payload(?=[.[,)\s]|$)|\$\$(?=[.[,)\s]|$)/g, "").includes("$");
}
