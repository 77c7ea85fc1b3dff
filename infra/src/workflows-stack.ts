import {
  deadLetterConsumer,
  type EventSourceSpec,
  eventSources,
  type FunctionSpec,
  functions,
  invitationSender,
  type RuleSpec,
  rules,
  schedules,
  stateMachines,
  versionPruner,
  webhookSender,
} from "@longhaul/functions/manifest";
import { ArnFormat, CfnOutput, CfnParameter, Duration, Fn, Stack, type StackProps } from "aws-cdk-lib";
import { Match, Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as LambdaTarget } from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { ApiPolicy } from "./api-policy.js";
import { DeadLetterQueue } from "./dead-letter-queue.js";
import { HouseFunction } from "./house-function.js";
import { grantPermissions, secretsOf } from "./permissions.js";
import type { QueuesStack } from "./queues-stack.js";
import { ScheduleClock } from "./schedule-clock.js";
import type { SecretName } from "./secrets-stack.js";
import type { TrainingStack } from "./training-stack.js";
import { WorkflowMachine } from "./workflow-machine.js";

export interface WorkflowsStackProps extends StackProps {
  /** The folder that bundle() has filled. */
  readonly code: string;
  readonly secrets: Readonly<Record<SecretName, ISecret>>;
  readonly queues: QueuesStack;
  readonly training: TrainingStack;
}

/** What a deployment replaces: functions, state machines, and what starts them. All of it is the manifest's. */
export class WorkflowsStack extends Stack {
  readonly #props: WorkflowsStackProps;
  readonly #emailFrom: CfnParameter;
  readonly #adsClient: CfnParameter;
  readonly #startedAnew: CfnParameter;
  readonly #houses = new Map<string, HouseFunction>();

