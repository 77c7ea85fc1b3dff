import {
  Alarm,
  type AlarmProps as CdkAlarmProps,
  ComparisonOperator,
  type IMetric,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { Topic } from "aws-cdk-lib/aws-sns";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { ArnFormat, CfnOutput, Stack } from "aws-cdk-lib";
import { Construct } from "constructs";

export interface AlarmProps {
  readonly name: string;
  /** What is wrong then, for whoever is woken by it. */
  readonly description: string;
  /** Of so many periods in a row. */
  readonly periods: number;
}

type Judgement = Pick<CdkAlarmProps, "threshold" | "comparisonOperator" | "treatMissingData">;

/** What tells the team that something needs a person: one topic, to which people subscribe. */
export class Alarms extends Construct {
  readonly #topic: Topic;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    // Without a key: CloudWatch may not use the one that SNS has of its own, and an alarm holds no secret.
    this.#topic = new Topic(this, "Topic", { topicName: "longhaul-alarms", enforceSSL: true });
    this.#admitCloudWatch();
    new CfnOutput(this, "TopicArn", {
      value: this.#topic.topicArn,
      description: "Subscribe to it to hear of alarms",
    });
  }

  /** Without TLS nobody may publish: that is a policy, and one takes the place of the one by which CloudWatch could. */
  #admitCloudWatch(): void {
    const stack = Stack.of(this);
    const { COLON_RESOURCE_NAME: arnFormat } = ArnFormat;
    const alarm = { service: "cloudwatch", resource: "alarm", resourceName: "longhaul-*", arnFormat };
    this.#topic.addToResourcePolicy(
      new PolicyStatement({
        actions: ["sns:Publish"],
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        resources: [this.#topic.topicArn],
        conditions: {
          StringEquals: { "aws:SourceAccount": stack.account },
          ArnLike: { "aws:SourceArn": stack.formatArn(alarm) },
        },
      }),
    );
  }

  /** Tells when a metric of the scope is at its threshold or above, and when it is well again. */
  when(scope: Construct, metric: IMetric, { threshold, ...props }: AlarmProps & { threshold: number }): void {
    this.#alarm(scope, metric, {
      ...props,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  /** Tells when a metric that counts something has counted nothing, which it does by saying nothing at all. */
  whenSilent(scope: Construct, metric: IMetric, props: AlarmProps): void {
    this.#alarm(scope, metric, {
      ...props,
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  #alarm(scope: Construct, metric: IMetric, props: AlarmProps & Judgement): void {
    const { name, description, periods, ...judgement } = props;
    const alarm = new Alarm(scope, `${name}-alarm`, {
      alarmName: name,
      alarmDescription: description,
      metric,
      evaluationPeriods: periods,
      ...judgement,
    });
    const tell = new SnsAction(this.#topic);
    alarm.addAlarmAction(tell);
    alarm.addOkAction(tell);
  }
}
