import { Duration } from "aws-cdk-lib";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.js";
import type { Alarms } from "./alarms.js";

export interface DeadLetterQueueProps {
  readonly alarms: Alarms;
  /** For queues that a function empties. */
  readonly visibilityTimeout?: Duration;
}

/** A queue of what nobody could handle, named as its id. Letters that stay in it raise an alarm. */
export class DeadLetterQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { alarms, visibilityTimeout }: DeadLetterQueueProps) {
    super(scope, id);
    this.queue = new Queue(this, "Queue", {
      queueName: id,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      ...(visibilityTimeout && { visibilityTimeout }),
    });
    acknowledge(this.queue, { "AwsSolutions-SQS3": "This is itself the queue of dead letters." });
    const metric = this.queue.metricApproximateNumberOfMessagesVisible({
      period: Duration.minutes(5),
      statistic: "Maximum",
    });
    alarms.when(this, metric, {
      name: id,
      description: `Dead letters stay in ${id}: nobody could handle them.`,
      threshold: 1,
      periods: 1,
    });
  }
}
