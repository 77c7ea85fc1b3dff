import { AwsError } from "../aws-error.js";
import type { PendingTask, TaskCall } from "../core/state.js";
import type { Command, TaskAnswer } from "../core/turn.js";
import {
  type LambdaInvoker,
  type Overrides,
  type ServiceCall,
  type ServiceInvoker,
  TaskFailure,
} from "../ports.js";
import type { Activities } from "./activities.js";
import type { Clock } from "./clock.js";
import type { Executions } from "./executions.js";
import type { Runner } from "./runner.js";
import type { OwnServices } from "./own-services.js";
import { sdkFailure, serviceFailure, unregistered } from "./service-errors.js";

type Invoke = Extract<Command, { type: "invoke" }>;

interface Ports {
  lambda: LambdaInvoker;
  services: Record<string, ServiceInvoker>;
  overrides: Overrides | undefined;
  executions: Executions;
  activities: Activities;
  own: OwnServices;
  clock: Clock;
}

/** Makes the calls of tasks and brings their answers back. */
export class Tasks {
  private readonly running = new Map<string, Signal>();

  constructor(private readonly ports: Ports) {}

  /** Makes a task's call. Its answer comes to the execution, whatever it is; that of an aborted call is of no use. */
  invoke(runner: Runner, command: Invoke): void {
    const { number } = runner.row;
    const { branch, task } = command;
    const overridden = this.override(runner, command);
    if (overridden === undefined && task.call.kind === "activity")
      return this.ports.activities.offer({
        arn: task.call.arn,
        execution: number,
        branch,
        task: task.id,
        token: task.token ?? "",
        input: task.call.input,
      });
    const key = `${number}:${task.id}`;
    const signal = new Signal();
    this.running.set(key, signal);
    const release = this.ports.clock.hold?.();
    const over = (): void => {
      if (this.running.get(key) === signal) this.running.delete(key);
      release?.();
    };
    // Where the engine is closed or broken, that is told where it happens; the task is delivered again.
    const told = { done: over, failed: over };
    const bring = (answer: TaskAnswer): void =>
      this.ports.executions.take(number, branch, task.id, answer, told);
    const heard: Heard = {
      answer: (given) => this.ports.executions.answer(number, branch, task.id, given),
      idle: () => release?.(),
    };
    const made =
      overridden === undefined ? this.call(runner.row, command, signal, heard) : result(overridden);
    void made.then(bring, (error: unknown) => bring(failureOf(task.call, error)));
  }

  abort(execution: number, task: number): void {
    this.ports.activities.withdraw(execution, task);
    this.running.get(`${execution}:${task}`)?.abort(new Error("nobody waits for the task any more"));
  }

  close(): void {
    for (const controller of this.running.values()) controller.abort(new Error("the engine is closing"));
  }

