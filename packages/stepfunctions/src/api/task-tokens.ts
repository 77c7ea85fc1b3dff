import { AwsError } from "../aws-error.js";
import { readTaskToken } from "../core/token.js";
import type { TaskAnswer } from "../core/turn.js";
import { MAX_PAYLOAD_BYTES } from "../limits.js";
import type { Context, Operation } from "./context.js";
import { assertJson } from "./json-input.js";
import type { Request } from "./request.js";

/** SendTaskSuccess. */
export const sendTaskSuccess: Operation = (context, request) => {
  const token = request.string("taskToken", { min: 1, max: 2048 });
  const output = request.data("output", MAX_PAYLOAD_BYTES);
  // As recorded on AWS, a wrong token is found before a wrong output.
  readToken(token);
  assertJson(output, (why) => new AwsError("InvalidOutput", `Invalid Output: '${why}'`));
  return answer(context, token, { kind: "succeeded", output });
};

/** SendTaskFailure. */
export const sendTaskFailure: Operation = (context, request) => {
  const token = request.string("taskToken", { min: 1, max: 2048 });
  return answer(context, token, { kind: "failed", ...readFailure(request) });
};

/** The error and cause that a caller gives, each only if it is there. */
export function readFailure(request: Request): { error?: string; cause?: string } {
  const error = request.optionalData("error", 256);
  const cause = request.optionalData("cause", 32_768);
  return { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
}

/** SendTaskHeartbeat. */
export const sendTaskHeartbeat: Operation = (context, request) => {
  const token = request.string("taskToken", { min: 1, max: 2048 });
  return answer(context, token, { kind: "heartbeat" });
};

/** Hands an answer to the task that waits under a token. Resolves when that is on disk. */
async function answer(context: Context, token: string, given: TaskAnswer): Promise<object> {
  const { execution, branch } = readToken(token);
  if (context.store.get("executions", execution) === undefined)
    throw new AwsError("TaskDoesNotExist", "Task Does Not Exist: 'Provided task does not exist'");
  const position = context.executions.runners.position(execution, branch);
  const task = position?.kind === "task" && position.task.token === token ? position.task : undefined;
  // A heartbeat that nothing depends on leaves no trace: a worker may send millions.
  if (given.kind === "heartbeat" && task?.heartbeatSeconds === null) return {};
  const heard = task !== undefined && (await context.executions.answer(execution, branch, task.id, given));
  if (!heard) throw new AwsError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'");
  return {};
}

function readToken(token: string): { execution: number; branch: number } {
  const place = readTaskToken(token);
  if (place === null) throw new AwsError("InvalidToken", "Invalid Token: 'Invalid token'");
  return place;
}
