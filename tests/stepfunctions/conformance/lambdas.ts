import { randomUUID } from "node:crypto";
import { AwsError, type LambdaInvoker } from "@longhaul/stepfunctions";
import type { Behaviour } from "./case.js";
import { pythonText } from "./json.js";

type Answer = { payload: string; functionError?: "Unhandled" };

/** Lambda with the functions of a case, which are written in Python. `sleep` takes milliseconds. */
export function lambdaOf(
  functions: Record<string, Behaviour>,
  sleep: (milliseconds: number) => Promise<void>,
): LambdaInvoker {
  const calls = new Map<string, number>();
  return async ({ functionName, payload }) => {
    const behaviour = Object.hasOwn(functions, functionName) ? functions[functionName] : undefined;
    if (behaviour === undefined) {
      const arn = `arn:aws:lambda:us-east-1:000000000000:function:${functionName}:$LATEST`;
      throw new AwsError("ResourceNotFoundException", `Function not found: ${arn}`, 404);
    }
    const call = calls.get(functionName) ?? 0;
    calls.set(functionName, call + 1);
    const answer = await behave(inTurn(behaviour, call), payload, sleep);
    return { statusCode: 200, executedVersion: "$LATEST", ...answer };
  };
}

function inTurn(behaviour: Behaviour, call: number): Behaviour {
  if (behaviour.behaviour !== "in-turn") return behaviour;
  const { calls } = behaviour;
  const one = calls[Math.min(call, calls.length - 1)];
  if (one === undefined) throw new Error("a function that behaves in turn has no behaviour");
  return inTurn(one, call);
}

async function behave(
  behaviour: Behaviour,
  payload: string,
  sleep: (milliseconds: number) => Promise<void>,
): Promise<Answer> {
  switch (behaviour.behaviour) {
    case "echo":
      return { payload: pythonText(payload) };
    case "return":
      return { payload: pythonText(JSON.stringify(behaviour.value)) };
    case "prefix":
      return { payload: JSON.stringify(`${behaviour.prefix}${String(JSON.parse(payload))}`) };
    case "return-raw-repeat":
      return { payload: behaviour.character.repeat(behaviour.count) };
    case "raise": {
      const { errorMessage, errorType, stackTrace } = behaviour;
      const error = { errorMessage, errorType, requestId: randomUUID(), stackTrace };
      return { payload: pythonText(JSON.stringify(error)), functionError: "Unhandled" };
    }
    case "delay":
      await sleep(behaviour.seconds * 1000);
      return behave(behaviour.then, payload, sleep);
    default:
      throw new Error(`the runner does not know the behaviour ${JSON.stringify(behaviour)}`);
  }
}
