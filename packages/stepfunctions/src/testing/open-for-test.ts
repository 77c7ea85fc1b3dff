import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { invokeHandlers, type LambdaHandler } from "../handlers/lambda.js";
import { firstOf } from "../mocking/overrides.js";
import { advanceUntil, whileMoving } from "../observe/advance.js";
import { type ExecutionEvent, eventFromLog, openStates } from "../observe/event.js";
import { readHistory } from "../observe/read-history.js";
import { openStepFunctions, type StepFunctions } from "../open.js";
import type { LogEntry, ObjectStore, ServiceInvoker } from "../ports.js";
import { VirtualClock } from "../shell/clock.js";
import { answeringCallbacks, type Callback } from "./callbacks.js";
import { type OverrideOptions, overridesFrom } from "./overrides.js";
import { type Run, runOf } from "./run.js";

const REGION = "us-east-1";
const ACCOUNT_ID = "000000000000";
const ROLE = `arn:aws:iam::${ACCOUNT_ID}:role/test`;
const LOGS = `arn:aws:logs:${REGION}:${ACCOUNT_ID}:log-group:test:*`;

export interface TestOptions extends OverrideOptions {
  /** Lambda functions by name; each is called in this process. */
  functions?: Record<string, LambdaHandler>;
  /** Other services: "sqs:sendMessage", "sqs", "aws-sdk:dynamodb", "*". */
  services?: Record<string, ServiceInvoker>;
  /** Answers of tasks that wait for their token, by name of the state. */
  callbacks?: Record<string, Callback>;
  /** S3 for ItemReader and ResultWriter; `memoryObjects` makes one. */
  objects?: ObjectStore;
  /** Where the clock begins: 2030-01-01T00:00:00Z by default. */
  startAt?: Date;
}

export interface StartOptions {
  /** {} by default. */
  input?: unknown;
  name?: string;
  /** Of `mocks`. */
  testCase?: string;
}

export interface MachineOptions {
  /** "test" by default. */
  machineName?: string;
  /** "STANDARD" by default. */
  type?: "STANDARD" | "EXPRESS";
}

/** An engine for one test: in a temporary folder, with a clock that stands still until it is moved. */
export interface TestEngine extends AsyncDisposable {
  engine: StepFunctions;
  clock: VirtualClock;
  /** Creates a machine from its definition, an object or JSON text. Resolves with its ARN. */
  createMachine(definition: object | string, options?: MachineOptions): Promise<string>;
  /** Starts an execution. Resolves with its ARN. */
  start(stateMachineArn: string, options?: StartOptions): Promise<string>;
  /** Moves the clock, with every timer on the way; resolves when the engine has come to rest. */
  advance(time: { seconds: number }): Promise<void>;
  /** How an execution stands. */
  look(executionArn: string): Promise<Run>;
  /** Moves the clock until an execution has ended. Rejects when it cannot end without help. */
  finish(executionArn: string): Promise<Run>;
  /** Runs an EXPRESS machine to its end. */
  runExpress(stateMachineArn: string, options?: StartOptions): Promise<Run>;
  /** Closes the engine and removes its folder. */
  close(): Promise<void>;
}

/** Opens an engine for a test. `await using test = await openForTest({...})` closes it at the end. */
export async function openForTest(options: TestOptions = {}): Promise<TestEngine> {
  const overrides = overridesFrom(options);
  const dataDir = await mkdtemp(join(tmpdir(), "stepfunctions-test-"));
  try {
    return await openIn(dataDir, options, overrides);
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  }
}

