import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { AwsError } from "../aws-error.js";
import { parseJson } from "../json.js";
import { testCaseProblem } from "../mocking/answer.js";
import { advanceUntil, whileMoving } from "../observe/advance.js";
import type { StepFunctions } from "../open.js";
import { VirtualClock } from "../shell/clock.js";
import { readArguments } from "./arguments.js";
import { diagnose, diagnosticLine, failed } from "./diagnose.js";
import { type EngineSetup, engineOptions, openEngine, readEngineSetup } from "./engine.js";
import { CommandError, messageOf } from "./errors.js";
import { causeText, EventLines } from "./event-lines.js";
import { exitStatus } from "./exit-status.js";
import { readText } from "./files.js";
import { Follower } from "./follow.js";
import { type MachineType, readType } from "./machine-type.js";
import { plain, terminal } from "./terminal.js";

const options = {
  ...engineOptions,
  input: { type: "string" },
  "test-case": { type: "string" },
  "machine-name": { type: "string" },
  type: { type: "string" },
  json: { type: "boolean" },
} as const;

/** What is to be run. */
interface Job {
  name: string;
  type: MachineType;
  definition: string;
  input: string;
  testCase: string | undefined;
  json: boolean;
  virtual: boolean;
}

/** An execution's end, as DescribeExecution and StartSyncExecution tell it. */
interface Result {
  executionArn: string;
  status: "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";
  output?: string;
  error?: string;
  cause?: string;
  startDate: number;
  stopDate: number;
}

