import { randomBytes } from "node:crypto";
import { DeleteTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  type Message,
  type QueueAttributeName,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { FunctionSpec } from "@longhaul/functions/manifest";
import { startTestAws, type TestAws } from "../aws/local-aws.js";
import { aws } from "./env.js";

export interface Made {
  url: string;
  arn: string;
}

/** Queues and topics under names of one test file's own, on the stand-in or on AWS. */
export interface QueueWorld extends AsyncDisposable {
  sqs: SQSClient;
  sns: SNSClient;
  /** The stand-in. @throws on AWS */
  local: TestAws;
  /** A name that nobody else has. */
  name(what: string): string;
  queue(what: string, attributes?: Partial<Record<QueueAttributeName, string>>): Promise<Made>;
  /** Removes a topic at the end. */
  forget(topicArn: string): void;
  receive(queue: Made, more?: Partial<ReceiveMessageCommandInput>): Promise<Message[]>;
  /** Receives until so many have come, each once. */
  receiveAll(queue: Made, count: number): Promise<Message[]>;
  attributes(queue: Made): Promise<Record<string, string>>;
}

export async function startQueueWorld(
  options: { functions?: FunctionSpec[]; dataDir?: string } = {},
): Promise<QueueWorld> {
  const started = aws ? null : await startTestAws(options.functions ?? [], { dataDir: options.dataDir });
  const settings = aws ?? started!.client;
  const sqs = new SQSClient(settings);
  const sns = new SNSClient(settings);
  const prefix = `longhaul-contract-${randomBytes(4).toString("hex")}`;
  const topics: string[] = [];

  const world: QueueWorld = {
    sqs,
    sns,
    get local() {
      if (started === null) throw new Error("This test is about the stand-in only.");
      return started;
    },
    name: (what) => `${prefix}-${what}`,
    async queue(what, Attributes = {}) {
      const QueueName = `${prefix}-${what}`;
      const { QueueUrl: url = "" } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
      return { url, arn: (await world.attributes({ url, arn: "" }))["QueueArn"] ?? "" };
    },
    forget: (topicArn) => void topics.push(topicArn),
    async receive({ url }, more = {}) {
      const input = { QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, ...more };
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(input));
      return Messages;
    },
    async receiveAll(queue, count) {
      const found = new Map<string, Message>();
      for (let tries = 0; found.size < count && tries < 20; tries += 1) {
        const messages = await world.receive(queue, {
          MessageAttributeNames: ["All"],
          MessageSystemAttributeNames: ["All"],
        });
        for (const message of messages) found.set(message.MessageId ?? "", message);
      }
      return [...found.values()];
    },
    async attributes({ url }) {
      const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] });
      return (await sqs.send(command)).Attributes ?? {};
    },
    async [Symbol.asyncDispose]() {
      if (aws) await removeAll();
      sqs.destroy();
      sns.destroy();
      await started?.[Symbol.asyncDispose]();
    },
  };

  async function removeAll(): Promise<void> {
    for (const TopicArn of topics) await sns.send(new DeleteTopicCommand({ TopicArn }));
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: prefix }));
    for (const QueueUrl of QueueUrls) await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  }
  return world;
}

/** What a dead-letter queue and a number of receives look like as an attribute. */
export function redrive({ arn }: Made, maxReceiveCount: number): { RedrivePolicy: string } {
  return { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount }) };
}
