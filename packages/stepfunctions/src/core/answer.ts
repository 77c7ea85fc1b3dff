import { Json } from "../json-text.js";
import { byteLength, parseJson } from "../json.js";
import { tooLarge } from "../language/expression.js";
import { type StateError, StateFailure } from "../language/failure.js";
import { MAX_PAYLOAD_BYTES } from "../limits.js";
import { TASK_EVENTS } from "./event-types.js";
import { errorDetails, failState, leave } from "./failure.js";
import { conclude, concludeSimply, type Stay } from "./flow.js";
import { invocationFailure, invocationResult, type LambdaResponse } from "./lambda.js";
import type { Resource, TaskState } from "./machine.js";
import type { PendingTask } from "./state.js";
import { own } from "./task.js";
import type { TaskAnswer } from "./turn.js";
import type { Work } from "./work.js";

type Given<K extends TaskAnswer["kind"]> = Extract<TaskAnswer, { kind: K }>;

/** Takes what a task came to: its result goes on, its error to Retry and Catch. */
export function answer(stay: Stay, state: TaskState, task: PendingTask, given: TaskAnswer): Work | void {
  switch (given.kind) {
    case "heartbeat": {
      const then = { kind: "heartbeat", heartbeatAt: beat(stay, task) } as const;
      return stay.turn.note(stay.branch.id, "HeartbeatReceived", then);
    }
    case "taken": {
      const details = given.workerName === undefined ? {} : { workerName: given.workerName };
      const then = { kind: "accept", heartbeatAt: beat(stay, task) } as const;
      stay.turn.emit(stay.branch.id, TASK_EVENTS[state.resource.kind].Started, details, { then });
      return;
    }
    case "failed":
      return failed(stay, state, givenFailure(given), given.unscheduled);
    case "refused":
      return failed(stay, state, invocationFailure(given, "invoke", stay.turn.random) as StateError);
    case "returned":
      return returned(stay, state, task, given);
    case "submitted":
    case "succeeded": {
      const output = resultOf(stay, given.output, state.resource);
      if (!(output instanceof Json)) return failed(stay, state, output);
      if (given.kind === "submitted") return submitted(stay, state, task, { output: output.text });
      return succeeded(stay, state, output);
    }
  }
}

function beat({ turn }: Stay, { heartbeatSeconds }: PendingTask): number | null {
  return heartbeatSeconds === null ? null : turn.event.at + heartbeatSeconds * 1000;
}

/** As recorded on AWS, a callback that names no error is known to Retry and Catch under an empty name. */
function givenFailure({ error, cause }: Given<"failed">): StateError {
  return {
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  } as StateError;
}

function failed(
  { turn, branch, visit }: Stay,
  state: TaskState,
  failure: StateError,
  unscheduled = false,
): Work {
  const { resource } = state;
  const events = TASK_EVENTS[resource.kind];
  const details = { ...errorDetails(failure), ...own(resource) };
  turn.emit(branch.id, unscheduled ? events.ScheduleFailed : events.Failed, details);
  return failState({ turn, branch, visit }, state, failure);
}

function returned(stay: Stay, state: TaskState, task: PendingTask, given: Given<"returned">): Work | void {
  const { resource } = state;
  const invoked = resource.kind === "service";
  const failure = invocationFailure(given, invoked ? "invoke" : "function", stay.turn.random);
  if (failure !== null) return failed(stay, state, failure);
  // A call that nobody waits for is answered with nothing.
  const payload = invoked && given.payload === "" ? null : resultOf(stay, given.payload, resource);
  if (payload !== null && !(payload instanceof Json)) return failed(stay, state, payload);
  if (!invoked) return succeeded(stay, state, payload as Json);
  const { executedVersion, statusCode } = given;
  const response = { payload: given.payload, executedVersion, statusCode };
  if (task.token !== null) return submitted(stay, state, task, {}, response);
  return invocationSucceeded(stay, state, response, payload);
}

/** A result, or what is wrong with it. */
function resultOf({ turn }: Stay, text: string, resource: Resource): Json | StateError {
  if (text.length * 3 > MAX_PAYLOAD_BYTES && byteLength(text) > MAX_PAYLOAD_BYTES) {
    const { error, message } = tooLarge(resource.kind === "service" ? resource.service : resource.arn);
    return { error, cause: message };
  }
  try {
    const value = parseJson(text);
    turn.memo.keep(text, value);
    return Json.parsed(text, value);
  } catch (error) {
    const cause = `The result is not usable JSON: ${(error as Error).message}`;
    return { error: "States.Runtime", cause };
  }
}

function submitted(
  { turn, branch }: Stay,
  { resource }: TaskState,
  { heartbeatAt }: PendingTask,
  details: { output?: string },
  response?: LambdaResponse,
): void {
  const then = { kind: "accept", heartbeatAt } as const;
  const shown = { ...details, ...own(resource) };
  const event = TASK_EVENTS[resource.kind].Submitted;
  turn.emit(branch.id, event, shown, response === undefined ? { then } : { then, response });
}

function succeeded(stay: Stay, state: TaskState, output: Json): Work | void {
  const { turn, branch } = stay;
  const { resource } = state;
  const { text } = output;
  const details =
    resource.kind === "service"
      ? { output: text, resource: resource.action, resourceType: resource.service }
      : { output: text };
  turn.emit(branch.id, TASK_EVENTS[resource.kind].Succeeded, details);
  turn.trace?.("result", text);
  return goOn(stay, state, output);
}

function goOn(stay: Stay, state: TaskState, result: Json): Work | void {
  const passed = concludeSimply(stay, state, result);
  if (passed === undefined) return concludeSlowly(stay, state, result);
  leave(stay, state, passed, state.next);
}

function* concludeSlowly(stay: Stay, state: TaskState, result: Json): Work {
  leave(stay, state, yield* conclude(stay, state, result, { seen: { result } }), state.next);
}

/**
 * The result of lambda:invoke is all that Lambda has answered. It is many times as long as the payload, and most states
 * read no more than that: it is made where it is looked at.
 */
function invocationSucceeded(
  stay: Stay,
  state: TaskState,
  response: LambdaResponse,
  payload: Json | null,
): Work | void {
  const { turn, branch } = stay;
  const event = turn.emit(branch.id, TASK_EVENTS.service.Succeeded, own(state.resource), { response });
  const place = { identity: turn.state.identity, event, at: turn.event.at };
  const whole = Json.made(() => invocationResult(response, place));
  turn.trace?.("result", whole.text);
  if (payload === null || !state.readsPayloadOnly || turn.trace !== undefined)
    return goOn(stay, state, whole);
  return goOnWithPayload(stay, state, Json.value({ Payload: payload.value }), whole);
}

function goOnWithPayload(stay: Stay, state: TaskState, payload: Json, whole: Json): Work | void {
  try {
    const work = goOn(stay, state, payload);
    return work === undefined ? undefined : orWhole(work, stay, state, whole);
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    // Messages quote what was read.
    return goOn(stay, state, whole);
  }
}

function* orWhole(work: Work, stay: Stay, state: TaskState, whole: Json): Work {
  try {
    yield* work;
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    const again = goOn(stay, state, whole);
    if (again !== undefined) yield* again;
  }
}
