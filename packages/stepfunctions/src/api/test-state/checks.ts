import { AwsError } from "../../aws-error.js";
import type { Resource, State } from "../../core/machine.js";
import { isObject, parseJson } from "../../json.js";
import { readObject, refused, type TestRequest } from "./read-request.js";
import { responseOf } from "./responses.js";
import { fields, misfit, type Shape, text } from "./shape.js";
import { type Subject, statesWithin } from "./subject.js";

const MOCKABLE = ["Task", "Map", "Parallel"];

/** What fits neither the kind of state nor the mock. @throws AwsError ValidationException, InvalidDefinition */
export function assertTestable(subject: Subject, request: TestRequest): void {
  const { type } = subject;
  if (request.mock !== null && !MOCKABLE.includes(type))
    throw refused(`State type '${type}' is not supported when a mock is specified`);
  if (request.mock === null) assertCallable(subject);
  else if ("result" in request.mock) assertResult(subject, request.mock.result, request.validation);
  assertConfiguration(subject, request.configuration);
}

function assertCallable(subject: Subject): void {
  const { type } = subject;
  if (type === "Map" || type === "Parallel")
    throw new AwsError(
      "InvalidDefinition",
      "TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]",
    );
  const resource = resourceOf(subject);
  if (resource?.kind === "activity")
    throw new AwsError(
      "InvalidDefinition",
      "TestState API does not support Activity tasks when a mock is not specified",
    );
  if (resource?.kind === "service" && resource.pattern !== "request")
    throw new AwsError(
      "InvalidDefinition",
      "TestState API does not support the .sync and .waitForTaskToken service integration patterns when a mock is not specified",
    );
}

function assertResult(subject: Subject, result: string, validation: TestRequest["validation"]): void {
  const value = readResult(result);
  if (subject.type !== "Task") {
    const written = Object.hasOwn(subject.definition, "ResultWriter");
    if (!written && !Array.isArray(value)) throw refused("Mocked result must be an array.");
    if (written && !isObject(value)) throw refused("Mocked result must be an object.");
    return;
  }
  const resource = resourceOf(subject);
  const shape = resource?.kind === "service" ? responseOf(resource.name) : undefined;
  if (shape === undefined || validation === "NONE") return;
  const problem = misfit(value, shape, "Mock result", validation === "STRICT");
  if (problem !== null) throw refused(`Mock result schema validation error: ${problem}`);
}

function readResult(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw refused("Mocked result must be valid JSON");
  }
}

function resourceOf({ machine: { root } }: Subject): Resource | undefined {
  const state = root.states.get(root.startAt) as State;
  return state.type === "Task" ? state.resource : undefined;
}

function assertConfiguration(subject: Subject, configuration: TestRequest["configuration"]): void {
  const { mapIterationFailureCount, mapItemReaderData, errorCausedByState } = configuration;
  const only = (member: string, what: string): AwsError =>
    refused(`TestState supports ${member} only for ${what}.`);
  if (mapIterationFailureCount !== undefined && subject.type !== "Map")
    throw only("MapIterationFailureCount", "Map states");
  if (mapItemReaderData !== undefined && !Object.hasOwn(subject.definition, "ItemReader"))
    throw only("MapItemReaderData", "Map states with an ItemReader");
  if (errorCausedByState === undefined) return;
  if (subject.type === "Task") throw only("ErrorCausedByState", "Map and Parallel states");
  if (!statesWithin(subject).has(errorCausedByState)) throw refused("State not found in definition");
}

const CONTEXT: Record<string, Shape> = {
  Execution: fields({ Id: text(), Name: text(), RoleArn: text(), StartTime: text() }),
  State: fields({ EnteredTime: text(), Name: text(), RetryCount: { kind: "number", min: 0 } }),
  StateMachine: fields({ Id: text(), Name: text() }),
  Task: fields({ Token: text() }),
};

/** The context object that a mocked state is to see. @throws AwsError ValidationException */
export function readContextObject(subject: Subject, text: string): Record<string, unknown> {
  const invalid = (why: string): AwsError => refused(`Invalid Context object provided: ${why}`);
  const context = readObject(text);
  if (context === undefined) throw invalid("Context object must be a valid JSON object");
  if (Object.hasOwn(context, "Map"))
    throw invalid("'Map' field is not supported when mocking a Context object");
  const unknown = Object.keys(context).find((field) => !Object.hasOwn(CONTEXT, field));
  if (unknown !== undefined) throw invalid(`Field '${unknown}' is not allowed`);
  const resource = resourceOf(subject);
  const waits = resource?.kind === "service" && resource.pattern !== "request";
  if (Object.hasOwn(context, "Task") && !waits && resource?.kind !== "activity")
    throw invalid(
      "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern",
    );
  const problem = misfit(context, fields(CONTEXT), "Context object", false);
  if (problem !== null) throw invalid(problem);
  return context;
}
