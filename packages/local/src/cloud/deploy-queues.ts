import type { QueueSpec, TopicSpec } from "@longhaul/functions/manifest";
import type { LocalAws } from "../aws/start.js";
import type { LiveQueue } from "../sqs/live-queue.js";

type Services = Pick<LocalAws, "sns"> & { readonly sqs: Pick<LocalAws["sqs"], "queues"> };

/** Makes topics, queues and their subscriptions what the manifest says; what is in the queues stays. */
export async function deployQueues(
  { topics, queues }: { readonly topics: readonly TopicSpec[]; readonly queues: readonly QueueSpec[] },
  services: Services,
): Promise<void> {
  for (const { name } of topics) await services.sns.topics.create(name, {}, {});
  for (const spec of queues) {
    const visibility = { VisibilityTimeout: String(spec.visibilityTimeoutSeconds) };
    const deadLetters = await ensureQueue(services, spec.deadLetters, visibility);
    const deadLetterTargetArn = services.sqs.queues.arn(deadLetters);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: spec.maxReceives });
    const queue = await ensureQueue(services, spec.name, { ...visibility, RedrivePolicy });
    await ensureSubscription(services, services.sqs.queues.arn(queue), spec.subscription);
  }
}

async function ensureQueue(
  { sqs: { queues } }: Services,
  name: string,
  attributes: Record<string, string>,
): Promise<LiveQueue> {
  const present = queues.find(name);
  if (present === undefined) return queues.create({ name, attributes, tags: {} });
  const has = present.record.attributes;
  if (Object.entries(attributes).some(([key, value]) => has[key] !== value))
    await queues.update(present, { attributes: { ...has, ...attributes } });
  return present;
}

async function ensureSubscription(
  { sns: { topics } }: Services,
  queueArn: string,
  { topic, filter }: QueueSpec["subscription"],
): Promise<void> {
  const wanted = { RawMessageDelivery: "true", FilterPolicy: JSON.stringify(filter) };
  const topicArn = topics.arn(topic);
  const present = topics.subscriptions(topicArn).find(({ endpoint }) => endpoint === queueArn);
  if (present === undefined) return void (await topics.subscribe(topics.find(topicArn), queueArn, wanted));
  for (const [name, value] of Object.entries(wanted)) {
    const current = topics.subscription(present.arn);
    if (current.attributes[name] !== value) await topics.setSubscriptionAttribute(current, name, value);
  }
}
