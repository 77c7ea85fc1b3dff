import {
  CreateActivityCommand,
  DeleteActivityCommand,
  GetActivityTaskCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
} from "@aws-sdk/client-sfn";
import type { Activity } from "./case.js";
import type { Stage } from "./stage.js";

const IDLE = ["no-worker", "deleted-before-execution"];

export async function createActivities(stage: Stage, activities: Record<string, Activity>): Promise<void> {
  for (const arn of Object.keys(activities))
    await stage.send(new CreateActivityCommand({ name: arn.slice(arn.lastIndexOf(":") + 1) }));
}

/** Deletes the activities that a case wants gone, and puts a worker to each of the others until `signal` aborts. */
export async function startWorkers(
  stage: Stage,
  activities: Record<string, Activity>,
  signal: AbortSignal,
  problem: (text: string) => void,
): Promise<void> {
  for (const [activityArn, activity] of Object.entries(activities)) {
    if (activity.behaviour === "deleted-before-execution")
      await stage.send(new DeleteActivityCommand({ activityArn }));
    if (IDLE.includes(activity.behaviour)) continue;
    work(stage, activityArn, activity, signal).catch((error: unknown) => {
      if (!signal.aborted) problem(`the worker of ${activityArn} failed: ${String(error)}`);
    });
  }
}

async function work(
  stage: Stage,
  activityArn: string,
  activity: Activity,
  signal: AbortSignal,
): Promise<void> {
  const { workerName } = activity;
  while (!signal.aborted) {
    const command = new GetActivityTaskCommand({
      activityArn,
      ...(workerName === undefined ? {} : { workerName }),
    });
    const { taskToken, input = "" } = await stage.send(command, { abortSignal: signal });
    if (!taskToken) continue;
    if (activity.behaviour === "take-and-never-answer") return;
    await answer(stage, activity, taskToken, input);
  }
}

async function answer(stage: Stage, activity: Activity, taskToken: string, input: string): Promise<void> {
  switch (activity.behaviour) {
    case "echo":
      await stage.send(new SendTaskSuccessCommand({ taskToken, output: input }));
      return;
    case "fail":
      await stage.send(new SendTaskFailureCommand({ taskToken, error: activity.error, cause: input }));
      return;
    case "heartbeat-then-echo":
      await stage.sleep(1000 * (activity.waitSecondsBeforeHeartbeat ?? 1));
      await stage.send(new SendTaskHeartbeatCommand({ taskToken }));
      await stage.sleep(1000 * (activity.waitSecondsBeforeSuccess ?? 1));
      await stage.send(new SendTaskSuccessCommand({ taskToken, output: input }));
      return;
    default:
      throw new Error(`the runner does not know the behaviour '${activity.behaviour}'`);
  }
}
