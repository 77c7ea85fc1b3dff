import { AwsError } from "@longhaul/stepfunctions";
import { z } from "zod";
import { isRaw } from "./delivery.js";
import { invalid } from "./message.js";
import type { Subscription, Topic } from "./records.js";
import { parse } from "./parse.js";
import type { Topics } from "./topics.js";

const maxPage = 100;
const texts = z.record(z.string(), z.string()).optional();
const tagsSchema = z.array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) }));
const byTopic = z.object({ TopicArn: z.string(), NextToken: z.string().optional() });
const bySubscription = z.object({ SubscriptionArn: z.string() });

type Operation = (input: unknown) => Promise<object>;

/** The operations on topics and subscriptions. */
export function topicOperations(topics: Topics): Record<string, Operation> {
  return { ...ofTopics(topics), ...ofSubscriptions(topics), ...ofTags(topics) };
}

function ofTopics(topics: Topics): Record<string, Operation> {
  return {
    async CreateTopic(input) {
      const schema = z.object({ Name: z.string(), Attributes: texts, Tags: tagsSchema.optional() });
      const { Name, Attributes = {}, Tags = [] } = parse(schema, input);
      const { arn } = await topics.create(Name, Attributes, tagRecord(Tags));
      return { TopicArn: arn };
    },
    async DeleteTopic(input) {
      await topics.remove(parse(byTopic, input).TopicArn);
      return {};
    },
    async ListTopics(input) {
      const { NextToken } = parse(z.object({ NextToken: z.string().optional() }), input);
      const { page, next } = pageOf(topics.list(), NextToken);
      return { Topics: page.map(({ arn }) => ({ TopicArn: arn })), ...next };
    },
    async GetTopicAttributes(input) {
      const topic = topics.find(parse(byTopic, input).TopicArn);
      return { Attributes: new Map(Object.entries(shownTopic(topic, topics))) };
    },
    async SetTopicAttributes(input) {
      const schema = byTopic.extend({ AttributeName: z.string(), AttributeValue: z.string().default("") });
      const { TopicArn, AttributeName, AttributeValue } = parse(schema, input);
      const topic = topics.find(TopicArn);
      await topics.update(topic, { attributes: { ...topic.attributes, [AttributeName]: AttributeValue } });
      return {};
    },
  };
}

function shownTopic(topic: Topic, topics: Topics): Record<string, string> {
  return {
    TopicArn: topic.arn,
    Owner: ownerOf(topic.arn),
    DisplayName: "",
    SubscriptionsConfirmed: String(topics.subscriptions(topic.arn).length),
    SubscriptionsPending: "0",
    SubscriptionsDeleted: "0",
    ...topic.attributes,
  };
}

function ofSubscriptions(topics: Topics): Record<string, Operation> {
  return {
    async Subscribe(input) {
      const schema = byTopic.extend({
        Protocol: z.string(),
        Endpoint: z.string().default(""),
        Attributes: texts,
      });
      const { TopicArn, Protocol, Endpoint, Attributes = {} } = parse(schema, input);
      if (Protocol !== "sqs")
        throw invalid(
          "Protocol",
          `the local cloud has subscriptions of the protocol sqs, and not of ${Protocol.slice(0, 40)}`,
        );
      const { arn } = await topics.subscribe(topics.find(TopicArn), Endpoint, Attributes);
      return { SubscriptionArn: arn };
    },
    async Unsubscribe(input) {
      await topics.unsubscribe(parse(bySubscription, input).SubscriptionArn);
      return {};
    },
    async ListSubscriptions(input) {
      const { NextToken } = parse(z.object({ NextToken: z.string().optional() }), input);
      const { page, next } = pageOf(topics.subscriptions(), NextToken);
      return { Subscriptions: page.map(shownSubscription), ...next };
    },
    async ListSubscriptionsByTopic(input) {
      const { TopicArn, NextToken } = parse(byTopic, input);
      const { page, next } = pageOf(topics.subscriptions(topics.find(TopicArn).arn), NextToken);
      return { Subscriptions: page.map(shownSubscription), ...next };
    },
    async GetSubscriptionAttributes(input) {
      const subscription = topics.subscription(parse(bySubscription, input).SubscriptionArn);
      const { Owner, ...shown } = shownSubscription(subscription);
      const raw = isRaw(subscription) ? "true" : "false";
      const attributes = { ...shown, Owner, ...subscription.attributes, RawMessageDelivery: raw };
      const confirmed = { ConfirmationWasAuthenticated: "true", PendingConfirmation: "false" };
      return { Attributes: new Map(Object.entries({ ...attributes, ...confirmed })) };
    },
    async SetSubscriptionAttributes(input) {
      const schema = bySubscription.extend({
        AttributeName: z.string(),
        AttributeValue: z.string().default(""),
      });
      const { SubscriptionArn, AttributeName, AttributeValue } = parse(schema, input);
      const subscription = topics.subscription(SubscriptionArn);
      await topics.setSubscriptionAttribute(subscription, AttributeName, AttributeValue);
      return {};
    },
  };
}

function shownSubscription({ arn, topicArn, endpoint }: Subscription) {
  return {
    SubscriptionArn: arn,
    Owner: ownerOf(arn),
    Protocol: "sqs",
    Endpoint: endpoint,
    TopicArn: topicArn,
  };
}

function ofTags(topics: Topics): Record<string, Operation> {
  const resource = z.object({ ResourceArn: z.string() });
  const find = (arn: string) => {
    try {
      return topics.find(arn, "ResourceArn");
    } catch (error) {
      if (error instanceof AwsError && error.code === "NotFound")
        throw new AwsError("ResourceNotFound", "Resource does not exist", 404);
      throw error;
    }
  };
  return {
    async TagResource(input) {
      const { ResourceArn, Tags } = parse(resource.extend({ Tags: tagsSchema }), input);
      const topic = find(ResourceArn);
      await topics.update(topic, { tags: { ...topic.tags, ...tagRecord(Tags) } });
      return {};
    },
    async UntagResource(input) {
      const { ResourceArn, TagKeys } = parse(resource.extend({ TagKeys: z.array(z.string()) }), input);
      const topic = find(ResourceArn);
      const left = Object.entries(topic.tags).filter(([key]) => !TagKeys.includes(key));
      await topics.update(topic, { tags: Object.fromEntries(left) });
      return {};
    },
    async ListTagsForResource(input) {
      const { tags } = find(parse(resource, input).ResourceArn);
      return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
    },
  };
}

function tagRecord(tags: z.output<typeof tagsSchema>): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

function ownerOf(arn: string): string {
  return arn.split(":")[4] ?? "";
}

/** The token is the last ARN of the page before. */
function pageOf<T extends { readonly arn: string }>(all: readonly T[], token: string | undefined) {
  const after = token === undefined ? "" : Buffer.from(token.slice(0, 800), "base64").toString("utf8");
  const rest = all.filter(({ arn }) => arn > after);
  const page = rest.slice(0, maxPage);
  const more = rest.length > page.length;
  return { page, next: more ? { NextToken: Buffer.from(page.at(-1)?.arn ?? "").toString("base64") } : {} };
}
