import { randomUUID } from "node:crypto";
import { AwsError } from "@longhaul/stepfunctions";
import type { Account } from "../lambda/names.js";
import type { Records } from "../store/record-store.js";
import { parseFilterPolicy } from "./filter-policy.js";
import { invalid } from "./message.js";
import type { Subscription, Topic } from "./records.js";

const topicAttributes = [
  "DisplayName",
  "Policy",
  "DeliveryPolicy",
  "KmsMasterKeyId",
  "SignatureVersion",
  "TracingConfig",
];
const subscriptionAttributes = ["RawMessageDelivery", "FilterPolicy", "FilterPolicyScope"];

/** The topics of the account and who subscribes to them. */
export class Topics {
  readonly #account: Account;
  readonly #topics: Records<Topic>;
  readonly #subscriptions: Records<Subscription>;

  constructor(account: Account, topics: Records<Topic>, subscriptions: Records<Subscription>) {
    this.#account = account;
    this.#topics = topics;
    this.#subscriptions = subscriptions;
  }

  arn(name: string): string {
    const { region, accountId } = this.#account;
    return `arn:aws:sns:${region}:${accountId}:${name}`;
  }

  list(): Topic[] {
    return this.#topics.values();
  }

  /** @throws AwsError InvalidParameter for what is no topic's ARN, NotFound for one that is not there */
  find(arn: string, parameter = "TopicArn"): Topic {
    if (!/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$/.test(arn))
      throw invalid(parameter, `${arn.slice(0, 200)} is not an ARN of a topic`);
    const topic = this.#topics.get(arn);
    if (topic === undefined) throw new AwsError("NotFound", "Topic does not exist", 404);
    return topic;
  }

  /** @throws AwsError where the name or an attribute is none, or a topic has other attributes already */
  async create(name: string, attributes: Topic["attributes"], tags: Topic["tags"]): Promise<Topic> {
    if (name.endsWith(".fifo") || attributes["FifoTopic"] === "true")
      throw invalid("Topic Name", "the local cloud has no FIFO topics");
    if (!/^[A-Za-z0-9_-]{1,256}$/.test(name)) throw invalid("Topic Name", "");
    for (const key of Object.keys(attributes)) checkTopicAttribute(key);
    const present = this.#topics.get(this.arn(name));
    if (present === undefined) {
      const topic = { arn: this.arn(name), attributes, tags };
      await this.#topics.put(topic.arn, topic);
      return topic;
    }
    const differs = Object.entries(attributes).some(([key, value]) => present.attributes[key] !== value);
    if (differs) throw invalid("Attributes", "Topic already exists with different attributes");
    return present;
  }

  async update(topic: Topic, change: Partial<Pick<Topic, "attributes" | "tags">>): Promise<void> {
    for (const key of Object.keys(change.attributes ?? {})) checkTopicAttribute(key);
    await this.#topics.put(topic.arn, { ...topic, ...change });
  }

  /** Its subscriptions go with it. One that is not there is deleted already. */
  async remove(arn: string): Promise<void> {
    for (const subscription of this.subscriptions(arn)) await this.#subscriptions.remove(subscription.arn);
    await this.#topics.remove(arn);
  }

  subscriptions(topicArn: string | null = null): Subscription[] {
    const all = this.#subscriptions.values();
    return topicArn === null ? all : all.filter((one) => one.topicArn === topicArn);
  }

  /** @throws AwsError NotFound */
  subscription(arn: string): Subscription {
    const subscription = this.#subscriptions.get(arn);
    if (subscription === undefined) throw new AwsError("NotFound", "Subscription does not exist", 404);
    return subscription;
  }

  /** Subscribes a queue, once. @throws AwsError InvalidParameter */
  async subscribe(
    topic: Topic,
    endpoint: string,
    attributes: Subscription["attributes"],
  ): Promise<Subscription> {
    if (!/^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,80}$/.test(endpoint))
      throw invalid("SQS endpoint ARN", "");
    for (const [name, value] of Object.entries(attributes)) checkSubscriptionAttribute(name, value);
    const present = this.subscriptions(topic.arn).find((one) => one.endpoint === endpoint);
    if (present !== undefined) {
      const differs = Object.entries(attributes).some(([key, value]) => present.attributes[key] !== value);
      if (differs) throw invalid("Attributes", "Subscription already exists with different attributes");
      return present;
    }
    const arn = `${topic.arn}:${randomUUID()}`;
    const subscription = { arn, topicArn: topic.arn, endpoint, attributes };
    await this.#subscriptions.put(arn, subscription);
    return subscription;
  }

  async setSubscriptionAttribute(subscription: Subscription, name: string, value: string): Promise<void> {
    checkSubscriptionAttribute(name, value);
    const attributes = { ...subscription.attributes, [name]: value };
    await this.#subscriptions.put(subscription.arn, { ...subscription, attributes });
  }

  async unsubscribe(arn: string): Promise<void> {
    await this.#subscriptions.remove(arn);
  }
}

function checkTopicAttribute(name: string): void {
  if (name !== "FifoTopic" && !topicAttributes.includes(name))
    throw invalid("AttributeName", `the local cloud's topics do not have ${name.slice(0, 100)}`);
}

function checkSubscriptionAttribute(name: string, value: string): void {
  if (!subscriptionAttributes.includes(name))
    throw invalid("AttributeName", `the local cloud's subscriptions do not have ${name.slice(0, 100)}`);
  if (name === "RawMessageDelivery" && !/^(true|false)$/i.test(value))
    throw invalid("Attributes", `RawMessageDelivery: Invalid value [${value.slice(0, 100)}].`);
  if (name === "FilterPolicyScope" && value !== "MessageAttributes")
    throw invalid("FilterPolicyScope", "the local cloud filters by MessageAttributes only");
  if (name === "FilterPolicy" && value !== "") parseFilterPolicy(value);
}
