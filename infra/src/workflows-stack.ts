import {
  type FunctionSpec,
  functions,
  type RuleSpec,
  rules,
  stateMachines,
} from "@longhaul/functions/manifest";
import { machines } from "@longhaul/workflows/machines";
import { CfnOutput, CfnParameter, Duration, Fn, Stack, type StackProps } from "aws-cdk-lib";
import { Match, Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as LambdaTarget } from "aws-cdk-lib/aws-events-targets";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { acknowledge } from "./acknowledge.js";
import { HouseFunction } from "./house-function.js";
import { grantPermissions, secretsOf } from "./permissions.js";
import type { SecretName } from "./secrets-stack.js";
import { WorkflowMachine } from "./workflow-machine.js";

export interface WorkflowsStackProps extends StackProps {
  /** The folder that bundle() has filled. */
  readonly code: string;
  readonly secrets: Readonly<Record<SecretName, ISecret>>;
}

/** What a deployment replaces: functions, state machines, and what starts them. */
export class WorkflowsStack extends Stack {
  readonly #props: WorkflowsStackProps;
  readonly #emailFrom: CfnParameter;

  constructor(scope: Construct, id: string, props: WorkflowsStackProps) {
    super(scope, id, props);
    this.#props = props;
    this.#emailFrom = new CfnParameter(this, "EmailFrom", {
      description: "The address that notifications are sent from; its domain is a verified identity of SES.",
      allowedPattern: "[^@ ]+@[^@ ]+",
    });
    const deployed = new Map(
      Object.values(machines).map((machine) => [machine.name, this.#machine(machine)]),
    );
    const stateMachineArns = this.toJsonString(
      Object.fromEntries([...deployed].map(([workflow, { versionArn }]) => [workflow, versionArn])),
    );
    new CfnOutput(this, "StateMachines", {
      value: stateMachineArns,
      description: "STATE_MACHINES of the API",
    });
    for (const rule of rules) this.#rule(rule, [...deployed.values()], stateMachineArns);
  }

  #machine({ name: workflow, template, hash, steps }: (typeof machines)[keyof typeof machines]) {
    const known = stateMachines.find((machine) => machine.workflow === workflow);
    if (!known) throw new Error(`The manifest of functions does not know the workflow ${workflow}.`);
    const houses = new Map(steps.map(({ name }) => [name, this.#step(workflow, name)]));
    return new WorkflowMachine(this, known.name, { name: known.name, template, hash, steps: houses });
  }

  #step(workflow: string, step: string): HouseFunction {
    const id = `${workflow}/${step}`;
    const spec = functions.find(({ environment }) => environment["LONGHAUL_STEP"] === id);
    if (!spec) throw new Error(`The manifest of functions does not know the step ${id}.`);
    const emailFrom = this.#emailFrom.valueAsString;
    const sendsEmail = spec.permissions.includes("email");
    const house = this.#function(spec, {
      ...(sendsEmail && { EMAIL_FROM: emailFrom }),
      ...(spec.permissions.includes("models") && { AI_PROVIDER: "amazon-bedrock" }),
    });
    grantPermissions(house.role, spec.permissions, Fn.select(1, Fn.split("@", emailFrom)));
    return house;
  }

  #function(spec: FunctionSpec, environment: Record<string, string>): HouseFunction {
    const secrets = secretsOf(spec).map((name) => this.#props.secrets[name]);
    return new HouseFunction(this, spec.name, { spec, code: this.#props.code, environment, secrets });
  }

  #rule(rule: RuleSpec, deployed: readonly WorkflowMachine[], stateMachineArns: string): void {
    const spec = functions.find(({ name }) => name === rule.target);
    if (!spec) throw new Error(`The rule ${rule.name} has no function ${rule.target}.`);
    const house = this.#function(spec, { STATE_MACHINES: stateMachineArns });
    for (const machine of deployed) machine.grantExecutions(house.role);
    if ("everySeconds" in rule) {
      house.function.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
      new Rule(this, `${rule.name}-rule`, {
        description: rule.description,
        schedule: Schedule.rate(Duration.seconds(rule.everySeconds)),
        targets: [new LambdaTarget(house.function, { retryAttempts: 0 })],
      });
      return;
    }
    const deadLetterQueue = this.#deadLetterQueue(rule.name);
    house.function.configureAsyncInvoke({ retryAttempts: 2, onFailure: new SqsDestination(deadLetterQueue) });
    new Rule(this, `${rule.name}-rule`, {
      description: rule.description,
      eventPattern: ofMachines(rule.pattern, deployed),
      targets: [new LambdaTarget(house.function, { deadLetterQueue })],
    });
  }

  #deadLetterQueue(name: string): Queue {
    const queue = new Queue(this, `${name}-dead-letters`, {
      queueName: `${name}-dead-letters`,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(queue, { "AwsSolutions-SQS3": "This is itself the queue of dead letters." });
    return queue;
  }
}

/** The rule's pattern, for our machines only: an account has others. */
function ofMachines(
  pattern: Extract<RuleSpec, { pattern: unknown }>["pattern"],
  deployed: readonly WorkflowMachine[],
) {
  const {
    source,
    "detail-type": detailType,
    detail,
  } = pattern as {
    source: string[];
    "detail-type": string[];
    detail: Record<string, string[]>;
  };
  const ours = deployed.flatMap(({ machineArn }) => Match.prefix(machineArn));
  return { source, detailType, detail: { ...detail, stateMachineArn: ours } };
}
