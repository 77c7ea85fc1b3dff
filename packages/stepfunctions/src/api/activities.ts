import { AwsError } from "../aws-error.js";
import type { ActivityRow } from "../store/store.js";
import { type Context, type Operation, seconds } from "./context.js";
import { assertName } from "./names.js";
import { page, pageSize, readToken } from "./paging.js";
import type { Request } from "./request.js";
import { readTags } from "./tags.js";

/** How long GetActivityTask waits for a task, in ms. It is the caller who waits, so that is by the real clock. */
const LONGEST_POLL_MS = 60_000;
const MOST_POLLS = 1_000;

/** CreateActivity: the activity that has the name already, tags and all, or a new one. */
export const createActivity: Operation = (context, request) => {
  const name = request.string("name");
  assertName(name);
  const tags = readTags(request);
  const arn = context.arns.activity(name);
  return context.mutex.run(`activity ${arn}`, async () => {
    const present = context.store.get("activities", arn);
    const activity = present ?? { name, arn, createdAt: context.clock.now(), tags };
    if (present === undefined)
      await context.store.write([{ table: "activities", key: arn, value: activity }]);
    return { activityArn: arn, creationDate: seconds(activity.createdAt) };
  });
};

/** DeleteActivity. One that is not there is no error. */
export const deleteActivity: Operation = async (context, request) => {
  const arn = readArn(context, request);
  await context.store.write([{ table: "activities", key: arn, remove: true }]);
  return {};
};

/** DescribeActivity. */
export const describeActivity: Operation = (context, request) => shown(find(context, request));

/** ListActivities, by ARN. */
export const listActivities: Operation = (context, request) => {
  const limit = pageSize(request.optionalInteger("maxResults", { min: 0, max: 1000 }));
  const from = readToken(request, (position) => typeof position === "string");
  const rows = context.store.range("activities", from === undefined ? {} : { start: from });
  const { items, nextToken } = page(rows, limit, ({ key }) => key);
  return {
    activities: items.map(({ value }) => shown(value)),
    ...(nextToken === undefined ? {} : { nextToken }),
  };
};

/** GetActivityTask: waits for up to a minute, then answers without a task. */
export const getActivityTask: Operation = async (context, request, signal) => {
  const { arn } = find(context, request);
  const workerName = request.optionalString("workerName", { min: 1, max: 80 });
  if (context.activities.polls(arn) >= MOST_POLLS)
    throw new AwsError(
      "ActivityWorkerLimitExceeded",
      `Activity Worker Limit Exceeded: '${MOST_POLLS} workers are polling ${arn}'`,
    );
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), LONGEST_POLL_MS);
  const giveUp = (): void => patience.abort();
  signal?.addEventListener("abort", giveUp, { once: true });
  if (signal?.aborted === true) giveUp();
  try {
    const task = await context.activities.take(arn, workerName, patience.signal);
    return task === null ? {} : { taskToken: task.token, input: task.input };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
  }
};

function shown({ arn, name, createdAt }: ActivityRow): object {
  return { activityArn: arn, name, creationDate: seconds(createdAt) };
}

function readArn(context: Context, request: Request): string {
  const arn = request.string("activityArn", { min: 1, max: 256 });
  context.arns.assertActivity(arn);
  return arn;
}

function find(context: Context, request: Request): ActivityRow {
  const arn = readArn(context, request);
  const activity = context.store.get("activities", arn);
  if (activity === undefined) throw new AwsError("ActivityDoesNotExist", `Activity Does Not Exist: '${arn}'`);
  return activity;
}
