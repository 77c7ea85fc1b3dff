import type { StateMachineSpec } from "@longhaul/functions/manifest";
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
import { logRetention } from "./house-function.js";

export interface WorkflowMachineProps {
  readonly spec: StateMachineSpec;
  /** The ARN of a function by its name. */
  readonly arnOf: (functionName: string) => string;
}

/**
 * A workflow's state machine, or the one that takes back what it did, with a published version that executions are
 * started from. Its text is the manifest's, which the laptop runs too; only the functions' ARNs are filled in here.
 */
export class WorkflowMachine extends Construct {
  readonly machineArn: string;
  readonly name: string;
  /** Changes with each definition; earlier versions stay, for runs under way, until they are pruned. */
  readonly versionArn: string;

  constructor(scope: Construct, id: string, props: WorkflowMachineProps) {
    super(scope, id);
    const { name, hash, retired } = props.spec;
    const arns = new Map<string, string>();
    const template = props.spec.definition((functionName) => {
      // What CloudFormation replaces is named by letters and digits alone.
      const key = functionName.replaceAll(/[^A-Za-z0-9]/g, "");
      arns.set(key, props.arnOf(functionName));
      return `\${${key}}`;
    });
    const role = new Role(this, "Role", { assumedBy: new ServicePrincipal("states.amazonaws.com") });
    // Executions of every version act by this role.
    const called = [...arns.values(), ...retired.map(props.arnOf)];
    role.addToPolicy(new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: called }));
    if (isDistributed(template)) this.#grantChildren(role, name);
    const logs = new LogGroup(this, "Logs", {
      logGroupName: `/aws/vendedlogs/states/${name}`,
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const machine = new StateMachine(this, "Machine", {
      stateMachineName: name,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(template),
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
    const version = new CfnStateMachineVersion(this, `Version${hash.slice(0, 16)}`, {
      stateMachineArn: machine.stateMachineArn,
      stateMachineRevisionId: machine.stateMachineRevisionId,
      description: `sha256:${hash}`,
    });
    version.applyRemovalPolicy(RemovalPolicy.RETAIN);
    this.name = name;
    this.machineArn = machine.stateMachineArn;
    this.versionArn = version.attrArn;
  }

  /** A distributed map's items are executions of the machine itself, by name: its own ARN is not known to its role yet. */
  #grantChildren(role: Role, name: string): void {
    const arn = (resource: string) => Stack.of(this).formatArn({ service: "states", resource });
    const executions = `execution:${name}:*`;
    const mapRuns = `execution:${name}/*:*`;
    const start = { actions: ["states:StartExecution"], resources: [arn(`stateMachine:${name}`)] };
    const follow = ["states:DescribeExecution", "states:StopExecution", "states:RedriveExecution"];
    role.addToPolicy(new PolicyStatement(start));
    role.addToPolicy(new PolicyStatement({ actions: follow, resources: [executions, mapRuns].map(arn) }));
    acknowledgeWildcards(role, "states", {
      [executions]: "Each item has an execution of its own, of this machine only.",
      [mapRuns]: "Each item has an execution of its own, of this machine's map runs only.",
    });
  }

  /** Lets a role list the versions of this machine, and delete them. */
  grantPruning(role: Role): void {
    const arn = (resource: string) => Stack.of(this).formatArn({ service: "states", resource });
    const machine = `stateMachine:${this.name}`;
    // Versions are listed of the machine, and deleted by an ARN of their own.
    const resources = [machine, `${machine}:*`].map(arn);
    const actions = ["states:ListStateMachineVersions", "states:DeleteStateMachineVersion"];
    role.addToPolicy(new PolicyStatement({ actions, resources }));
    acknowledgeWildcards(role, "states", {
      [`${machine}:*`]: "Each definition has a version of its own, numbered by Step Functions.",
    });
  }

  /** Lets a role start executions of this machine, look at them, stop them, and answer for those who decide. */
  grantExecutions(role: Role): void {
    const arn = (resource: string) => Stack.of(this).formatArn({ service: "states", resource });
    const statement = (actions: string[], resources: string[]) => {
      role.addToPolicy(new PolicyStatement({ actions, resources: resources.map(arn) }));
    };
    const versions = `stateMachine:${this.name}:*`;
    const executions = `execution:${this.name}:*`;
    statement(["states:StartExecution"], [`stateMachine:${this.name}`, versions]);
    statement(["states:SendTaskSuccess"], [`stateMachine:${this.name}`]);
    statement(["states:DescribeExecution", "states:StopExecution"], [executions]);
    acknowledgeWildcards(role, "states", {
      [versions]: "Each definition has a version of its own, numbered by Step Functions.",
      [executions]: "Each run has an execution of its own, of this machine only.",
    });
  }
}

/** Whether a machine has a map whose items are executions of their own. */
function isDistributed(definition: string): boolean {
  let found = false;
  JSON.parse(definition, (key, value: unknown) => {
    if (key === "Mode" && value === "DISTRIBUTED") found = true;
    return value;
  });
  return found;
}
