import { setTimeout } from "node:timers/promises";
import {
  GetExecutionHistoryCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
} from "@aws-sdk/client-sfn";
import { type ServiceInvoker, TaskFailure } from "@longhaul/stepfunctions";
import type { Integration } from "./case.js";
import { differences } from "./compare.js";
import { isRecord, recordedText, recordedValue } from "./json.js";
import type { Stage } from "./stage.js";

type Call = Parameters<ServiceInvoker>[0];

/** Hands out the recorded outcomes of a case's service tasks, in order of scheduling. */
export function servicesOf(
  integrations: Integration[],
  stage: Stage,
  problem: (text: string) => void,
): ServiceInvoker {
  const left = [...integrations];
  return (call) =>
    stage.work(async () => {
      const integration = take(left, call);
      if (integration === undefined) {
        problem(`no recorded outcome is left for ${call.resource} with ${JSON.stringify(call.parameters)}`);
        throw new TaskFailure("Runner.NoOutcome", `The case has no outcome for ${call.resource}`);
      }
      return answer(integration, call, stage, problem);
    });
}

/** The first outcome for the resource and its parameters, or else for the resource. */
function take(left: Integration[], call: Call): Integration | undefined {
  const resource = `arn:aws:states:::${call.resource}`;
  const same = left.filter((one) => one.resource === resource);
  const taken = same.find((one) => sameParameters(call.parameters, one.parameters)) ?? same[0];
  if (taken !== undefined) left.splice(left.indexOf(taken), 1);
  return taken;
}

/** Masks of a recording are literal text here: whatever they hide may differ. */
function sameParameters(actual: unknown, recorded: unknown): boolean {
  if (typeof recorded === "string" && recorded.includes("<")) return true;
  if (isRecord(recorded) && isRecord(actual))
    return Object.keys(recorded).every((key) => sameParameters(actual[key], recorded[key]));
  if (Array.isArray(recorded) && Array.isArray(actual))
    return recorded.every((item, index) => sameParameters(actual[index], item));
  return differences(actual, recorded, new Set()).length === 0;
}

async function answer(
  { outcome, submitted, callback, heartbeats }: Integration,
  call: Call,
  stage: Stage,
  problem: (text: string) => void,
): Promise<unknown> {
  if (submitted !== undefined && call.pattern === "waitForTaskToken") {
    if (callback === true) {
      const { taskToken, executionArn } = call;
      const calling = callBack(stage, executionArn, String(taskToken), outcome, heartbeats);
      calling.catch((error: unknown) => problem(`the callback failed: ${String(error)}`));
    }
    return recordedValue(submitted.output);
  }
  if (submitted !== undefined) await call.submitted(recordedValue(submitted.output));
  switch (outcome.type) {
    case "success":
      return recordedValue(outcome.output);
    case "failure":
      throw new TaskFailure(
        outcome.error ?? "States.TaskFailed",
        outcome.cause === undefined ? undefined : recordedText(outcome.cause),
      );
    case "none":
      // Nobody answers: the engine gives up by itself.
      await new Promise((resolve) => call.signal.addEventListener("abort", resolve, { once: true }));
      throw call.signal.reason;
  }
}

/** Sends the heartbeats and the outcome of a task with a token, once it has been submitted. */
async function callBack(
  stage: Stage,
  executionArn: string,
  taskToken: string,
  outcome: Integration["outcome"],
  heartbeats: Integration["heartbeats"],
): Promise<void> {
  await wasSubmitted(stage, executionArn);
  const { count = 0, firstAfterSeconds = 1, intervalSeconds = firstAfterSeconds } = heartbeats ?? {};
  for (let sent = 0; sent < count; sent += 1) {
    await stage.sleep(1000 * (sent === 0 ? firstAfterSeconds : intervalSeconds));
    await stage.send(new SendTaskHeartbeatCommand({ taskToken }));
  }
  const { error, cause, output } = outcome;
  if (outcome.type === "success")
    await stage.send(new SendTaskSuccessCommand({ taskToken, output: recordedText(output) }));
  else
    await stage.send(
      new SendTaskFailureCommand({
        taskToken,
        error,
        cause: cause === undefined ? undefined : recordedText(cause),
      }),
    );
}

/** The answer to the service call is on its way to the history: wait until it is there. */
async function wasSubmitted(stage: Stage, executionArn: string): Promise<void> {
  await stage.work(async () => {
    for (let turn = 0; turn < 1000; turn += 1) {
      const { events = [] } = await stage.send(
        new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 20 }),
      );
      const scheduled = events.filter(({ type }) => type === "TaskScheduled").length;
      const submitted = events.filter(({ type }) => type === "TaskSubmitted").length;
      if (scheduled <= submitted) return;
      await setTimeout(1);
    }
    throw new Error("the task was never submitted");
  });
}
