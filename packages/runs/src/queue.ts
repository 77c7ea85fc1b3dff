import { PublishBatchCommand, type PublishBatchRequestEntry, type SNSClient } from "@aws-sdk/client-sns";
import { z } from "zod";

/** What travels through the queues: which attempt of which run is to be sent. Nothing of a run's data does. */
export const queueMessageSchema = z.object({ runId: z.uuid(), attempt: z.int().positive() });
export type QueueMessage = z.output<typeof queueMessageSchema>;

/** The way of the queued lane: admitted runs go to a topic, whose queues feed the consumer. */
export interface RunQueue {
  /**
   * Publishes each message once at least.
   *
   * @throws Error when some of them were not taken. All of them may be published again: a run is sent once, however often
   *   its message comes.
   */
  publish(messages: readonly (QueueMessage & { priority: "standard" | "priority" })[]): Promise<void>;
}

/** As many entries as SNS takes in one request. */
const batchLength = 10;

/** The runs' queue behind an SNS topic; the attribute `priority` is what its subscriptions filter by. */
export function snsRunQueue(sns: SNSClient, topicArn: string): RunQueue {
  async function send(entries: PublishBatchRequestEntry[]): Promise<void> {
    const command = new PublishBatchCommand({ TopicArn: topicArn, PublishBatchRequestEntries: entries });
    const { Failed = [] } = await sns.send(command);
    const [first] = Failed;
    if (!first) return;
    const error = new Error(
      `${Failed.length} of ${entries.length} runs were not published: ${first.Message}`,
    );
    throw Object.assign(error, { name: first.Code ?? "PublishFailed" });
  }

  return {
    async publish(messages) {
      const entries = messages.map(({ runId, attempt, priority }, at) => ({
        Id: String(at),
        Message: JSON.stringify({ runId, attempt } satisfies QueueMessage),
        MessageAttributes: { priority: { DataType: "String", StringValue: priority } },
      }));
      const batches: PublishBatchRequestEntry[][] = [];
      for (let at = 0; at < entries.length; at += batchLength)
        batches.push(entries.slice(at, at + batchLength));
      await Promise.all(batches.map(send));
    },
  };
}
