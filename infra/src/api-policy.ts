import { Stack } from "aws-cdk-lib";
import { ManagedPolicy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { acknowledgeWildcards } from "./acknowledge.js";

export interface ApiPolicyProps {
  readonly runsTopicArn: string;
  /** The functions that send webhooks and invitations, and are rung when there is something to send. */
  readonly bellArns: readonly string[];
  /** What seals tokens of connections and secrets of webhooks. */
  readonly connectionKeys: ISecret;
  /** The group of the product's schedules, and the role that they call their function with. */
  readonly schedules: { readonly group: string; readonly callerArn: string };
}

/**
 * What the API's process does on AWS, and nothing else: for the role or user that runs it, wherever that is. Machines are
 * named by their prefix, since a managed policy has no room for each.
 */
export class ApiPolicy extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, props: ApiPolicyProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const arn = (service: string, resource: string) => stack.formatArn({ service, resource });
    const statement = (actions: string[], ...resources: string[]) =>
      new PolicyStatement({ actions, resources });
    const machines = arn("states", "stateMachine:longhaul-*");
    const executions = arn("states", "execution:longhaul-*");
    const schedules = `schedule/${props.schedules.group}/*`;
    const policy = new ManagedPolicy(this, "Policy", {
      description: "What Longhaul's API does on AWS.",
      statements: [
        statement(["states:StartExecution", "states:SendTaskSuccess"], machines),
        statement(["states:DescribeExecution", "states:StopExecution"], executions),
        statement(["sns:Publish"], props.runsTopicArn),
        statement(["lambda:InvokeFunction"], ...props.bellArns),
        statement(["secretsmanager:GetSecretValue"], props.connectionKeys.secretArn),
        statement(
          ["scheduler:CreateSchedule", "scheduler:UpdateSchedule", "scheduler:DeleteSchedule"],
          arn("scheduler", schedules),
        ),
        statement(["iam:PassRole"], props.schedules.callerArn),
      ],
    });
    acknowledgeWildcards(policy, "states", {
      "stateMachine:longhaul-*": "The machines of all workflows, in all their versions.",
      "execution:longhaul-*": "Each run has an execution of its own, of these machines only.",
    });
    acknowledgeWildcards(policy, "scheduler", {
      [schedules]: "Schedules are made by people who use the product, each with an id of its own.",
    });
    this.arn = policy.managedPolicyArn;
  }
}
