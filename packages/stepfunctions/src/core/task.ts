import { tooLarge } from "../language/expression.js";
import { queryFailure, type StateError, StateFailure } from "../language/failure.js";
import { Json } from "../json-text.js";
import { byteLength, parseJson } from "../json.js";
import { MAX_PAYLOAD_BYTES, MAX_SECONDS } from "../limits.js";
import { errorDetails, failState, leave } from "./failure.js";
import { conclude, effectiveInput, filteredInput, type Stay, typedField, wholeNumber } from "./flow.js";
import { invocationFailure, invocationResult, lambdaCall } from "./lambda.js";
import type { Field, Resource, TaskState } from "./machine.js";
import type { Branch, PendingTask, TaskCall } from "./state.js";
import { taskToken } from "./token.js";
import type { TaskAnswer, Turn } from "./turn.js";
import type { Work } from "./work.js";

/** Evaluates a task's arguments and hands it out: at first entry and at each retry. */
export function* schedule(stay: Stay, state: TaskState): Work {
  const { turn, branch, visit } = stay;
  const { resource } = state;
  const token = hasToken(resource) ? taskToken(turn.state.identity.number, branch.id, turn.random) : null;
  const seen = token === null || resource.kind === "activity" ? {} : { token };
  const { text } = yield* effectiveInput(stay, state, seen);
  const timeout = yield* limit(stay, state, state.timeoutSeconds, "TimeoutSeconds");
  const heartbeat = yield* limit(stay, state, state.heartbeatSeconds, "HeartbeatSeconds");
  const { at } = turn.event;
  const task = {
    call: callOf(stay, resource, text),
    token,
    timeoutAt: timeout === null ? null : at + timeout * 1000,
    heartbeatAt: heartbeat === null ? null : at + heartbeat * 1000,
    heartbeatSeconds: heartbeat,
  };
  const limits = {
    ...(timeout === null ? {} : { timeoutInSeconds: timeout }),
    ...(heartbeat === null || resource.kind === "function" ? {} : { heartbeatInSeconds: heartbeat }),
  };
  const details =
    resource.kind === "service"
      ? {
          parameters: text,
          region: turn.state.identity.machineArn.split(":")[3],
          ...own(resource),
          ...limits,
        }
      : { input: text, resource: resource.arn, ...limits };
  turn.emit(branch.id, eventType(resource, "Scheduled"), details, { then: { kind: "task", task } });
  if (resource.kind !== "activity") turn.emit(branch.id, eventType(resource, "Started"), own(resource));
  if (branch.position.kind !== "task") return;
  const { retryCount } = visit;
  const pending = branch.position.task;
  turn.commands.push({ type: "invoke", branch: branch.id, state: visit.state, retryCount, task: pending });
}

/** Whether somebody else than the called service ends the task. */
function hasToken(resource: Resource): boolean {
  return (
    resource.kind === "activity" || (resource.kind === "service" && resource.pattern === "waitForTaskToken")
  );
}

function callOf(stay: Stay, resource: Resource, text: string): TaskCall {
  if (resource.kind === "activity") return { kind: "activity", arn: resource.arn, input: text };
  if (resource.kind === "function")
    return {
      kind: "lambda",
      functionName: resource.functionName,
      qualifier: resource.qualifier,
      payload: text,
    };
  if (resource.service === "lambda" && resource.action.startsWith("invoke")) return lambdaCall(text);
  return { kind: "service", resource: resource.name, parameters: text, name: stay.turn.random.uuid() };
}

/** Takes what a task came to: its result goes on, its error to Retry and Catch. */
export function* answer(stay: Stay, state: TaskState, task: PendingTask, given: TaskAnswer): Work {
  const { turn, branch } = stay;
  const { resource } = state;
  if (given.kind === "heartbeat") {
    const then = { kind: "heartbeat", heartbeatAt: beat(stay, task) } as const;
    return turn.note(branch.id, "HeartbeatReceived", then);
  }
  if (given.kind === "taken") {
    const details = given.workerName === undefined ? {} : { workerName: given.workerName };
    const then = { kind: "accept", heartbeatAt: beat(stay, task) } as const;
    turn.emit(branch.id, eventType(resource, "Started"), details, { then });
    return;
  }
  const failure = failureOf(stay, state, given);
  if (failure !== null) {
    const details = { ...errorDetails(failure), ...own(resource) };
    const unscheduled = given.kind === "failed" && given.unscheduled === true;
    turn.emit(branch.id, eventType(resource, unscheduled ? "ScheduleFailed" : "Failed"), details);
    // As recorded on AWS, a callback that names no error is known to Retry and Catch under an empty name.
    return yield* failState(stay, state, failure);
  }
  const output = resultText(stay, state, given);
  const submitted = given.kind === "submitted" || (given.kind === "returned" && task.token !== null);
  if (submitted) {
    const then = { kind: "accept", heartbeatAt: task.heartbeatAt } as const;
    turn.emit(branch.id, eventType(resource, "Submitted"), { output, ...own(resource) }, { then });
    return;
  }
  turn.emit(branch.id, eventType(resource, "Succeeded"), { output, ...own(resource) });
  turn.trace?.("result", output);
  const passed = yield* conclude(stay, state, Json.text(output), { seen: { result: output } });
  leave(stay, state, passed, state.next);
}