  private override({ row }: Runner, { state, retryCount, task }: Invoke): Promise<unknown> | undefined {
    const { overrides } = this.ports;
    if (overrides === undefined) return undefined;
    const { machineName, testCase, arn: executionArn } = row;
    const parameters = parametersOf(task.call);
    const taskToken = task.token;
    try {
      return overrides({
        machineName,
        stateName: state,
        testCase,
        executionArn,
        retryCount,
        parameters,
        taskToken,
      });
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Makes a call that is of no execution, for TestState. Never rejects. */
  async callOnce(executionArn: string, command: Invoke, signal: AbortSignal): Promise<TaskAnswer> {
    const controller = new Signal();
    signal.addEventListener("abort", () => controller.abort(new Error("nobody waits for the task any more")));
    this.running.set(executionArn, controller);
    const release = this.ports.clock.hold?.();
    const heard = { answer: () => Promise.resolve(false), idle: () => {} };
    try {
      return await this.call({ arn: executionArn, number: executionArn }, command, controller, heard);
    } catch (error) {
      return failureOf(command.task.call, error);
    } finally {
      this.running.delete(executionArn);
      release?.();
    }
  }

  private call(execution: Caller, command: Invoke, signal: Signal, heard: Heard): Promise<TaskAnswer> {
    const { call } = command.task;
    if (call.kind === "lambda") return this.lambda(execution.arn, call, signal);
    if (call.kind === "service") return this.service(execution, call, command, signal, heard);
    throw new Error("an activity is not called");
  }

  private async service(
    execution: Caller,
    call: Extract<TaskCall, { kind: "service" }>,
    { state, retryCount, task }: Invoke,
    signal: Signal,
    { answer, idle }: Heard,
  ): Promise<TaskAnswer> {
    const { service, action, pattern } = partsOf(call.resource);
    const serviceCall: ServiceCall = {
      resource: call.resource,
      service,
      action,
      pattern,
      parameters: JSON.parse(call.parameters) as unknown,
      ...(task.token === null ? {} : { taskToken: task.token }),
      executionArn: execution.arn,
      stateName: state,
      retryCount,
      get signal() {
        return signal.signal;
      },
      submitted: async (output) => {
        await answer({ kind: "submitted", output: JSON.stringify(output ?? null) });
      },
    };
    const startedBy = `${execution.number}:${task.id}`;
    const own = this.ports.own.find(serviceCall, { startedBy, name: call.name, idle });
    const invoker = own ?? this.registered(call.resource, service, action);
    if (invoker === undefined) throw unregistered(call.resource, service, action);
    const output = JSON.stringify((await invoker(serviceCall)) ?? null);
    return pattern === "waitForTaskToken" ? { kind: "submitted", output } : { kind: "succeeded", output };
  }

  private registered(resource: string, service: string, action: string): ServiceInvoker | undefined {
    const { services } = this.ports;
    const key = [resource, `${service}:${action}`, service, "*"].find((name) =>
      Object.hasOwn(services, name),
    );
    return key === undefined ? undefined : services[key];
  }

  private async lambda(
    executionArn: string,
    { functionName, qualifier, payload, event }: Extract<TaskCall, { kind: "lambda" }>,
    signal: Signal,
  ): Promise<TaskAnswer> {
    const call = new LambdaCall(functionName, payload, executionArn, signal);
    const called = this.ports.lambda(qualifier === null ? call : Object.assign(call, { qualifier }));
    if (event === true) {
      called.catch(() => {});
      return { kind: "returned", statusCode: 202, executedVersion: "$LATEST", payload: "" };
    }
    const result = await called;
    // Not every embedder is checked by a compiler: what is missing here could not be read back from the log.
    const { statusCode = 200, executedVersion = "$LATEST", functionError } = result;
    const answer = { kind: "returned", statusCode, executedVersion, payload: result.payload } as const;
    return functionError === undefined ? answer : { ...answer, functionError };
  }
}

/** What a call may say before it is over. */
interface Heard {
  answer(this: void, given: TaskAnswer): Promise<boolean>;
  /** It waits for an execution of this engine: a clock may pass it. */
  idle(this: void): void;
}

interface Caller {
  arn: string;
  number: number | string;
}

/** A class for the sake of its getter: an object that is given one of its own takes many times as long to make. */
class LambdaCall {
  readonly #signal: Signal;

  constructor(
    readonly functionName: string,
    readonly payload: string,
    readonly executionArn: string,
    signal: Signal,
  ) {
    this.#signal = signal;
  }

  get signal(): AbortSignal {
    return this.#signal.signal;
  }
}

async function result(value: Promise<unknown>): Promise<TaskAnswer> {
  return { kind: "succeeded", output: JSON.stringify((await value) ?? null) };
}

function parametersOf(call: PendingTask["call"]): unknown {
  if (call.kind === "service") return JSON.parse(call.parameters);
  if (call.kind === "activity") return JSON.parse(call.input);
  try {
    return JSON.parse(call.payload);
  } catch {
    return call.payload;
  }
}

function partsOf(resource: string): Pick<ServiceCall, "service" | "action" | "pattern"> {
  const colon = resource.indexOf(":", resource.startsWith("aws-sdk:") ? "aws-sdk:".length : 0);
  const [action = "", pattern = "request"] = resource.slice(colon + 1).split(".");
  return { service: resource.slice(0, colon), action, pattern: pattern as ServiceCall["pattern"] };
}

/** What a call that was rejected comes to: the failure that it names, or the one that AWS reports such a thing as. */
function failureOf(call: TaskCall, error: unknown): TaskAnswer {
  if (error instanceof TaskFailure) {
    const { error: name, cause } = error;
    return { kind: "failed", error: name, ...(cause === undefined ? {} : { cause }) };
  }
  if (call.kind !== "service") return refusal(error);
  const { service } = partsOf(call.resource);
  return service.startsWith("aws-sdk:") ? sdkFailure(service, error) : serviceFailure(service, error);
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

/** An AbortSignal that is made when somebody looks at it: most calls are over before anybody does. */
class Signal {
  private controller: AbortController | undefined;
  private reason: Error | undefined;

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.reason !== undefined) this.controller.abort(this.reason);
    return this.controller.signal;
  }

  abort(reason: Error): void {
    this.reason ??= reason;
    this.controller?.abort(reason);
  }
}
