import { AwsError } from "@longhaul/stepfunctions";
import { z } from "zod";
import { invalidParameter, invalidValue, queueDoesNotExist, unsupported } from "./errors.js";
import type { LiveQueue } from "./live-queue.js";
import { type Call, type Operation, operation, optional, queueOf, queueUrl, urlOf } from "./operations.js";
import {
  allowsRedrive,
  attributeNames,
  checkAttributeValues,
  effectiveAttributes,
  redrivePolicy,
} from "./settings.js";
import { checkTags } from "./tags.js";

const maxPage = 1_000;
const texts = z.record(z.string(), z.string());

function checkQueueName(name: string): void {
  if (name.endsWith(".fifo")) {
    throw unsupported(`The local cloud has no FIFO queues: ${name.slice(0, 80)} cannot be made.`);
  }
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(name)) {
    throw invalidParameter(
      "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
    );
  }
}

/** @throws AwsError when a redrive policy names a queue that is not there or does not allow it */
function checkRedrive(attributes: Readonly<Record<string, string>>, ownArn: string, { queues }: Call): void {
  const policy = attributes["RedrivePolicy"];
  if (!policy) return;
  const target = queues.findByArn(redrivePolicy(policy).targetArn);
  if (target === undefined) throw invalidValue(policy, "RedrivePolicy", "Dead letter target does not exist.");
  if (queues.arn(target) === ownArn)
    throw invalidValue(policy, "RedrivePolicy", "A queue cannot be its own dead letter queue.");
  if (!allowsRedrive(target.record.attributes["RedriveAllowPolicy"], ownArn))
    throw invalidValue(policy, "RedrivePolicy", "Dead letter target does not allow this queue to use it.");
}

const createQueue = operation(
  z.object({ QueueName: z.string(), Attributes: optional(texts), tags: optional(texts) }),
  async ({ QueueName: name, Attributes: attributes = {}, tags = {} }, call) => {
    checkQueueName(name);
    checkAttributeValues(attributes);
    checkTags(tags);
    const present = call.queues.find(name);
    if (present !== undefined) {
      const has = effectiveAttributes(present.record.attributes);
      const differing = Object.entries(attributes).find(([key, value]) => (has[key] ?? "") !== value);
      if (differing !== undefined) {
        const about = `A queue already exists with the same name and a different value for attribute ${differing[0]}`;
        throw new AwsError("QueueNameExists", about);
      }
      return { QueueUrl: urlOf(present, call) };
    }
    checkRedrive(attributes, call.queues.arnOf(name), call);
    return { QueueUrl: urlOf(await call.queues.create({ name, attributes, tags }), call) };
  },
);

const deleteQueue = operation(z.object({ QueueUrl: queueUrl }), async (input, call) => {
  await call.queues.remove(queueOf(input.QueueUrl, call));
  return {};
});

const getQueueUrl = operation(
  z.object({ QueueName: z.string(), QueueOwnerAWSAccountId: optional(z.string()) }),
  async ({ QueueName, QueueOwnerAWSAccountId: owner }, call) => {
    const queue = owner === undefined || owner === call.accountId ? call.queues.find(QueueName) : undefined;
    if (queue === undefined) throw queueDoesNotExist();
    return { QueueUrl: urlOf(queue, call) };
  },
);

const listQueues = operation(
  z.object({
    QueueNamePrefix: optional(z.string()),
    MaxResults: optional(z.int()),
    NextToken: optional(z.string()),
  }),
  async ({ QueueNamePrefix: prefix = "", MaxResults, NextToken }, call) => {
    const fitting = call.queues.list().filter(({ record }) => record.name.startsWith(prefix));
    const { page, next } = pageOf(fitting, MaxResults, NextToken);
    const urls = page.map((queue) => urlOf(queue, call));
    return { ...(urls.length > 0 && { QueueUrls: urls }), ...(next && { NextToken: next }) };
  },
);

const listDeadLetterSourceQueues = operation(
  z.object({ QueueUrl: queueUrl, MaxResults: optional(z.int()), NextToken: optional(z.string()) }),
  async ({ QueueUrl, MaxResults, NextToken }, call) => {
    const sources = call.queues.sourcesOf(queueOf(QueueUrl, call));
    const { page, next } = pageOf(sources, MaxResults, NextToken);
    return { queueUrls: page.map((queue) => urlOf(queue, call)), ...(next && { NextToken: next }) };
  },
);

