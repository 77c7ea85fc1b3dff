import { AwsError } from "../../aws-error.js";
import { capitalized } from "../../capitals.js";
import type { Mock } from "../../core/trial.js";
import { isObject, parseJson } from "../../json.js";
import { MAX_PAYLOAD_BYTES } from "../../limits.js";
import { readDefinition } from "../definition.js";
import { assertRole } from "../names.js";
import { Request } from "../request.js";
import { readInput } from "../start.js";

/** What TestState is asked: the members as they came, checked one by one and against each other. */
export interface TestRequest {
  definition: string;
  stateName: string | undefined;
  roleArn: string | null;
  input: string;
  level: "INFO" | "DEBUG" | "TRACE";
  /** JSON text and its members, as JSON texts. */
  variables: { text: string; values: Record<string, string> } | undefined;
  mock: Mock | null;
  validation: "STRICT" | "PRESENT" | "NONE";
  /** JSON text. */
  context: string | undefined;
  configuration: StateConfiguration;
}

interface StateConfiguration {
  retrierRetryCount: number | undefined;
  errorCausedByState: string | undefined;
  mapIterationFailureCount: number | undefined;
  mapItemReaderData: string | undefined;
}

const STATE_NAME_LENGTH = 80;
const COUNT = { min: 0, max: 2 ** 31 - 1 };

/** @throws AwsError ValidationException, InvalidExecutionInput, InvalidArn */
export function readTestRequest(request: Request): TestRequest {
  const given = request.part("mock");
  const mock = given === undefined ? null : readMock(given);
  const level = request.oneOf("inspectionLevel", ["INFO", "DEBUG", "TRACE"] as const) ?? "INFO";
  if (request.optionalBoolean("revealSecrets") === true && mock !== null)
    throw refused("TestState does not support RevealSecrets when a mock is specified.");
  const context = request.optionalData("context", MAX_PAYLOAD_BYTES);
  if (context !== undefined && mock === null) throw needsMock("Context");
  return {
    definition: readDefinition(request),
    stateName: readStateName(request, "stateName"),
    roleArn: readRole(request),
    input: readInput(request),
    level,
    variables: readVariables(request),
    mock,
    validation: given?.oneOf("fieldValidationMode", ["STRICT", "PRESENT", "NONE"] as const) ?? "STRICT",
    context,
    configuration: readConfiguration(request, mock),
  };
}

export function refused(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

function needsMock(member: string): AwsError {
  return refused(`TestState does not support ${member} when a mock is not specified.`);
}

/** Names of states are the caller's data, which messages do not repeat. */
function readStateName(request: Request, member: string): string | undefined {
  request.optionalString(member, { min: 1 });
  return request.optionalData(member, STATE_NAME_LENGTH);
}

function readRole(request: Request): string | null {
  const role = request.optionalString("roleArn", { min: 1, max: 256 });
  if (role === undefined) return null;
  assertRole(role);
  return role;
}

function readMock(mock: Request): Mock {
  const result = mock.optionalData("result", MAX_PAYLOAD_BYTES);
  const errorOutput = mock.part("errorOutput");
  if (result !== undefined && errorOutput === undefined) return { result };
  if (result !== undefined || errorOutput === undefined)
    throw refused("A test mock should have only one of the following fields: [result, errorOutput].");
  const cause = errorOutput.optionalString("cause", { max: 32_768 });
  return { error: errorOutput.string("error", { max: 256 }), ...(cause === undefined ? {} : { cause }) };
}

function readConfiguration(request: Request, mock: Mock | null): StateConfiguration {
  const given = request.part("stateConfiguration") ?? new Request({});
  const read: StateConfiguration = {
    retrierRetryCount: given.optionalInteger("retrierRetryCount", COUNT),
    errorCausedByState: readStateName(given, "errorCausedByState"),
    mapIterationFailureCount: given.optionalInteger("mapIterationFailureCount", COUNT),
    mapItemReaderData: given.optionalData("mapItemReaderData", MAX_PAYLOAD_BYTES),
  };
  const name = mock === null ? Object.entries(read).find(([, value]) => value !== undefined)?.[0] : undefined;
  if (name !== undefined) throw needsMock(capitalized(name));
  return read;
}

function readVariables(request: Request): TestRequest["variables"] {
  const text = request.optionalData("variables", MAX_PAYLOAD_BYTES);
  if (text === undefined) return undefined;
  const values = readObject(text);
  if (values === undefined) throw refused("Invalid Variables provided: the value must be a JSON object");
  return {
    text,
    values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)])),
  };
}

/** The JSON object that a text holds; undefined for anything else. */
export function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = parseJson(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