async function openIn(
  dataDir: string,
  options: TestOptions,
  overrides: ReturnType<typeof overridesFrom>,
): Promise<TestEngine> {
  const clock = new VirtualClock(startOf(options));
  const { functions = {}, callbacks = {} } = options;
  const logged = new Map<string, ExecutionEvent[]>();
  const handle: StepFunctions["handle"] = (operation, request) => engine.handle(operation, request);
  const engine = await openStepFunctions({
    dataDir,
    region: REGION,
    accountId: ACCOUNT_ID,
    lambda: invokeHandlers((name) => (Object.hasOwn(functions, name) ? functions[name] : undefined), {
      region: REGION,
      accountId: ACCOUNT_ID,
    }),
    clock,
    ...(options.services === undefined ? {} : { services: options.services }),
    ...(options.objects === undefined ? {} : { objects: options.objects }),
    overrides: firstOf(overrides, answeringCallbacks(callbacks, clock, handle)),
    onLog: ({ executionArn, event }: LogEntry) => {
      const events = logged.get(executionArn) ?? [];
      logged.set(executionArn, [...events, eventFromLog(event)]);
    },
  });
  return testEngine({ engine, clock, dataDir, logged });
}

interface Parts {
  engine: StepFunctions;
  clock: VirtualClock;
  dataDir: string;
  logged: Map<string, ExecutionEvent[]>;
}

function testEngine({ engine, clock, dataDir, logged }: Parts): TestEngine {
  const look = async (executionArn: string): Promise<Run> =>
    runOf(
      await engine.handle("DescribeExecution", { executionArn }),
      await readHistory(engine.handle, executionArn),
    );
  const close = async (): Promise<void> => {
    await engine.close();
    await rm(dataDir, { recursive: true, force: true });
  };
  return {
    engine,
    clock,
    look,
    close,
    [Symbol.asyncDispose]: close,
    advance: ({ seconds }) => clock.advance(seconds * 1000),
    createMachine: (definition, options) => createMachine(engine, definition, options),
    async start(stateMachineArn, options) {
      const started = await engine.handle("StartExecution", startRequest(stateMachineArn, options));
      return (started as { executionArn: string }).executionArn;
    },
    async finish(executionArn) {
      let run = await look(executionArn);
      await advanceUntil(clock, async () => {
        run = await look(executionArn);
        return run.status !== "RUNNING";
      });
      if (run.status === "RUNNING") throw new Error(stuck(run));
      return run;
    },
    async runExpress(stateMachineArn, options) {
      const request = startRequest(stateMachineArn, options);
      const answer = await whileMoving(clock, engine.handle("StartSyncExecution", request));
      return runOf(answer, logged.get((answer as { executionArn: string }).executionArn) ?? []);
    },
  };
}

async function createMachine(
  engine: StepFunctions,
  definition: object | string,
  { machineName = "test", type = "STANDARD" }: MachineOptions = {},
): Promise<string> {
  const express = {
    loggingConfiguration: {
      level: "ALL",
      includeExecutionData: true,
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: LOGS } }],
    },
  };
  const created = await engine.handle("CreateStateMachine", {
    name: machineName,
    type,
    roleArn: ROLE,
    definition: typeof definition === "string" ? definition : jsonOf("The definition", definition),
    // An EXPRESS execution has no history but its log.
    ...(type === "EXPRESS" ? express : {}),
  });
  return (created as { stateMachineArn: string }).stateMachineArn;
}

/** @throws Error for a date that is none */
function startOf({ startAt }: TestOptions): number | undefined {
  const start = startAt?.getTime();
  if (Number.isNaN(start)) throw new Error("startAt must be a valid date");
  return start;
}

/** @throws Error for what JSON cannot hold: a BigInt, a circle, a function */
function jsonOf(what: string, value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw new Error(`${what} cannot be written as JSON: ${(error as Error).message}`, { cause: error });
  }
  if (text === undefined) throw new Error(`${what} cannot be written as JSON: it is a ${typeof value}`);
  return text;
}

function startRequest(stateMachineArn: string, { input = {}, name, testCase }: StartOptions = {}): object {
  return {
    stateMachineArn: testCase === undefined ? stateMachineArn : `${stateMachineArn}#${testCase}`,
    input: jsonOf("The input", input),
    ...(name === undefined ? {} : { name }),
  };
}

function stuck({ states, events }: Run): string {
  const open = openStates(events).map((name) => JSON.stringify(name));
  const where = open.length === 0 ? `after ${states.length} states` : `in ${open.join(", ")}`;
  return `The execution does not end by itself: it waits ${where}, and no timer is left. A task that waits for its token is answered by \`callbacks\` or \`states\`, an activity by \`states\`.`;
}
