import { isObject, parseJson } from "../json.js";
import { type StateError, StateFailure } from "../language/failure.js";
import type { Randomness } from "../language/randomness.js";
import { functionOf } from "./function-name.js";
import type { TaskCall } from "./state.js";
import type { TaskAnswer } from "./turn.js";

type Returned = Extract<TaskAnswer, { kind: "returned" }>;

/**
 * The error of an invocation, or null when it succeeded.
 * @param kind with "function" (a Lambda ARN as Resource) the cause is the payload as it came; with "invoke" it is compact JSON
 */
export function invocationFailure(
  answer: Extract<TaskAnswer, { kind: "returned" | "refused" }>,
  kind: "function" | "invoke",
  random: Randomness,
): StateError | null {
  if (answer.kind === "refused") {
    const { code, message, statusCode } = answer;
    const service = `(Service: AWSLambda; Status Code: ${statusCode}; Error Code: ${code}; Request ID: ${random.uuid()}; Proxy: null)`;
    return { error: `Lambda.${code}`, cause: `${message} ${service}` };
  }
  if (answer.functionError === undefined) return null;
  const payload = readPayload(answer.payload);
  const type = isObject(payload) ? payload.errorType : undefined;
  if (typeof type !== "string" || type === "")
    return {
      error: "Lambda.Unknown",
      cause: `The cause could not be determined because Lambda did not return an error type. Returned payload: ${answer.payload}`,
    };
  return { error: type, cause: kind === "function" ? answer.payload : JSON.stringify(payload) };
}

function readPayload(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** The result of lambda:invoke: Lambda's response with its HTTP metadata. */
export function invocationResult(answer: Returned, at: number, random: Randomness): unknown {
  const requestId = random.uuid();
  const headers = {
    Connection: "keep-alive",
    "Content-Length": String(Buffer.byteLength(answer.payload)),
    "Content-Type": "application/json",
    Date: new Date(at).toUTCString(),
    "X-Amz-Executed-Version": answer.executedVersion,
    "x-amzn-Remapped-Content-Length": "0",
    "x-amzn-RequestId": requestId,
    "X-Amzn-Trace-Id": `Root=1-${Math.floor(at / 1000).toString(16)}-${random.uuid().replaceAll("-", "").slice(0, 24)}`,
  };
  return {
    ExecutedVersion: answer.executedVersion,
    ...(answer.payload === "" ? {} : { Payload: JSON.parse(answer.payload) as unknown }),
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      HttpHeaders: headers,
      HttpStatusCode: answer.statusCode,
    },
    SdkResponseMetadata: { RequestId: requestId },
    StatusCode: answer.statusCode,
  };
}

const FIELDS = ["FunctionName", "Payload", "Qualifier", "InvocationType", "LogType", "ClientContext"];

/**
 * Reads the arguments of lambda:invoke. A string Payload is the body itself; a missing or null one is an empty object.
 * @throws StateFailure
 */
export function lambdaCall(text: string): TaskCall {
  const parameters: unknown = JSON.parse(text);
  const name = isObject(parameters) ? parameters.FunctionName : undefined;
  if (!isObject(parameters) || typeof name !== "string" || name === "")
    throw new StateFailure(
      "States.Runtime",
      "The Parameters of lambda:invoke must be an object with the string 'FunctionName'.",
    );
  const unknown = Object.keys(parameters).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined)
    throw new StateFailure("States.Runtime", `The field '${unknown}' is not supported by lambda:invoke.`);
  const { Payload: payload, Qualifier: qualifier, InvocationType: type = "RequestResponse" } = parameters;
  if (type !== "RequestResponse" && type !== "Event")
    throw new StateFailure(
      "States.Runtime",
      `The InvocationType '${JSON.stringify(type)}' is not supported.`,
    );
  const { functionName, qualifier: inName } = functionOf(name);
  return {
    kind: "lambda",
    functionName,
    qualifier: typeof qualifier === "string" ? qualifier : inName,
    payload: typeof payload === "string" ? payload : JSON.stringify(payload ?? {}),
    ...(type === "Event" ? { event: true } : {}),
  };
}
