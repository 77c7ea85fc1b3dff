import { AwsError } from "../aws-error.js";
import type { PendingTask } from "../core/state.js";
import type { TaskAnswer } from "../core/turn.js";
import type { LambdaInvoker } from "../ports.js";

/** The invocations that are out, by execution and task. */
export class Invocations {
  private readonly running = new Map<string, AbortController>();

  constructor(private readonly lambda: LambdaInvoker) {}

  /** Calls a task's function. Resolves with its answer, whatever it is; an aborted call's answer is of no use to anyone. */
  async invoke(execution: number, executionArn: string, task: PendingTask): Promise<TaskAnswer> {
    const key = `${execution}:${task.id}`;
    const controller = new AbortController();
    this.running.set(key, controller);
    try {
      const { functionName, qualifier, payload } = task;
      const call = { functionName, payload, executionArn, signal: controller.signal };
      const result = await this.lambda(qualifier === null ? call : { ...call, qualifier });
      const { statusCode, executedVersion, functionError } = result;
      const error = functionError === undefined ? {} : { functionError };
      return { kind: "returned", statusCode, executedVersion, payload: result.payload, ...error };
    } catch (error) {
      return refusal(error);
    } finally {
      if (this.running.get(key) === controller) this.running.delete(key);
    }
  }

  abort(execution: number, task: number): void {
    this.running.get(`${execution}:${task}`)?.abort(new Error("the state has timed out"));
  }

  close(): void {
    for (const controller of this.running.values()) controller.abort(new Error("the engine is closing"));
  }
}

/** Lambda's refusal, or the name under which Step Functions reports a call that got no answer. */
function refusal(error: unknown): TaskAnswer {
  if (error instanceof AwsError || hasCode(error))
    return { kind: "refused", code: error.code, message: error.message, statusCode: error.statusCode };
  const message = error instanceof Error ? error.message : String(error);
  return { kind: "refused", code: "SdkClientException", message, statusCode: 0 };
}

function hasCode(error: unknown): error is { code: string; message: string; statusCode: number } {
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  return error instanceof Error && typeof code === "string" && typeof statusCode === "number";
}