/** `stepfunctions run FILE`: the exit status tells the outcome. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = readArguments("run", args, options, { name: "FILE", least: 1, most: 1 });
  const file = positionals[0] as string;
  const definition = readText(file, "The definition");
  const job: Job = {
    name: values["machine-name"] ?? machineName(file),
    type: readType("run", values.type),
    definition,
    input: readInput(values.input ?? "{}", file),
    testCase: values["test-case"],
    json: values.json ?? false,
    virtual: values["virtual-clock"] ?? false,
  };
  const diagnostics = diagnose(definition, job.type);
  for (const found of diagnostics) terminal.error(diagnosticLine(file, found, terminal.paintError));
  if (failed(diagnostics)) return exitStatus.notDone;
  const setup = await readEngineSetup("run", values);
  checkTestCase(setup, job);
  const dataDir = values.data ?? (await mkdtemp(join(tmpdir(), "stepfunctions-")));
  try {
    return await runIn({ dataDir, kept: values.data !== undefined }, setup, job);
  } finally {
    if (values.data === undefined) await rm(dataDir, { recursive: true, force: true });
  }
}

async function runIn(
  { dataDir, kept }: { dataDir: string; kept: boolean },
  { options }: EngineSetup,
  job: Job,
): Promise<number> {
  const lines = new EventLines(terminal.paint, terminal.columns ?? 160);
  const follower = new Follower((event) => {
    const line = job.json ? JSON.stringify({ event }) : lines.progress(event);
    if (line !== null) terminal.out(line);
  });
  const { onLog, onStatusChange } = follower;
  const clock = job.virtual ? new VirtualClock(Date.now()) : undefined;
  const engine = await openEngine({
    ...options,
    dataDir,
    onLog,
    onStatusChange,
    ...(clock === undefined ? {} : { clock }),
  });
  try {
    const machineArn = await createMachine(engine, job, options.region, options.accountId);
    const work = job.type === "EXPRESS" ? runExpress : runStandard;
    const result = await Promise.race([work({ engine, follower, clock, job, machineArn }), interruption()]);
    if (result === null) {
      if (kept) terminal.error(`Interrupted. The execution goes on when ${dataDir} is opened again.`);
      return exitStatus.interrupted;
    }
    show(result, job.json);
    return exitStatus[result.status];
  } finally {
    await engine.close();
  }
}

interface Work {
  engine: StepFunctions;
  follower: Follower;
  clock: VirtualClock | undefined;
  job: Job;
  machineArn: string;
}

async function runStandard({ engine, follower, clock, job, machineArn }: Work): Promise<Result> {
  const { executionArn } = await ask<{ executionArn: string }>(
    engine,
    "StartExecution",
    startOf(job, machineArn),
  );
  follower.follow((arn) => arn === executionArn);
  if (clock !== undefined && !(await advanceUntil(clock, () => follower.hasEnded(executionArn))))
    await ask(engine, "StopExecution", {
      executionArn,
      error: "NothingLeftToDo",
      cause: "The execution waits for somebody else: no timer of its own is left",
    });
  await follower.end(executionArn);
  await follower.catchUp(engine, executionArn);
  return ask(engine, "DescribeExecution", { executionArn });
}

async function runExpress({ engine, follower, clock, job, machineArn }: Work): Promise<Result> {
  const name = randomUUID();
  const answer = ask<Result>(engine, "StartSyncExecution", { ...startOf(job, machineArn), name });
  follower.follow((arn) => arn.split(":")[7] === name);
  return clock === undefined ? answer : whileMoving(clock, answer);
}

function startOf({ input, testCase }: Job, machineArn: string): object {
  return { stateMachineArn: testCase === undefined ? machineArn : `${machineArn}#${testCase}`, input };
}

async function createMachine(
  engine: StepFunctions,
  { name, type, definition }: Job,
  region: string,
  accountId: string,
): Promise<string> {
  const logGroupArn = `arn:aws:logs:${region}:${accountId}:log-group:stepfunctions:*`;
  const content = {
    definition,
    roleArn: `arn:aws:iam::${accountId}:role/stepfunctions`,
    // What is shown comes from the log.
    loggingConfiguration: {
      level: "ALL",
      includeExecutionData: true,
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }],
    },
  };
  const stateMachineArn = `arn:aws:states:${region}:${accountId}:stateMachine:${name}`;
  try {
    await engine.handle("CreateStateMachine", { name, type, ...content });
  } catch (error) {
    const present = error instanceof AwsError && error.code === "StateMachineAlreadyExists";
    if (!present) throw error instanceof AwsError ? new CommandError(error.message) : error;
    // A data folder that was used before: the definition is the one at hand.
    await ask(engine, "UpdateStateMachine", { stateMachineArn, ...content });
  }
  return stateMachineArn;
}

async function ask<T>(engine: StepFunctions, operation: string, request: object): Promise<T> {
  try {
    return (await engine.handle(operation, request)) as T;
  } catch (error) {
    throw error instanceof AwsError ? new CommandError(`${operation}: ${error.message}`) : error;
  }
}

function show(result: Result, json: boolean): void {
  if (json) return terminal.out(JSON.stringify({ result }));
  const { status, output, error, cause, startDate, stopDate } = result;
  const seconds = `${(stopDate - startDate).toFixed(3)} s`;
  const style = status === "SUCCEEDED" ? "green" : "red";
  terminal.out(`${terminal.paint(style, status)} after ${seconds}`);
  if (output !== undefined) terminal.out(output);
  if (error !== undefined || cause !== undefined) {
    const parts = [error, cause === undefined ? undefined : causeText(cause)];
    terminal.error(plain(parts.filter((part) => part !== undefined).join(": ")));
  }
}

function machineName(file: string): string {
  const name = basename(file).replace(/(\.asl)?\.json$/i, "");
  return name.replace(/[^A-Za-z0-9_-]/g, "-").slice(0, 80) || "machine";
}

function readInput(given: string, file: string): string {
  if (given === "-" && file === "-")
    throw new CommandError("The definition and the input cannot both be -", "run");
  const fromFile = given === "-" || given.startsWith("@");
  const text = fromFile ? readText(given === "-" ? "-" : given.slice(1), "The input") : given;
  try {
    parseJson(text);
  } catch (error) {
    throw new CommandError(`The input is not JSON: ${messageOf(error)}`, "run");
  }
  return text;
}

function checkTestCase({ mocks }: EngineSetup, { name, testCase }: Job): void {
  if (testCase === undefined) return;
  if (mocks === undefined) throw new CommandError("--test-case needs --mock-config", "run");
  const problem = testCaseProblem(mocks, name, testCase);
  if (problem !== undefined)
    throw new CommandError(`${problem}. --machine-name gives the machine another name.`);
}

/** null once the process is asked to end. */
function interruption(): Promise<null> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve(null));
  });
}