function beat({ turn }: Stay, { heartbeatSeconds }: PendingTask): number | null {
  return heartbeatSeconds === null ? null : turn.event.at + heartbeatSeconds * 1000;
}

/** Ends a task whose time is up, and says what it fails with; null for a branch that waits for no task. */
export function expire(turn: Turn, branch: Branch, at: number): StateError | null {
  const { position } = branch;
  if (position.kind !== "task") return null;
  const { task, visit } = position;
  const definition = turn.definition(branch, visit.state);
  if (definition.type !== "Task") throw new Error("only a Task waits for an answer");
  const { resource } = definition;
  // As recorded on AWS, a missed heartbeat is a States.Timeout too.
  const error = "States.Timeout";
  turn.commands.push({ type: "abort", branch: branch.id, task: task.id });
  turn.emit(branch.id, eventType(resource, "TimedOut"), { error, ...own(resource) });
  const beat = task.timeoutAt === null || task.timeoutAt > at;
  return { error, ...(beat ? { alias: "States.HeartbeatTimeout" } : {}) };
}

function own(resource: Resource): Record<string, unknown> | undefined {
  if (resource.kind !== "service") return undefined;
  return { resource: resource.action, resourceType: resource.service };
}

function eventType(resource: Resource, suffix: string): string {
  if (resource.kind === "activity") return `Activity${suffix}`;
  return `${resource.kind === "service" ? "Task" : "LambdaFunction"}${suffix}`;
}

function* limit(
  stay: Stay,
  state: TaskState,
  field: Field | number | null,
  location: string,
): Work<number | null> {
  if (field === null || typeof field === "number") return field;
  if (field.language === "JSONPath") {
    const value = yield* wholeNumber(stay, field, location, filteredInput(stay, state));
    if (value !== null && value >= 1 && value <= MAX_SECONDS) return value;
    const path = "path" in field ? field.path.text : location;
    throw new StateFailure(
      "States.Runtime",
      `The ${location}Path parameter references a value that is not a whole number from 1 to ${MAX_SECONDS}: ${path} == ${value}`,
    );
  }
  const value = yield* typedField(stay, "number", field, location);
  if (Number.isInteger(value) && value >= 1 && value <= MAX_SECONDS) return value;
  throw queryFailure(
    location,
    `The field '${location}' must be a whole number from 1 to ${MAX_SECONDS} but was: ${value}`,
  );
}

function failureOf({ turn }: Stay, { resource }: TaskState, given: TaskAnswer): StateError | null {
  if (given.kind === "failed") {
    const { error, cause } = given;
    return {
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
    } as StateError;
  }
  if (given.kind === "returned" || given.kind === "refused") {
    const failure = invocationFailure(
      given,
      resource.kind === "service" ? "invoke" : "function",
      turn.random,
    );
    if (failure !== null || given.kind === "refused") return failure;
  }
  const text = given.kind === "returned" ? given.payload : "output" in given ? given.output : "null";
  return unusable(text, resource.kind === "service" ? resource.service : resource.arn);
}

/** What is wrong with a result. `name`: what it is a result of, for messages. */
function unusable(text: string, name: string): StateError | null {
  if (byteLength(text) > MAX_PAYLOAD_BYTES) {
    const { error, message } = tooLarge(name);
    return { error, cause: message };
  }
  try {
    parseJson(text);
    return null;
  } catch (error) {
    const cause = `The result is not usable JSON: ${(error as Error).message}`;
    return { error: "States.Runtime", cause };
  }
}

function resultText({ turn }: Stay, { resource }: TaskState, given: TaskAnswer): string {
  if (given.kind === "succeeded" || given.kind === "submitted") return given.output;
  if (given.kind !== "returned") throw new Error(`an answer '${given.kind}' has no result`);
  if (resource.kind === "function") return given.payload;
  return JSON.stringify(invocationResult(given, turn.event.at, turn.random));
}