/** As on AWS there is a token for more only where the caller chose how long a page is. */
function pageOf(queues: LiveQueue[], size: number | undefined, token: string | undefined) {
  if (size !== undefined && (size < 1 || size > maxPage))
    throw invalidValue(size, "MaxResults", `Must be between 1 and ${maxPage}, if provided.`);
  const after = token === undefined ? "" : Buffer.from(token.slice(0, 200), "base64").toString("utf8");
  const name = ({ record }: LiveQueue) => record.name;
  const sorted = queues.toSorted((a, b) => (name(a) < name(b) ? -1 : 1)).filter((one) => name(one) > after);
  const page = sorted.slice(0, size ?? maxPage);
  const last = page.at(-1);
  const more = size !== undefined && page.length < sorted.length && last !== undefined;
  return { page, next: more ? Buffer.from(name(last)).toString("base64") : undefined };
}

const getQueueAttributes = operation(
  z.object({ QueueUrl: queueUrl, AttributeNames: optional(z.array(z.string())) }),
  async ({ QueueUrl, AttributeNames: wanted = [] }, call) => {
    const queue = queueOf(QueueUrl, call);
    const unknown = wanted.find((name) => !attributeNames.has(name));
    if (unknown !== undefined)
      throw new AwsError("InvalidAttributeName", `Unknown Attribute ${unknown.slice(0, 100)}.`);
    const all = Object.entries({ ...effectiveAttributes(queue.record.attributes), ...shown(queue, call) });
    const chosen = all.filter(([name]) => wanted.includes("All") || wanted.includes(name));
    return chosen.length > 0 ? { Attributes: Object.fromEntries(chosen) } : {};
  },
);

function shown(queue: LiveQueue, { queues }: Call): Record<string, string> {
  const { ready, flight, delayed } = queue.counts(Date.now());
  return {
    QueueArn: queues.arn(queue),
    ApproximateNumberOfMessages: String(ready),
    ApproximateNumberOfMessagesNotVisible: String(flight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(queue.record.created),
    LastModifiedTimestamp: String(queue.record.modified),
  };
}

const setQueueAttributes = operation(
  z.object({ QueueUrl: queueUrl, Attributes: texts }),
  async ({ QueueUrl, Attributes: attributes }, call) => {
    const queue = queueOf(QueueUrl, call);
    checkAttributeValues(attributes);
    checkRedrive(attributes, call.queues.arn(queue), call);
    await call.queues.update(queue, { attributes: { ...queue.record.attributes, ...attributes } });
    return {};
  },
);

const purgeQueue = operation(z.object({ QueueUrl: queueUrl }), async (input, call) => {
  await call.queues.purge(queueOf(input.QueueUrl, call));
  return {};
});

const tagQueue = operation(
  z.object({ QueueUrl: queueUrl, Tags: texts }),
  async ({ QueueUrl, Tags }, call) => {
    const queue = queueOf(QueueUrl, call);
    const tags = { ...queue.record.tags, ...Tags };
    checkTags(tags);
    await call.queues.update(queue, { tags });
    return {};
  },
);

const untagQueue = operation(
  z.object({ QueueUrl: queueUrl, TagKeys: z.array(z.string()) }),
  async ({ QueueUrl, TagKeys }, call) => {
    const queue = queueOf(QueueUrl, call);
    const left = Object.entries(queue.record.tags).filter(([key]) => !TagKeys.includes(key));
    await call.queues.update(queue, { tags: Object.fromEntries(left) });
    return {};
  },
);

const listQueueTags = operation(z.object({ QueueUrl: queueUrl }), async (input, call) => {
  const { tags } = queueOf(input.QueueUrl, call).record;
  return Object.keys(tags).length > 0 ? { Tags: tags } : {};
});

/** The operations on queues themselves. */
export const queueOperations: Record<string, Operation> = {
  CreateQueue: createQueue,
  DeleteQueue: deleteQueue,
  GetQueueUrl: getQueueUrl,
  ListQueues: listQueues,
  ListDeadLetterSourceQueues: listDeadLetterSourceQueues,
  GetQueueAttributes: getQueueAttributes,
  SetQueueAttributes: setQueueAttributes,
  PurgeQueue: purgeQueue,
  TagQueue: tagQueue,
  UntagQueue: untagQueue,
  ListQueueTags: listQueueTags,
};
