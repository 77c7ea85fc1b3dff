import { type QueueMessage, queueMessageSchema, type RunsLogger } from "@longhaul/runs";
import { z } from "zod";

const eventSchema = z.object({
  Records: z.array(
    z.object({
      messageId: z.string(),
      body: z.string(),
      attributes: z.object({ ApproximateReceiveCount: z.string() }),
    }),
  ),
});

/** What a queue's batch is answered with: the messages that shall come again. */
export interface BatchAnswer {
  batchItemFailures: { itemIdentifier: string }[];
}

/** A message and what SQS says of it. */
export interface QueueDelivery extends QueueMessage {
  readonly messageId: string;
  readonly receives: number;
}

/**
 * Handles each message of a batch by itself: one that fails takes no other with it. What is no message of ours fails
 * too, so that it ends among the dead letters, where the alarm finds it.
 *
 * @param event what Lambda gets from SQS
 * @throws ZodError when it is something else
 */
export async function eachMessage(
  event: unknown,
  logger: RunsLogger,
  handle: (delivery: QueueDelivery) => Promise<unknown>,
): Promise<BatchAnswer> {
  const { Records } = eventSchema.parse(event);
  const outcomes = await Promise.all(
    Records.map(async ({ messageId, body, attributes }) => {
      const receives = Number(attributes.ApproximateReceiveCount);
      try {
        await handle({ ...queueMessageSchema.parse(JSON.parse(body)), messageId, receives });
        return [];
      } catch (err) {
        logger.warn({ err, messageId, receives }, "a message could not be handled");
        return [{ itemIdentifier: messageId }];
      }
    }),
  );
  return { batchItemFailures: outcomes.flat() };
}