  constructor(scope: Construct, id: string, props: WorkflowsStackProps) {
    super(scope, id, props);
    this.#props = props;
    this.#emailFrom = new CfnParameter(this, "EmailFrom", {
      description:
        "The address that notifications and invitations are sent from; its domain is a verified identity of SES.",
      allowedPattern: "[^@ ]+@[^@ ]+",
    });
    this.#adsClient = new CfnParameter(this, "AmazonAdsClientId", {
      description: "The client registered with Login with Amazon; empty where nothing is connected.",
      default: "",
    });
    this.#startedAnew = new CfnParameter(this, "StartedAnew", {
      description:
        "Any text; another one starts all functions anew, which read their secrets when they start.",
      default: "",
    });
    for (const spec of functions) if (!spec.managesRuns) this.#function(spec, {});
    const machines = stateMachines.map((spec) => {
      const arnOf = (name: string) => this.#arnOf(name);
      return { workflow: spec.workflow, machine: new WorkflowMachine(this, spec.name, { spec, arnOf }) };
    });
    const stateMachineArns = this.toJsonString(
      Object.fromEntries(machines.map(({ workflow, machine }) => [workflow, machine.versionArn])),
    );
    new CfnOutput(this, "StateMachines", {
      value: stateMachineArns,
      description: "STATE_MACHINES of the API",
    });
    const deployed = machines.map(({ machine }) => machine);
    const { runsTopic } = props.queues;
    const clock = new ScheduleClock(this, "schedules", { targetArn: this.#arnOf(schedules.target) });
    new CfnOutput(this, "Scheduler", { value: clock.place, description: "SCHEDULER of the API" });
    const settings = {
      STATE_MACHINES: stateMachineArns,
      RUNS_TOPIC_ARN: runsTopic.topicArn,
      SCHEDULER: clock.place,
    };
    // By its name: it may start itself.
    const bell = this.#arnOf(webhookSender);
    for (const spec of functions.filter(({ managesRuns }) => managesRuns)) {
      const { role } = this.#function(spec, settings);
      for (const machine of deployed) {
        machine.grantExecutions(role);
        if (spec.name === versionPruner) machine.grantPruning(role);
      }
      clock.grantSchedules(role);
      role.addToPolicy(new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [bell] }));
      role.addToPolicy(new PolicyStatement({ actions: ["sns:Publish"], resources: [runsTopic.topicArn] }));
    }
    const api = new ApiPolicy(this, "api", {
      ...{ runsTopicArn: runsTopic.topicArn, connectionKeys: props.secrets.connections },
      bellArns: [bell, this.#arnOf(invitationSender)],
      schedules: { group: schedules.group, callerArn: clock.callerArn },
    });
    new CfnOutput(this, "ApiPolicy", { value: api.arn, description: "What the API's role may do" });
    for (const rule of rules) this.#rule(rule);
    for (const source of eventSources) this.#eventSource(source);
    // Scheduler hands a firing over and has forgotten it.
    this.#deadLettersOf(schedules.target);
    this.#watchDeadLetters();
  }

  /**
   * The ARN of a function that a machine calls. One that starts executions itself has the ARNs of all machines in its
   * settings, and comes after them: its ARN is known by its name.
   */
  #arnOf(name: string): string {
    const house = this.#houses.get(name);
    if (house) return house.function.functionArn;
    if (!functions.some((spec) => spec.name === name))
      throw new Error(`The manifest of functions does not know ${name}.`);
    return this.formatArn({
      service: "lambda",
      resource: "function",
      resourceName: name,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  #function(spec: FunctionSpec, settings: Record<string, string>): HouseFunction {
    const { name, permissions } = spec;
    const emailFrom = this.#emailFrom.valueAsString;
    const environment = {
      ...settings,
      STARTED_ANEW: this.#startedAnew.valueAsString,
      ...(permissions.includes("email") && { EMAIL_FROM: emailFrom }),
      ...(permissions.includes("training") && this.#props.training.settings),
      ...(permissions.includes("connections") && {
        CONNECTION_KEYS_SECRET: this.#props.secrets.connections.secretArn,
        AMAZON_ADS_CLIENT_ID: this.#adsClient.valueAsString,
      }),
      ...(permissions.includes("models") && { AI_PROVIDER: "amazon-bedrock" }),
    };
    const secrets = secretsOf(spec).map((secret) => this.#props.secrets[secret]);
    const house = new HouseFunction(this, name, { spec, code: this.#props.code, environment, secrets });
    if (permissions.includes("training")) this.#props.training.grantTraining(house.role);
    if (permissions.includes("connections")) this.#props.secrets.connections.grantRead(house.role);
    grantPermissions(house.role, permissions, Fn.select(1, Fn.split("@", emailFrom)));
    this.#houses.set(name, house);
    return house;
  }

  #house(name: string): HouseFunction {
    const house = this.#houses.get(name);
    if (!house) throw new Error(`The manifest of functions does not know ${name}.`);
    return house;
  }

  #eventSource({ queue: name, target, batchSize, windowSeconds, maxConcurrency }: EventSourceSpec): void {
    const queue = this.#props.queues.queues.get(name);
    if (!queue) throw new Error(`The manifest has no queue ${name}.`);
    this.#house(target).function.addEventSource(
      new SqsEventSource(queue, {
        batchSize,
        maxConcurrency,
        reportBatchItemFailures: true,
        ...(windowSeconds > 0 && { maxBatchingWindow: Duration.seconds(windowSeconds) }),
      }),
    );
  }

  /** The function that handles dead letters empties their queues: that it has work is what a person should hear of. */
  #watchDeadLetters(): void {
    const { function: handler } = this.#house(deadLetterConsumer);
    this.#props.queues.alarms.when(this, handler.metricInvocations({ period: Duration.minutes(5) }), {
      name: `${deadLetterConsumer}-came`,
      description: "Runs could not be started and were failed as DEAD_LETTERED; the dashboard lists them.",
      threshold: 1,
      periods: 1,
    });
  }

  /** What the clock starts has nobody who waits for it: when it fails, runs stay stuck and messages are not sent, in silence. */
  #watchClock(
    { target, everySeconds, description }: Extract<RuleSpec, { everySeconds: number }>,
    house: HouseFunction,
  ): void {
    // With a period in which it is not called the alarm would think it well.
    const period = Duration.seconds(Math.max(300, 2 * everySeconds));
    const { alarms } = this.#props.queues;
    alarms.when(this, house.function.metricErrors({ period }), {
      name: `${target}-failing`,
      description: `${description} Its function fails again and again; what it was to do is kept until it works.`,
      threshold: 1,
      periods: 3,
    });
    // Who is not called does not fail.
    alarms.whenSilent(this, house.function.metricInvocations({ period }), {
      name: `${target}-not-called`,
      description: `${description} Nothing calls its function: its rule is off, or the function is not let run.`,
      periods: 3,
    });
  }

  /** A function that is started and not waited for: what it could not handle is kept, and raises an alarm. */
  #deadLettersOf(name: string): Queue {
    const { alarms } = this.#props.queues;
    const { queue } = new DeadLetterQueue(this, `${name}-dead-letters`, { alarms });
    const { function: target } = this.#house(name);
    target.configureAsyncInvoke({ retryAttempts: 2, onFailure: new SqsDestination(queue) });
    return queue;
  }

  #rule(rule: RuleSpec): void {
    const house = this.#house(rule.target);
    if ("everySeconds" in rule) {
      house.function.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
      new Rule(this, `${rule.name}-rule`, {
        description: rule.description,
        schedule: Schedule.rate(Duration.seconds(rule.everySeconds)),
        targets: [new LambdaTarget(house.function, { retryAttempts: 0 })],
      });
      this.#watchClock(rule, house);
      return;
    }
    const deadLetterQueue = this.#deadLettersOf(rule.target);
    new Rule(this, `${rule.name}-rule`, {
      description: rule.description,
      eventPattern: this.#ofMachines(rule.pattern),
      targets: [new LambdaTarget(house.function, { deadLetterQueue })],
    });
  }

  /** The rule's pattern, for our machines only: an account has others, and a pattern has no room to name each of ours. */
  #ofMachines(pattern: Extract<RuleSpec, { pattern: unknown }>["pattern"]) {
    const {
      source,
      "detail-type": detailType,
      detail,
    } = pattern as {
      source: string[];
      "detail-type": string[];
      detail: Record<string, string[]>;
    };
    const ours = this.formatArn({
      service: "states",
      resource: "stateMachine",
      resourceName: "longhaul-",
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    return { source, detailType, detail: { ...detail, stateMachineArn: Match.prefix(ours) } };
  }
}
