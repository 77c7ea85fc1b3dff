import { randomUUID } from "node:crypto";
import { AwsError, type LambdaInvoker } from "@longhaul/stepfunctions";
import type { Behaviour } from "./conformance.js";

/** Lambda with the functions of a case. A delay lasts until its caller gives up: the clock of a test stands still. */
export function lambdaOf(functions: Record<string, Behaviour>): LambdaInvoker {
  return async ({ functionName, payload, signal }) => {
    const behaviour = functions[functionName];
    if (behaviour === undefined) {
      const arn = `arn:aws:lambda:us-east-1:000000000000:function:${functionName}:$LATEST`;
      throw new AwsError("ResourceNotFoundException", `Function not found: ${arn}`, 404);
    }
    return { statusCode: 200, executedVersion: "$LATEST", ...(await behave(behaviour, payload, signal)) };
  };
}

async function behave(
  behaviour: Behaviour,
  payload: string,
  signal: AbortSignal,
): Promise<{ payload: string; functionError?: "Unhandled" }> {
  switch (behaviour.behaviour) {
    case "echo":
      return { payload };
    case "return":
      return { payload: JSON.stringify(behaviour.value) };
    case "prefix":
      return { payload: JSON.stringify(`${behaviour.prefix}${String(JSON.parse(payload))}`) };
    case "return-raw-repeat":
      return { payload: behaviour.character.repeat(behaviour.count) };
    case "raise": {
      const { errorMessage, errorType, stackTrace } = behaviour;
      const error = { errorMessage, errorType, requestId: randomUUID(), stackTrace };
      return { payload: pythonJson(error), functionError: "Unhandled" };
    }
    case "delay":
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return behave(behaviour.then, payload, signal);
  }
}

/** JSON as Python writes it: with a space after each colon and comma outside strings. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}: ${pythonJson(member)}`,
  );
  return `{${members.join(", ")}}`;
}
