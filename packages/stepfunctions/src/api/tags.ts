import { AwsError } from "../aws-error.js";
import { isObject } from "../json.js";
import type { Write } from "../store/store.js";
import type { Context, Operation } from "./context.js";
import { resourceNotFound } from "./errors.js";
import type { Request } from "./request.js";

const MOST_TAGS = 50;
const LONGEST_KEY = 128;
const LONGEST_VALUE = 256;

type Tags = Record<string, string>;

/** The tags of a request, by key. @throws AwsError ValidationException, TooManyTags */
export function readTags(request: Request): Tags {
  const tags = request.list("tags").map((tag): [string, string] => {
    const { key, value = "" } = isObject(tag) ? tag : {};
    if (typeof key !== "string" || typeof value !== "string")
      throw new AwsError("ValidationException", "Each tag must have a key, and a value that is a string");
    if (key.length < 1 || key.length > LONGEST_KEY || value.length > LONGEST_VALUE)
      throw new AwsError(
        "ValidationException",
        `The key of a tag has 1 to ${LONGEST_KEY} characters, its value no more than ${LONGEST_VALUE}`,
      );
    return [key, value];
  });
  const byKey = Object.fromEntries(tags);
  if (Object.keys(byKey).length < tags.length)
    throw new AwsError("ValidationException", "The keys of tags must differ from each other");
  return assertCount(byKey);
}

function assertCount(tags: Tags): Tags {
  if (Object.keys(tags).length > MOST_TAGS)
    throw new AwsError("TooManyTags", `A resource can have no more than ${MOST_TAGS} tags`);
  return tags;
}

/** TagResource, of a state machine or an activity. */
export const tagResource: Operation = (context, request) =>
  change(context, request, (tags) => assertCount({ ...tags, ...readTags(request) }));

/** UntagResource. Keys that are not there are passed over. */
export const untagResource: Operation = (context, request) => {
  const keys = request.list("tagKeys");
  return change(context, request, (tags) =>
    Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key))),
  );
};

/** ListTagsForResource. */
export const listTagsForResource: Operation = (context, request) => {
  const { tags } = find(context, request.string("resourceArn", { min: 1, max: 256 }));
  return { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) };
};

async function change(context: Context, request: Request, make: (tags: Tags) => Tags): Promise<object> {
  const arn = request.string("resourceArn", { min: 1, max: 256 });
  return context.mutex.run(find(context, arn).lock, async () => {
    const { tags, write } = find(context, arn);
    await context.store.write([write(make(tags))]);
    return {};
  });
}

/** What has tags: its mutex, its tags now and the write that changes them. */
interface Tagged {
  lock: string;
  tags: Tags;
  write: (tags: Tags) => Write;
}

function find(context: Context, arn: string): Tagged {
  const found = arn.split(":")[5] === "activity" ? findActivity(context, arn) : findMachine(context, arn);
  if (found === null) throw resourceNotFound(arn);
  return found;
}

function findActivity(context: Context, arn: string): Tagged | null {
  context.arns.assertActivity(arn);
  const activity = context.store.get("activities", arn);
  if (activity === undefined) return null;
  return {
    lock: `activity ${arn}`,
    tags: activity.tags,
    write: (tags) => ({ table: "activities", key: arn, value: { ...activity, tags } }),
  };
}

function findMachine(context: Context, arn: string): Tagged | null {
  const { name } = context.arns.parseMachine(arn);
  const machine = context.store.get("machines", name);
  if (machine?.arn !== arn) return null;
  return {
    lock: `machine ${name}`,
    tags: machine.tags,
    write: (tags) => ({ table: "machines", key: name, value: { ...machine, tags } }),
  };
}
