import type { Json } from "../json-text.js";
import { isObject } from "../json.js";
import { StateFailure } from "../language/failure.js";

/** What a parameter may be: text, text or a document (no number, no boolean), or any value. */
type Kind = "text" | "document" | "any";

interface Parameters {
  /** A text that must be there. */
  required: string;
  optional: Readonly<Record<string, Kind>>;
}

/** The calls that the engine makes itself, with what they take. */
export const CALLS: ReadonlyMap<string, Parameters> = new Map<string, Parameters>([
  [
    "lambda:invoke",
    {
      required: "FunctionName",
      optional: {
        Payload: "document",
        Qualifier: "text",
        InvocationType: "text",
        LogType: "text",
        ClientContext: "text",
      },
    },
  ],
  [
    "states:startExecution",
    { required: "StateMachineArn", optional: { Input: "any", Name: "text", TraceHeader: "text" } },
  ],
]);
const PATTERN = /\.(sync:2|sync|waitForTaskToken)$/;

/**
 * Refuses what a call cannot be made with. As seen on AWS, such a task is not scheduled, and a number is no Payload for a
 * function.
 * @param resource what follows arn:aws:states:::
 * @param field what the state calls the call's parameters
 * @throws StateFailure States.Runtime
 */
export function assertFitting(resource: string, given: Json, field: "Arguments" | "Parameters"): void {
  const parameters = CALLS.get(resource.replace(PATTERN, ""));
  if (parameters === undefined) return;
  const problems = problemsOf(isObject(given.value) ? given.value : {}, parameters);
  if (problems.length === 0) return;
  throw new StateFailure(
    "States.Runtime",
    `The ${field} '${given.text}' could not be used to start the Task: [${problems.join(", ")}]`,
  );
}

function problemsOf(value: Record<string, unknown>, { required, optional }: Parameters): string[] {
  const problems: string[] = [];
  if (value[required] === undefined || value[required] === "")
    problems.push(`The field '${required}' is required but was missing`);
  for (const [name, part] of Object.entries(value)) {
    const kind = name === required ? "text" : Object.hasOwn(optional, name) ? optional[name] : undefined;
    if (kind === undefined) problems.push(`The field "${name}" is not supported by Step Functions`);
    else if (!fits(part, kind, name === required))
      problems.push(`The value for the field '${name}' must be a STRING`);
  }
  return problems;
}

function fits(part: unknown, kind: Kind, required: boolean): boolean {
  if (kind === "any" || typeof part === "string" || (part === null && !required)) return true;
  return kind === "document" && typeof part === "object";
}
