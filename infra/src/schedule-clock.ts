import { schedules } from "@longhaul/functions/manifest";
import { Stack } from "aws-cdk-lib";
import { Effect, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { Construct } from "constructs";
import { acknowledgeWildcards } from "./acknowledge.js";

export interface ScheduleClockProps {
  /** The function that each schedule calls. */
  readonly targetArn: string;
}

/** The group of the product's schedules in EventBridge Scheduler; what is in it is made and deleted by the product. */
export class ScheduleClock extends Construct {
  /** What SCHEDULER says, as JSON. */
  readonly place: string;
  readonly #caller: Role;

  constructor(scope: Construct, id: string, { targetArn }: ScheduleClockProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const { group } = schedules;
    new CfnScheduleGroup(this, "group", { name: group });
    this.#caller = new Role(this, "caller", {
      description: "EventBridge Scheduler calls the function of schedules with it.",
      // Only for our group: another account's schedule must not borrow it.
      assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
        conditions: {
          StringEquals: { "aws:SourceAccount": stack.account },
          ArnEquals: { "aws:SourceArn": this.#arn("schedule-group", group) },
        },
      }),
    });
    this.#caller.addToPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ["lambda:InvokeFunction"],
        resources: [targetArn],
      }),
    );
    const roleArn = this.callerArn;
    this.place = stack.toJsonString({ group, functionArn: targetArn, roleArn });
  }

  /** The role that schedules call their function with. */
  get callerArn(): string {
    return this.#caller.roleArn;
  }

  /** Lets a role make, change and delete the schedules of the group. */
  grantSchedules(role: Role): void {
    const actions = ["scheduler:CreateSchedule", "scheduler:UpdateSchedule", "scheduler:DeleteSchedule"];
    const name = `${schedules.group}/*`;
    role.addToPolicy(new PolicyStatement({ actions, resources: [this.#arn("schedule", name)] }));
    role.addToPolicy(new PolicyStatement({ actions: ["iam:PassRole"], resources: [this.callerArn] }));
    acknowledgeWildcards(role, "scheduler", {
      [`schedule/${name}`]: "Schedules are made by people who use the product, each with an id of its own.",
    });
  }

  #arn(resource: string, resourceName: string): string {
    return Stack.of(this).formatArn({ service: "scheduler", resource, resourceName });
  }
}
