import { AwsError } from "../aws-error.js";
import { isObject } from "../json.js";
import { CommandError, messageOf } from "./errors.js";

/** Operations of an engine that runs elsewhere, over HTTP. They reject with AwsError as the engine itself does. */
export function callEndpoint(endpoint: string): (operation: string, request: unknown) => Promise<unknown> {
  if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint))
    throw new CommandError(
      `--endpoint takes an address like http://127.0.0.1:8083, not ${JSON.stringify(endpoint)}`,
    );
  return async (operation, request) => {
    const { status, body } = await post(endpoint, operation, request);
    const answer = readAnswer(body);
    if (status === 200 && answer !== undefined) return answer;
    const { __type: type, message } = answer ?? {};
    if (typeof type !== "string")
      throw new CommandError(`${endpoint} answers with status ${status}: it is no engine of Step Functions`);
    throw new AwsError(type.replace(/^.*#/, ""), typeof message === "string" ? message : type, status);
  };
}

async function post(endpoint: string, operation: string, request: unknown) {
  try {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `AWSStepFunctions.${operation}`,
      },
      body: JSON.stringify(request),
    });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    throw new CommandError(`${endpoint} does not answer: ${messageOf(cause ?? error)}`);
  }
}

function readAnswer(body: string): Record<string, unknown> | undefined {
  try {
    const answer: unknown = JSON.parse(body);
    return isObject(answer) ? answer : undefined;
  } catch {
    return undefined;
  }
}
