import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import type { LogEntry } from "@longhaul/stepfunctions";
import { actionsOf } from "./actions.js";
import type { Case, Expected, HistoryEvent } from "./case.js";
import { differences, opened } from "./compare.js";
import { followAlike, historyDifferences, INTERLEAVED, recordedEvent } from "./history.js";
import { lambdaOf } from "./lambdas.js";
import { objectsOf } from "./objects.js";
import type { Findings } from "./run-case.js";
import { servicesOf } from "./services.js";
import { Stage } from "./stage.js";
import { createActivities, startWorkers } from "./workers.js";

interface Outcome {
  status?: string;
  output?: string;
  error?: string;
  cause?: string;
}

/** Runs the execution of a case through the API and compares how it ended, its history and its log. */
export async function runExecution(one: Case, scratch: string): Promise<Findings> {
  const notes: string[] = [];
  const problem = (text: string): void => void notes.push(text);
  const logged: LogEntry[] = [];
  const workers = new AbortController();
  await using stage = await Stage.open(scratch, (self) => ({
    lambda: onStage(self, one),
    services: { "*": servicesOf(one.integrations ?? [], self, problem) },
    objects: objectsOf(one.s3 ?? {}),
    onLog: (entry) => void logged.push(entry),
  }));
  try {
    await createActivities(stage, one.activities ?? {});
    const stateMachineArn = await createMachines(stage, one);
    await startWorkers(stage, one.activities ?? {}, workers.signal, problem);
    const { outcome, executionArn } = await execute(stage, one, stateMachineArn, logged);
    const ignore = new Set(one.notes?.ignore);
    const { events } = one.expected;
    const history =
      events === undefined || executionArn === undefined ? [] : await historyOf(stage, executionArn);
    if (one.expected.eventsOrder === INTERLEAVED && !followAlike(history, events ?? []))
      notes.push("branches interleave, and an event follows another kind of event than on AWS (not counted)");
    return {
      output: outcomeDifferences(outcome, one.expected, ignore),
      history: [
        ...(events === undefined
          ? []
          : historyDifferences(history, events, one.expected.eventsOrder, ignore)),
        ...logDifferences(logged, one.expected, ignore),
      ],
      notes,
    };
  } finally {
    workers.abort();
  }
}

function onStage(stage: Stage, one: Case): ReturnType<typeof lambdaOf> {
  const lambda = lambdaOf(one.functions ?? {}, (milliseconds) => stage.sleepAtWork(milliseconds));
  return (call) => stage.work(() => lambda(call));
}

/** Creates the machines that the case's machine starts, and then that one. */
async function createMachines(stage: Stage, one: Case): Promise<string> {
  const { roleArn = "", stateMachineName: name = "" } = one.context ?? {};
  for (const [arn, { type, definition }] of Object.entries(one.stateMachines ?? {}))
    await stage.send(
      new CreateStateMachineCommand({
        name: arn.slice(arn.lastIndexOf(":") + 1),
        roleArn,
        type: type as "STANDARD" | undefined,
        definition: JSON.stringify(definition),
      }),
    );
  const { stateMachineArn } = await stage.send(
    new CreateStateMachineCommand({
      name,
      roleArn,
      type: one.type as "STANDARD" | undefined,
      definition: one.definitionText,
      ...loggingOf(isAsyncExpress(one) ? { level: "ALL", includeExecutionData: true } : one.logging),
    }),
  );
  return stateMachineArn as string;
}

function loggingOf(logging: Case["logging"]) {
  if (logging === undefined) return {};
  const { level, includeExecutionData } = logging;
  const logGroupArn = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/vendedlogs/states/conformance:*";
  const loggingConfiguration = {
    level: level as "ALL",
    ...(includeExecutionData === undefined ? {} : { includeExecutionData }),
    destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }],
  };
  return { loggingConfiguration };
}

/** Whether the recorded test started its EXPRESS execution with StartExecution: only the name of its file says so. */
function isAsyncExpress({ type, source }: Case): boolean {
  return type === "EXPRESS" && source?.includes("express_async") === true;
}

