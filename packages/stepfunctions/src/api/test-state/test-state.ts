import { randomBytes, randomUUID } from "node:crypto";
import type { ExecutionIdentity } from "../../core/state.js";
import { TooManyFailures, Trial, type TrialInput, type TrialOutcome } from "../../core/trial.js";
import type { Command, TaskAnswer } from "../../core/turn.js";
import { batchItems } from "../../items/batch.js";
import { parseItems } from "../../items/read.js";
import type { Context, Operation } from "../context.js";
import { assertTestable, readContextObject } from "./checks.js";
import { Inspection } from "./inspection.js";
import { readTestRequest, refused, type TestRequest } from "./read-request.js";
import { callsHttp, httpExchange } from "./http-exchange.js";
import { readSubject } from "./subject.js";

/** How long a state may take that calls something: five minutes, as on AWS. */
const LONGEST_MS = 300_000;

/**
 * TestState: runs one state by itself. A Task without a mock makes its call; a Wait does not wait.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html
 */
export const testState: Operation = async (context, given) => {
  const request = readTestRequest(given);
  const subject = readSubject(request.definition, request.stateName);
  assertTestable(subject, request);
  const inspection = new Inspection(subject);
  const contextObject =
    request.context === undefined ? undefined : readContextObject(subject, request.context);
  const input = trialInput(context, request, contextObject, inspection.trace);
  const outcome = await outcomeOf(context, new Trial(subject.machine, input), input.identity);
  if (request.level === "INFO") return responseOf(outcome);
  const inspectionData = inspection.result(request.input, variablesAfter(request, outcome));
  if (request.level === "TRACE" && request.mock === null && callsHttp(subject))
    Object.assign(inspectionData, httpExchange(inspectionData));
  return { ...responseOf(outcome), inspectionData };
};

function trialInput(
  { arns, clock }: Context,
  request: TestRequest,
  contextObject: Record<string, unknown> | undefined,
  trace: TrialInput["trace"],
): TrialInput {
  const name = randomUUID();
  const machineName = randomUUID();
  const at = clock.now();
  const { configuration } = request;
  const identity: ExecutionIdentity = {
    number: 0,
    // As recorded on AWS, with no id of its own.
    arn: arns.machine(machineName).replace(":stateMachine:", ":express:").concat(`:${name}`),
    name,
    input: request.input,
    startedAt: at,
    roleArn: request.roleArn,
    machineArn: arns.machine(machineName),
    machineName,
    sync: true,
  };
  return {
    identity,
    at,
    seed: randomBytes(16).toString("hex"),
    variables: request.variables?.values ?? {},
    context: contextObject,
    mock: request.mock,
    retries: configuration.retrierRetryCount ?? 0,
    failures: configuration.mapIterationFailureCount ?? 0,
    trace,
    readItems: ({ config }) => {
      const { mapItemReaderData: data } = configuration;
      return data === undefined ? null : all(parseItems(once(data), config));
    },
    batchItems: (inputs, { maxItems, maxBytes, input }) =>
      all(
        batchItems(inputs, {
          maxItemsPerBatch: maxItems ?? undefined,
          maxInputBytesPerBatch: maxBytes ?? undefined,
          ...(input === null ? {} : { batchInput: JSON.parse(input) as unknown }),
        }),
      ),
  };
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const gathered: T[] = [];
  for await (const value of values) gathered.push(value);
  return gathered;
}

async function outcomeOf(context: Context, trial: Trial, { arn }: ExecutionIdentity): Promise<TrialOutcome> {
  try {
    const begun = await trial.begin();
    return "status" in begun ? begun : await trial.answer(await call(context, begun, arn));
  } catch (error) {
    if (error instanceof TooManyFailures) throw refused(error.message);
    throw error;
  }
}

/** Makes a task's call. One that takes too long ends in States.Timeout. */
async function call(
  { clock, callTask }: Context,
  invocation: Extract<Command, { type: "invoke" }>,
  executionArn: string,
): Promise<TaskAnswer> {
  const { timeoutAt } = invocation.task;
  const limit = Math.min(timeoutAt ?? Number.POSITIVE_INFINITY, clock.now() + LONGEST_MS);
  const running = new AbortController();
  let cancel = (): void => {};
  const late = new Promise<TaskAnswer>((resolve) => {
    cancel = clock.at(limit, () => resolve({ kind: "failed", error: "States.Timeout" }));
  });
  try {
    return await Promise.race([callTask(executionArn, invocation, running.signal), late]);
  } finally {
    cancel();
    running.abort(new Error("nobody waits for the task any more"));
  }
}

function responseOf(outcome: TrialOutcome): Record<string, unknown> {
  const { status } = outcome;
  const failure = status === "SUCCEEDED" ? {} : { error: outcome.error, cause: outcome.cause };
  if (!("output" in outcome)) return { status, ...failure };
  return { status, output: outcome.output, ...failure, nextState: outcome.next ?? undefined };
}

/** The workflow variables after the state, as JSON text. */
function variablesAfter({ variables }: TestRequest, outcome: TrialOutcome): string | undefined {
  const assigned = "assigned" in outcome ? outcome.assigned : {};
  if (Object.keys(assigned).length === 0) return variables?.text;
  const values = { ...variables?.values, ...assigned };
  const members = Object.entries(values).map(([name, text]) => `${JSON.stringify(name)}:${text}`);
  return `{${members.join(",")}}`;
}
