import { type QueueSpec, queues, runsTopic, topics } from "@longhaul/functions/manifest";
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { Alias } from "aws-cdk-lib/aws-kms";
import { SubscriptionFilter, Topic } from "aws-cdk-lib/aws-sns";
import { SqsSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { Alarms } from "./alarms.js";
import { DeadLetterQueue } from "./dead-letter-queue.js";

/** A message that waits longer than this is late: runs are to start at once. */
const lateSeconds = 300;

/** What holds messages, and outlives the functions that send and handle them: topics, queues, and who is told. */
export class QueuesStack extends Stack {
  readonly alarms: Alarms;
  readonly runsTopic: Topic;
  /** By name, the dead-letter queues included. */
  readonly queues: ReadonlyMap<string, Queue>;

  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    this.alarms = new Alarms(this, "Alarms");
    const made = new Map(topics.map(({ name, description }) => [name, this.#topic(name, description)]));
    const topic = (name: string) => {
      const found = made.get(name);
      if (!found) throw new Error(`The manifest has no topic ${name}.`);
      return found;
    };
    this.queues = new Map(queues.flatMap((spec) => this.#queue(spec, topic(spec.subscription.topic))));
    this.runsTopic = topic(runsTopic.name);
    new CfnOutput(this, "RunsTopic", {
      value: this.runsTopic.topicArn,
      description: "RUNS_TOPIC_ARN of the API",
    });
  }

  #topic(topicName: string, displayName: string): Topic {
    const masterKey = Alias.fromAliasName(this, `${topicName}-key`, "alias/aws/sns");
    return new Topic(this, topicName, { topicName, displayName, masterKey, enforceSSL: true });
  }

  #queue(spec: QueueSpec, topic: Topic): [string, Queue][] {
    const visibilityTimeout = Duration.seconds(spec.visibilityTimeoutSeconds);
    const deadLetters = new DeadLetterQueue(this, spec.deadLetters, {
      visibilityTimeout,
      alarms: this.alarms,
    });
    const queue = new Queue(this, spec.name, {
      queueName: spec.name,
      visibilityTimeout,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      deadLetterQueue: { queue: deadLetters.queue, maxReceiveCount: spec.maxReceives },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const filterPolicy = Object.fromEntries(
      Object.entries(spec.subscription.filter).map(([attribute, values]) => [
        attribute,
        SubscriptionFilter.stringFilter({ allowlist: [...values] }),
      ]),
    );
    topic.addSubscription(new SqsSubscription(queue, { rawMessageDelivery: true, filterPolicy }));
    this.alarms.when(this, queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1) }), {
      name: `${spec.name}-late`,
      description: `Runs wait in ${spec.name}: the consumer does not keep up, or fails.`,
      threshold: lateSeconds,
      periods: 3,
    });
    return [
      [spec.name, queue],
      [spec.deadLetters, deadLetters.queue],
    ];
  }
}
