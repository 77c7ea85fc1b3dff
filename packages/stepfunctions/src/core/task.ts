import { byteLength, isObject, parseJson } from "../json.js";
import { MAX_PAYLOAD_BYTES, MAX_SECONDS } from "../limits.js";
import { tooLarge, type Scope } from "../language/expression.js";
import { queryFailure, StateFailure, type StateError } from "../language/failure.js";
import { evaluateAs, evaluateText, type Template } from "../language/template.js";
import { failState } from "./failure.js";
import { functionOf } from "./function-name.js";
import type { TaskState } from "./machine.js";
import { evaluateResult, leave } from "./result.js";
import type { Branch, PendingTask, Visit } from "./state.js";
import type { TaskAnswer, Turn } from "./turn.js";
import { invocationFailure, invocationResult } from "./lambda.js";

/** Evaluates a task's arguments and hands it out: at first entry and at each retry. */
export async function schedule(turn: Turn, branch: Branch, state: TaskState, visit: Visit): Promise<void> {
  const scope = turn.scope(branch, visit);
  const text =
    state.arguments === null ? visit.input : await evaluateText(state.arguments, scope, "Arguments");
  const timeout = await seconds(state.timeoutSeconds, scope, "TimeoutSeconds");
  const heartbeat = await seconds(state.heartbeatSeconds, scope, "HeartbeatSeconds");
  const { at } = turn.event;
  const call = state.resource.kind === "function" ? { ...state.resource, payload: text } : invokeCall(text);
  const task = {
    functionName: call.functionName,
    qualifier: call.qualifier,
    payload: call.payload,
    timeoutAt: timeout === null ? null : at + timeout * 1000,
    heartbeatAt: heartbeat === null ? null : at + heartbeat * 1000,
  };
  const limits = {
    ...(timeout === null ? {} : { timeoutInSeconds: timeout }),
    ...(heartbeat === null || state.resource.kind === "function" ? {} : { heartbeatInSeconds: heartbeat }),
  };
  const details =
    state.resource.kind === "function"
      ? { input: text, resource: state.resource.arn, ...limits }
      : {
          parameters: text,
          region: turn.state.identity.machineArn.split(":")[3],
          ...INVOKE_RESOURCE,
          ...limits,
        };
  turn.emit(branch.id, eventType(state, "Scheduled"), details, { then: { kind: "task", task } });
  turn.emit(branch.id, eventType(state, "Started"), own(state));
  if (branch.position.kind === "task") {
    turn.commands.push({ type: "invoke", branch: branch.id, task: branch.position.task });
  }
}

/** Takes a task's answer: its result goes on, its error to Retry and Catch. */
export async function answer(
  turn: Turn,
  branch: Branch,
  state: TaskState,
  visit: Visit,
  given: TaskAnswer,
): Promise<void> {
  const failure = failureOf(turn, state, given);
  if (failure !== null) {
    const { error, cause } = failure;
    const details = { ...(cause === undefined ? {} : { cause }), error, ...own(state) };
    turn.emit(branch.id, eventType(state, "Failed"), details);
    return failState(turn, branch, state, visit, failure);
  }
  const output = resultText(turn, state, given);
  turn.emit(branch.id, eventType(state, "Succeeded"), { output, ...own(state) });
  const passed = await evaluateResult(state, turn.scope(branch, visit, { result: output }), output);
  leave(turn, branch, state, visit, passed, state.next);
}

/** Ends a task whose time is up. */
export async function expire(
  turn: Turn,
  branch: Branch,
  state: TaskState,
  visit: Visit,
  task: PendingTask,
  limit: "timeout" | "heartbeat",
): Promise<void> {
  // As recorded on AWS, a missed heartbeat is a States.Timeout too.
  const error = "States.Timeout";
  turn.commands.push({ type: "abort", branch: branch.id, task: task.id });
  turn.emit(branch.id, eventType(state, "TimedOut"), { error, ...own(state) });
  const alias = limit === "heartbeat" ? { alias: "States.HeartbeatTimeout" } : {};
  await failState(turn, branch, state, visit, { error, ...alias });
}

const INVOKE_RESOURCE = { resource: "invoke", resourceType: "lambda" };

function own(state: TaskState): Record<string, unknown> | undefined {
  return state.resource.kind === "invoke" ? INVOKE_RESOURCE : undefined;
}

function eventType(state: TaskState, suffix: string): string {
  return `${state.resource.kind === "invoke" ? "Task" : "LambdaFunction"}${suffix}`;
}

async function seconds(template: Template | null, scope: Scope, location: string): Promise<number | null> {
  if (template === null) return null;
  const value = await evaluateAs("number", template, scope, location);
  if (!Number.isInteger(value) || value < 1 || value > MAX_SECONDS)
    throw queryFailure(
      location,
      `The field '${location}' must be a whole number from 1 to ${MAX_SECONDS} but was: ${value}`,
    );
  return value;
}

/** Reads the arguments of lambda:invoke. A string Payload is the body itself; a missing or null one is an empty object. */
function invokeCall(text: string): { functionName: string; qualifier: string | null; payload: string } {
  const parameters: unknown = JSON.parse(text);
  const name = isObject(parameters) ? parameters.FunctionName : undefined;
  if (!isObject(parameters) || typeof name !== "string" || name === "")
    throw new StateFailure(
      "States.Runtime",
      "The Arguments of lambda:invoke must be an object with the string 'FunctionName'.",
    );
  const {
    Payload: payload,
    Qualifier: qualifier,
    InvocationType: type = "RequestResponse",
    ...other
  } = parameters;
  delete other.FunctionName;
  const unknown = Object.keys(other)[0];
  if (unknown !== undefined)
    throw new StateFailure("States.Runtime", `The field '${unknown}' of lambda:invoke is not supported.`);
  if (type !== "RequestResponse")
    throw new StateFailure(
      "States.Runtime",
      `The InvocationType '${String(type)}' of lambda:invoke is not supported.`,
    );
  const { functionName, qualifier: inName } = functionOf(name);
  return {
    functionName,
    qualifier: typeof qualifier === "string" ? qualifier : inName,
    payload: typeof payload === "string" ? payload : JSON.stringify(payload ?? {}),
  };
}

function failureOf(turn: Turn, state: TaskState, given: TaskAnswer): StateError | null {
  const failure = invocationFailure(given, state.resource.kind, turn.random);
  if (failure !== null || given.kind === "refused") return failure;
  const name = state.resource.kind === "invoke" ? "lambda" : state.resource.arn;
  const size = byteLength(given.payload);
  if (size > MAX_PAYLOAD_BYTES) {
    const { error, message } = tooLarge(name);
    return { error, cause: message };
  }
  try {
    parseJson(given.payload);
  } catch (error) {
    return {
      error: "States.Runtime",
      cause: `The function's result is not usable JSON: ${(error as Error).message}`,
    };
  }
  return null;
}

function resultText(turn: Turn, state: TaskState, given: TaskAnswer): string {
  if (given.kind !== "returned") throw new Error("only a returned answer has a result");
  if (state.resource.kind === "function") return given.payload;
  return JSON.stringify(invocationResult(given, turn.event.at, turn.random));
}
