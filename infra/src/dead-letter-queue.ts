import { Duration } from "aws-cdk-lib";
import { MathExpression } from "aws-cdk-lib/aws-cloudwatch";
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
    const period = Duration.minutes(5);
    const visible = this.queue.metricApproximateNumberOfMessagesVisible({ period, statistic: "Maximum" });
    const held = this.queue.metricApproximateNumberOfMessagesNotVisible({ period, statistic: "Maximum" });
    const staying = { name: id, description: `Dead letters stay in ${id}: nobody could handle them.` };
    if (!visibilityTimeout) {
      alarms.when(this, visible, { ...staying, threshold: 1, periods: 1 });
      return;
    }
    // A letter that the function fails at is taken by it again as soon as it can be seen.
    const here = new MathExpression({
      expression: "visible + held",
      usingMetrics: { visible, held },
      period,
    });
    alarms.when(this, here, { ...staying, threshold: 1, periods: 3 });
  }
}
