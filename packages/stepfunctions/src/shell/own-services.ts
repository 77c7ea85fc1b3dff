import { randomUUID } from "node:crypto";
import { AwsError } from "../aws-error.js";
import { capitalized, uncapitalized } from "../capitals.js";
import { isoTime } from "../core/visit-scope.js";
import { isObject } from "../json.js";
import { type ServiceCall, type ServiceInvoker, TaskFailure } from "../ports.js";
import type { ExecutionRow } from "../store/store.js";
import type { Clock } from "./clock.js";
import type { Executions } from "./executions.js";

/** Starts an execution for a task: once, however often the task is delivered. */
export type StartForTask = (request: {
  stateMachineArn: string;
  name: string;
  input: string;
  traceHeader?: string;
  /** The task: the same one finds its execution again. */
  startedBy: string;
}) => Promise<ExecutionRow>;

interface Ports {
  executions: Executions;
  clock: Clock;
  start: StartForTask;
  /** Any operation of the API. */
  handle: (operation: string, request: unknown) => Promise<unknown>;
}

interface Task {
  startedBy: string;
  /** Name for an execution that the state gives none. */
  name: string;
  /** Says that from now on the task only waits for another execution, so that the clock need not wait for it. */
  idle(): void;
}

/** The integrations with Step Functions itself: states:startExecution and aws-sdk:sfn:*. */
export class OwnServices {
  constructor(private readonly ports: Ports) {}

  find(call: ServiceCall, task: Task): ServiceInvoker | undefined {
    if (call.service === "states" && call.action === "startExecution")
      return () => this.startExecution(call, task);
    if (call.service === "aws-sdk:sfn") return () => this.sdk(call, task);
    return undefined;
  }

  private async startExecution(call: ServiceCall, task: Task): Promise<unknown> {
    const row = await this.start(call.parameters, task);
    const response = startResponse(row, this.ports.clock.now());
    if (call.pattern !== "sync" && call.pattern !== "sync:2") return response;
    // A state that times out or is stopped takes the execution that it waits for with it, also while that is being started.
    const stop = (): void => void this.ports.executions.stop(row.number, {}).catch(() => {});
    call.signal.addEventListener("abort", stop, { once: true });
    if (call.signal.aborted) stop();
    await call.submitted(response);
    task.idle();
    const ended = await this.ports.executions.ended(row.number).finally(() => {
      call.signal.removeEventListener("abort", stop);
    });
    const outcome = describe(ended, { parsed: call.pattern === "sync:2" });
    if (ended.status === "SUCCEEDED") return outcome;
    throw new TaskFailure("States.TaskFailed", JSON.stringify(outcome));
  }

  private start(parameters: unknown, { startedBy, name }: Task): Promise<ExecutionRow> {
    const given = isObject(parameters) ? parameters : {};
    const { StateMachineArn: arn, Name: chosen, Input: input, TraceHeader: trace } = given;
    if (typeof arn !== "string")
      throw new AwsError("ValidationException", "The field 'StateMachineArn' is required but was missing");
    return this.ports.start({
      stateMachineArn: arn,
      name: typeof chosen === "string" ? chosen : name,
      input: typeof input === "string" ? input : JSON.stringify(input ?? {}),
      ...(typeof trace === "string" ? { traceHeader: trace } : {}),
      startedBy,
    });
  }

  private async sdk({ action, parameters }: ServiceCall, task: Task): Promise<unknown> {
    if (action === "startExecution") {
      const row = await this.start(parameters, task);
      return { ExecutionArn: row.arn, StartDate: isoTime(row.startedAt) };
    }
    const operation = capitalized(action);
    const request = isObject(parameters) ? parameters : {};
    return spelled(await this.ports.handle(operation, renamed(request, uncapitalized)));
  }
}

function startResponse(row: ExecutionRow, now: number): unknown {
  const requestId = randomUUID();
  const headers = {
    connection: "keep-alive",
    "Content-Length": "163",
    "Content-Type": "application/x-amz-json-1.0",
    Date: new Date(now).toUTCString(),
    "x-amzn-RequestId": requestId,
  };
  return {
    ExecutionArn: row.arn,
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      HttpHeaders: headers,
      HttpStatusCode: 200,
    },
    SdkResponseMetadata: { RequestId: requestId },
    StartDate: row.startedAt,
  };
}

/** An ended execution as .sync gives it (Input and Output as text) and .sync:2 (as values). */
function describe(row: ExecutionRow, { parsed }: { parsed: boolean }): Record<string, unknown> {
  const shown = (text: string): unknown => (parsed ? (JSON.parse(text) as unknown) : text);
  return {
    ...(row.cause === null ? {} : { Cause: row.cause }),
    ...(row.error === null ? {} : { Error: row.error }),
    ExecutionArn: row.arn,
    Input: shown(row.input),
    InputDetails: { Included: true },
    Name: row.name,
    ...(row.output === null ? {} : { Output: shown(row.output), OutputDetails: { Included: true } }),
    RedriveCount: row.redriveCount,
    ...(row.status === "SUCCEEDED"
      ? {
          RedriveStatus: "NOT_REDRIVABLE",
          RedriveStatusReason: "Execution is SUCCEEDED and cannot be redriven",
        }
      : { RedriveStatus: "REDRIVABLE" }),
    StartDate: row.startedAt,
    StateMachineArn: row.machineArn,
    Status: row.status,
    StopDate: row.stoppedAt,
  };
}

function renamed(value: unknown, name: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, name));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [name(key), renamed(item, name)]));
}

/** A response as the SDK integrations show it: names with capitals, dates as text. */
function spelled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(spelled);
  if (!isObject(value)) return value ?? null;
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(
    members.map(([key, item]) => {
      const name = capitalized(key);
      const date = /date$/i.test(key) && typeof item === "number";
      return [name, date ? isoTime(item * 1000) : spelled(item)];
    }),
  );
}
