import { queryFailure, type StateError, StateFailure } from "../language/failure.js";
import { isObject } from "../json.js";
import { Json } from "../json-text.js";
import { MAX_SECONDS } from "../limits.js";
import { TASK_EVENTS } from "./event-types.js";
import {
  effectiveInput,
  fieldValue,
  filteredInput,
  pathFieldValue,
  shown,
  plainInput,
  type Stay,
  typedField,
} from "./flow.js";
import { lambdaCall } from "./lambda.js";
import type { Field, Resource, TaskState } from "./machine.js";
import { assertFitting } from "./parameters.js";
import { type Branch, regionOf, type TaskCall } from "./state.js";
import { taskToken } from "./token.js";
import type { Turn } from "./turn.js";
import type { Seen } from "./visit-scope.js";
import type { Work } from "./work.js";

/** Evaluates a task's arguments and hands it out: at first entry and at each retry. */
export function schedule(stay: Stay, state: TaskState): Work | void {
  const { turn, branch } = stay;
  const { resource, timeoutSeconds, heartbeatSeconds } = state;
  const token = hasToken(resource) ? taskToken(turn.state.identity.number, branch.id, turn.random) : null;
  const seen = token === null || resource.kind === "activity" ? NOTHING : { token };
  const plain = plainInput(stay, state, seen);
  if (
    plain !== undefined &&
    isNumber(timeoutSeconds) &&
    isNumber(heartbeatSeconds) &&
    state.credentials === null
  )
    return handOut(stay, state, plain, token, { timeout: timeoutSeconds, heartbeat: heartbeatSeconds });
  return scheduleEvaluated(stay, state, plain, token, seen);
}

const NOTHING: Seen = {};

function isNumber(limit: Field | number | null): limit is number | null {
  return limit === null || typeof limit === "number";
}

function* scheduleEvaluated(
  stay: Stay,
  state: TaskState,
  plain: Json | undefined,
  token: string | null,
  seen: Seen,
): Work {
  const input = plain ?? (yield* effectiveInput(stay, state, seen));
  const timeout = yield* limit(stay, state, state.timeoutSeconds, "TimeoutSeconds");
  const heartbeat = yield* limit(stay, state, state.heartbeatSeconds, "HeartbeatSeconds");
  const roleArn = state.credentials === null ? undefined : yield* roleOf(stay, state, state.credentials);
  handOut(stay, state, input, token, { timeout, heartbeat, roleArn });
}

/** The role in a task's Credentials. @throws StateFailure */
function* roleOf(stay: Stay, state: TaskState, credentials: Field): Work<string> {
  const input = state.language === "JSONata" ? Json.text(stay.visit.input) : filteredInput(stay, state);
  const value = yield* fieldValue(stay, credentials, "Credentials", input);
  const role = isObject(value) ? value.RoleArn : undefined;
  if (typeof role === "string") return role;
  const message = `The field 'Credentials/RoleArn' must be a string but was: ${JSON.stringify(role)}`;
  if (state.language === "JSONata") throw queryFailure("Credentials/RoleArn", message);
  throw new StateFailure("States.Runtime", message);
}

/** How long a task may take and be silent, and the role it is called with. */
interface Terms {
  timeout: number | null;
  heartbeat: number | null;
  roleArn?: string | undefined;
}

function handOut(
  stay: Stay,
  state: TaskState,
  input: Json,
  token: string | null,
  { timeout, heartbeat, roleArn }: Terms,
): void {
  const { turn, branch, visit } = stay;
  const { resource } = state;
  const { at } = turn.event;
  const { text } = input;
  const task = {
    call: callOf(stay, state, input),
    token,
    timeoutAt: timeout === null ? null : at + timeout * 1000,
    heartbeatAt: heartbeat === null ? null : at + heartbeat * 1000,
    heartbeatSeconds: heartbeat,
  };
  const details: Record<string, unknown> =
    resource.kind === "service"
      ? {
          parameters: text,
          region: regionOf(turn.state.identity),
          resource: resource.action,
          resourceType: resource.service,
        }
      : { input: text, resource: resource.arn };
  if (timeout !== null) details.timeoutInSeconds = timeout;
  if (heartbeat !== null && resource.kind !== "function") details.heartbeatInSeconds = heartbeat;
  if (roleArn !== undefined) details.taskCredentials = { roleArn };
  const events = TASK_EVENTS[resource.kind];
  turn.emit(branch.id, events.Scheduled, details, { then: { kind: "task", task } });
  if (resource.kind !== "activity") turn.emit(branch.id, events.Started, own(resource));
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

function callOf(stay: Stay, { resource, language }: TaskState, input: Json): TaskCall {
  const { text } = input;
  if (resource.kind === "activity") return { kind: "activity", arn: resource.arn, input: text };
  if (resource.kind === "function")
    return {
      kind: "lambda",
      functionName: resource.functionName,
      qualifier: resource.qualifier,
      payload: text,
    };
  assertFitting(resource.name, input, language === "JSONata" ? "Arguments" : "Parameters");
  if (resource.service === "lambda" && resource.action.startsWith("invoke")) return lambdaCall(input);
  return { kind: "service", resource: resource.name, parameters: text, name: stay.turn.random.uuid() };
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
  turn.emit(branch.id, TASK_EVENTS[resource.kind].TimedOut, { error, ...own(resource) });
  const beat = task.timeoutAt === null || task.timeoutAt > at;
  return { error, ...(beat ? { alias: "States.HeartbeatTimeout" } : {}) };
}

/** What the events of a service integration say of it. */
export function own(resource: Resource): Record<string, unknown> | undefined {
  if (resource.kind !== "service") return undefined;
  return { resource: resource.action, resourceType: resource.service };
}

function* limit(
  stay: Stay,
  state: TaskState,
  field: Field | number | null,
  location: string,
): Work<number | null> {
  if (field === null || typeof field === "number") return field;
  if (field.language === "JSONPath") {
    const { path, value } = pathFieldValue(stay, field, `${location}Path`, filteredInput(stay, state));
    const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
    const whole = typeof number === "number" && Number.isInteger(number);
    if (whole && number >= 1 && number <= MAX_SECONDS) return number;
    const problem = whole
      ? `references a value that is not a whole number from 1 to ${MAX_SECONDS}`
      : "cannot be parsed as a long value";
    throw new StateFailure(
      "States.Runtime",
      `The ${location}Path parameter ${problem}: ${path} == ${shown(value)}`,
    );
  }
  const value = yield* typedField(stay, "number", field, location);
  if (Number.isInteger(value) && value >= 1 && value <= MAX_SECONDS) return value;
  throw queryFailure(
    location,
    `The field '${location}' must be a whole number from 1 to ${MAX_SECONDS} but was: ${value}`,
  );
}