async function execute(stage: Stage, one: Case, stateMachineArn: string, logged: LogEntry[]) {
  if (one.type !== "EXPRESS") return runStandard(stage, one, stateMachineArn);
  const outcome = isAsyncExpress(one)
    ? await runAsyncExpress(stage, one, stateMachineArn, logged)
    : // The answer comes when it has ended; time passes meanwhile.
      await passing(stage, stage.send(new StartSyncExecutionCommand(startOf(one, stateMachineArn))));
  // EXPRESS executions have no history to ask for.
  return { outcome, executionArn: undefined };
}

/** Starts an EXPRESS execution that nobody can ask for later: only its log tells how it ended. */
async function runAsyncExpress(
  stage: Stage,
  one: Case,
  stateMachineArn: string,
  logged: LogEntry[],
): Promise<Outcome> {
  await stage.send(new StartExecutionCommand(startOf(one, stateMachineArn)));
  for (;;) {
    await stage.settle();
    for (const { event } of logged) {
      const status = /^Execution(Succeeded|Failed|Aborted|TimedOut)$/.exec(String(event.type))?.[1];
      if (status === undefined) continue;
      const { output, error, cause } = event.details as Outcome;
      return { status: status === "TimedOut" ? "TIMED_OUT" : status.toUpperCase(), output, error, cause };
    }
    await stage.advance();
  }
}

function startOf({ context, inputText }: Case, stateMachineArn: string) {
  const input = inputText === undefined ? {} : { input: inputText };
  return { stateMachineArn, ...(context === undefined ? {} : { name: context.executionName }), ...input };
}

/** Starts an execution and lets time pass until it has ended. */
async function runStandard(stage: Stage, one: Case, stateMachineArn: string) {
  const { executionArn } = await stage.send(new StartExecutionCommand(startOf(one, stateMachineArn)));
  for (const action of actionsOf(one.actions)) {
    if (action.name === "RedriveExecution") {
      await ended(stage, executionArn);
      await stage.send(new RedriveExecutionCommand({ executionArn }));
    } else {
      await stage.settle();
      await stage.clock.advance(action.afterSeconds * 1000);
      await stage.settle();
      const { error, cause } = action;
      await stage.send(new StopExecutionCommand({ executionArn, error, cause }));
    }
  }
  return { outcome: await ended(stage, executionArn), executionArn };
}

async function ended(stage: Stage, executionArn: string | undefined): Promise<Outcome> {
  for (;;) {
    await stage.settle();
    const outcome: Outcome = await stage.send(new DescribeExecutionCommand({ executionArn }));
    if (outcome.status !== "RUNNING") return outcome;
    await stage.advance();
  }
}

/** Lets time pass until a promise has settled. */
export async function passing<T>(stage: Stage, promise: Promise<T>): Promise<T> {
  let open = true;
  const close = (): void => {
    open = false;
  };
  promise.then(close, close);
  await stage.settle();
  while (open) {
    await stage.advance();
    await stage.settle();
  }
  return promise;
}

async function historyOf(stage: Stage, executionArn: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await stage.send(
      new GetExecutionHistoryCommand({
        executionArn,
        maxResults: 1000,
        nextToken,
        includeExecutionData: true,
      }),
    );
    events.push(...(page.events ?? []).map(recordedEvent));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return events;
}

/** How an execution ended, in the form of `expected`. */
function outcomeDifferences(outcome: Outcome, expected: Expected, ignore: ReadonlySet<string>): string[] {
  const { status, output, error, cause } = outcome;
  const actual = {
    status,
    output: output === undefined ? undefined : (JSON.parse(output) as unknown),
    error,
    cause: expected.causeIsJson === true ? opened(cause) : cause,
  };
  const recorded = {
    status: expected.status,
    output: expected.output,
    error: expected.error,
    cause: expected.cause,
  };
  return differences(actual, recorded, ignore);
}

function logDifferences(logged: LogEntry[], expected: Expected, ignore: ReadonlySet<string>): string[] {
  if (expected.loggedEvents === undefined) return [];
  const actual = logged.map(({ event }) => opened(JSON.parse(JSON.stringify(event))));
  return differences(actual, expected.loggedEvents, ignore, "/loggedEvents");
}
