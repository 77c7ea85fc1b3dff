import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import {
  CfnStateMachineVersion,
  DefinitionBody,
  LogLevel,
  StateMachine,
  StateMachineType,
} from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { acknowledge, acknowledgeWildcards } from "./acknowledge.js";
import { type HouseFunction, logRetention } from "./house-function.js";

export interface WorkflowMachineProps {
  readonly name: string;
  /** ASL text with `${Step}` for the ARN of each step's function: the laptop runs the same text. */
  readonly template: string;
  /** SHA-256 of the machine, hex. */
  readonly hash: string;
  readonly steps: ReadonlyMap<string, HouseFunction>;
}

/** A workflow's state machine, with a published version that executions are started from. */
export class WorkflowMachine extends Construct {
  readonly machineArn: string;
  readonly name: string;
  /** Changes with each definition; earlier versions stay, for executions under way. */
  readonly versionArn: string;

  constructor(scope: Construct, id: string, props: WorkflowMachineProps) {
    super(scope, id);
    const arns = new Map([...props.steps].map(([step, house]) => [step, house.function.functionArn]));
    const role = new Role(this, "Role", { assumedBy: new ServicePrincipal("states.amazonaws.com") });
    role.addToPolicy(
      new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [...arns.values()] }),
    );
    const logs = new LogGroup(this, "Logs", {
      logGroupName: `/aws/vendedlogs/states/${props.name}`,
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const machine = new StateMachine(this, "Machine", {
      stateMachineName: props.name,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(props.template),
      definitionSubstitutions: Object.fromEntries(arns),
      role,
      tracingEnabled: true,
      // Inputs and outputs are people's data: they are in the database, under its policies, and not in logs.
      logs: { destination: logs, level: LogLevel.ALL, includeExecutionData: false },
    });
    acknowledge(role, {
      "AwsSolutions-IAM5[Resource::*]":
        "X-Ray's and CloudWatch's log delivery actions, which Step Functions wants, take no resource.",
    });
    // The logical id holds the hash: a version is never changed, a new definition gets a new one.
    const version = new CfnStateMachineVersion(this, `Version${props.hash.slice(0, 16)}`, {
      stateMachineArn: machine.stateMachineArn,
      stateMachineRevisionId: machine.stateMachineRevisionId,
      description: `sha256:${props.hash}`,
    });
    version.applyRemovalPolicy(RemovalPolicy.RETAIN);
    this.name = props.name;
    this.machineArn = machine.stateMachineArn;
    this.versionArn = version.attrArn;
  }

  /** Lets a role start executions of this machine, look at them and stop them. */
  grantExecutions(role: Role): void {
    const arn = (resource: string) => Stack.of(this).formatArn({ service: "states", resource });
    const statement = (actions: string[], resources: string[]) => {
      role.addToPolicy(new PolicyStatement({ actions, resources: resources.map(arn) }));
    };
    const versions = `stateMachine:${this.name}:*`;
    const executions = `execution:${this.name}:*`;
    statement(["states:StartExecution"], [`stateMachine:${this.name}`, versions]);
    statement(["states:DescribeExecution", "states:StopExecution"], [executions]);
    acknowledgeWildcards(role, "states", {
      [versions]: "Each definition has a version of its own, numbered by Step Functions.",
      [executions]: "Each run has an execution of its own, of this machine only.",
    });
  }
}
