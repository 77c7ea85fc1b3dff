import { AwsError } from "../aws-error.js";
import { isObject } from "../json.js";
import type { MachineRow } from "../store/store.js";
import type { Context, Operation } from "./context.js";
import type { Request } from "./request.js";

const MOST_TAGS = 50;

/** The tags of a request, by key. */
export function readTags(request: Request): Record<string, string> {
  const tags = request.list("tags").map((tag): [string, string] => {
    const { key, value = "" } = isObject(tag) ? tag : {};
    if (typeof key !== "string" || key === "" || typeof value !== "string")
      throw new AwsError("ValidationException", "Each tag must have a key, and a value that is a string");
    return [key, value];
  });
  return assertCount(Object.fromEntries(tags));
}

function assertCount(tags: Record<string, string>): Record<string, string> {
  if (Object.keys(tags).length > MOST_TAGS)
    throw new AwsError("TooManyTags", `A resource can have no more than ${MOST_TAGS} tags`);
  return tags;
}

/** TagResource. */
export const tagResource: Operation = (context, request) =>
  change(context, request, (tags) => assertCount({ ...tags, ...readTags(request) }));

/** UntagResource. */
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

async function change(
  context: Context,
  request: Request,
  make: (tags: Record<string, string>) => Record<string, string>,
): Promise<object> {
  const arn = request.string("resourceArn", { min: 1, max: 256 });
  return context.mutex.run(`machine ${find(context, arn).name}`, async () => {
    const machine = find(context, arn);
    const tagged = { ...machine, tags: make(machine.tags) };
    await context.store.write([{ table: "machines", key: machine.name, value: tagged }]);
    return {};
  });
}

function find(context: Context, arn: string): MachineRow {
  const { name } = context.arns.parseMachine(arn);
  const machine = context.store.get("machines", name);
  if (machine?.arn !== arn) throw new AwsError("ResourceNotFound", `Resource not found: '${arn}'`);
  return machine;
}
