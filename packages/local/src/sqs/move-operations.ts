import { z } from "zod";
import { invalidValue, queueDoesNotExist } from "./errors.js";
import type { LiveQueue } from "./live-queue.js";
import { isActive } from "./move-tasks.js";
import { type Call, type Operation, operation, optional } from "./operations.js";
import type { MoveTask } from "./records.js";

const maxRate = 500;
const maxListed = 10;

function source(arn: string, { queues }: Call): LiveQueue {
  const queue = queues.findByArn(arn);
  if (queue === undefined) {
    if (!/^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]{1,80}$/.test(arn))
      throw invalidValue(
        arn,
        "SourceArn",
        "You must use this format to specify the SourceArn: arn:<partition>:<service>:<region>:<account-id>:<resource-id>",
      );
    throw queueDoesNotExist();
  }
  return queue;
}

const startMessageMoveTask = operation(
  z.object({
    SourceArn: z.string(),
    DestinationArn: optional(z.string()),
    MaxNumberOfMessagesPerSecond: optional(z.int()),
  }),
  async ({ SourceArn, DestinationArn: to, MaxNumberOfMessagesPerSecond: rate }, call) => {
    const queue = source(SourceArn, call);
    if (rate !== undefined && (rate < 1 || rate > maxRate))
      throw invalidValue(
        rate,
        "MaxNumberOfMessagesPerSecond",
        `Must be between 1 and ${maxRate}, if provided.`,
      );
    if (to !== undefined && call.queues.findByArn(to) === undefined) throw queueDoesNotExist();
    if (to === SourceArn) throw invalidValue(to, "DestinationArn", "It must not be the source queue.");
    const { handle } = await call.tasks.start(queue, to ?? null, rate ?? null);
    return { TaskHandle: handle };
  },
);

const listMessageMoveTasks = operation(
  z.object({ SourceArn: z.string(), MaxResults: optional(z.int()) }),
  async ({ SourceArn, MaxResults: max = 1 }, call) => {
    source(SourceArn, call);
    if (max < 1 || max > maxListed)
      throw invalidValue(max, "MaxResults", `Must be between 1 and ${maxListed}, if provided.`);
    return { Results: call.tasks.list(SourceArn).slice(0, max).map(shown) };
  },
);

function shown(task: MoveTask): object {
  return {
    ...(isActive(task) && { TaskHandle: task.handle }),
    Status: task.status,
    SourceArn: task.sourceArn,
    ...(task.destinationArn !== null && { DestinationArn: task.destinationArn }),
    ...(task.rate !== null && { MaxNumberOfMessagesPerSecond: task.rate }),
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    ...(task.failure !== null && { FailureReason: task.failure }),
    StartedTimestamp: task.started,
  };
}

const cancelMessageMoveTask = operation(
  z.object({ TaskHandle: z.string() }),
  async ({ TaskHandle }, call) => {
    const { moved } = await call.tasks.cancel(TaskHandle);
    return { ApproximateNumberOfMessagesMoved: moved };
  },
);

/** The operations that bring dead letters back. */
export const moveOperations: Record<string, Operation> = {
  StartMessageMoveTask: startMessageMoveTask,
  ListMessageMoveTasks: listMessageMoveTasks,
  CancelMessageMoveTask: cancelMessageMoveTask,
};
