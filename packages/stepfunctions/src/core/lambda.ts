import type { Json } from "../json-text.js";
import { byteLength, isObject, parseJson } from "../json.js";
import { type StateError, StateFailure } from "../language/failure.js";
import { randomnessFrom, type Randomness } from "../language/randomness.js";
import { functionOf } from "./function-name.js";
import type { ExecutionIdentity, TaskCall } from "./state.js";
import type { TaskAnswer } from "./turn.js";

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

/** What Lambda answered, from which the rest of lambda:invoke's result can be made again. */
export interface LambdaResponse {
  payload: string;
  executedVersion: string;
  statusCode: number;
}

/** Whose response it is: what of HTTP the result tells follows from it. */
export interface ResponsePlace {
  identity: ExecutionIdentity;
  /** The event that shows it, and its moment. */
  event: number;
  at: number;
}

/** The result of lambda:invoke: Lambda's response with its HTTP metadata. */
export function invocationResult(response: LambdaResponse, place: ResponsePlace): Record<string, unknown> {
  const { payload, executedVersion, statusCode } = response;
  const { requestId, traceId } = idsOf(place);
  const headers = {
    Connection: "keep-alive",
    "Content-Length": String(byteLength(payload)),
    "Content-Type": "application/json",
    Date: new Date(place.at).toUTCString(),
    "X-Amz-Executed-Version": executedVersion,
    "x-amzn-Remapped-Content-Length": "0",
    "x-amzn-RequestId": requestId,
    "X-Amzn-Trace-Id": `Root=1-${Math.floor(place.at / 1000).toString(16)}-${traceId}`,
  };
  return {
    ExecutedVersion: executedVersion,
    ...(payload === "" ? {} : { Payload: JSON.parse(payload) as unknown }),
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      HttpHeaders: headers,
      HttpStatusCode: statusCode,
    },
    SdkResponseMetadata: { RequestId: requestId },
    StatusCode: statusCode,
  };
}

/** They are nobody's secret, so that what is known of a call suffices to make them, again and again. */
function idsOf({ identity, event }: ResponsePlace): { requestId: string; traceId: string } {
  const random = randomnessFrom(`${identity.arn}:${identity.number}:${identity.startedAt}:${event}`);
  return { requestId: random.uuid(), traceId: random.uuid().replaceAll("-", "").slice(0, 24) };
}

/**
 * Reads the arguments of lambda:invoke, which fit (parameters.ts). A string Payload is the body itself; a missing or null
 * one is an empty object.
 * @throws StateFailure
 */
export function lambdaCall(given: Json): TaskCall {
  const parameters = given.value as { FunctionName: string } & Record<string, unknown>;
  const { FunctionName: name, Payload: payload, Qualifier: qualifier } = parameters;
  const type = parameters.InvocationType ?? "RequestResponse";
  if (type !== "RequestResponse" && type !== "Event")
    throw new StateFailure(
      "States.Runtime",
      `The InvocationType '${JSON.stringify(type)}' is not supported.`,
    );
  const fields = Object.keys(parameters).length;
  const { functionName, qualifier: inName } = functionOf(name);
  return {
    kind: "lambda",
    functionName,
    qualifier: typeof qualifier === "string" ? qualifier : inName,
    payload: typeof payload === "string" ? payload : bodyOf(given, name, payload ?? null, fields),
    ...(type === "Event" ? { event: true } : {}),
  };
}

/** The body of a call as JSON. Parameters that are nothing but a function and this have it in their text already. */
function bodyOf({ text, canonical }: Json, name: string, payload: unknown, fields: number): string {
  if (payload === null) return "{}";
  const head = `{"FunctionName":"${name}","Payload":`;
  return canonical && fields === 2 && text.startsWith(head)
    ? text.slice(head.length, -1)
    : JSON.stringify(payload);
}
