import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  eventSources,
  functions,
  queues,
  rules,
  schedules,
  stateMachines,
} from "@longhaul/functions/manifest";
import { App, Stack } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildApp } from "./app.js";
import { WorkflowMachine } from "./workflow-machine.js";

const { context } = JSON.parse(readFileSync(new URL("../cdk.json", import.meta.url), "utf8")) as {
  context: Record<string, unknown>;
};
const folder = mkdtempSync(path.join(tmpdir(), "longhaul-infra-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Finding {
  ruleName: string;
  severity?: string;
}

/** Synthesises the app with its checks, over a stand-in for the bundle: what is in it changes no template. */
function synthesise(change: (app: App) => void = () => {}) {
  const code = mkdtempSync(path.join(folder, "code-"));
  writeFileSync(path.join(code, "step.mjs"), "export const handler = () => null;\n");
  const outdir = mkdtempSync(path.join(folder, "out-"));
  const app = buildApp({ code, outdir, context, analyticsReporting: false });
  change(app);
  let error: unknown;
  try {
    app.synth();
  } catch (thrown) {
    error = thrown;
  }
  const report = path.join(outdir, "validation-report.json");
  const template = (stack: string) =>
    Template.fromJSON(JSON.parse(readFileSync(path.join(outdir, `${stack}.template.json`), "utf8")));
  return { app, error, report, template, outdir };
}

let workflows: Template;
let secrets: Template;
let queuing: Template;
let synthesised: ReturnType<typeof synthesise>;
beforeAll(() => {
  synthesised = synthesise();
  workflows = synthesised.template("LonghaulWorkflows");
  secrets = synthesised.template("LonghaulSecrets");
  queuing = synthesised.template("LonghaulQueues");
}, 120_000);

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- templates are read as they come
type Resource = { Type: string; Properties: Record<string, any> };
const resources = (template: Template) => template.toJSON()["Resources"] as Record<string, Resource>;
const byName = (name: string) => {
  const found = Object.entries(resources(workflows)).find(
    ([, { Properties }]) => Properties?.["FunctionName"] === name,
  );
  if (!found) throw new Error(`There is no function ${name}.`);
  return { id: found[0], properties: found[1].Properties };
};

/** What the role of a function may do, as "action on resource". */
function allowed(name: string): string[] {
  return allowedTo(byName(name).properties["Role"]["Fn::GetAtt"][0] as string);
}

function allowedTo(role: string): string[] {
  return (
    Object.values(resources(workflows))
      // What does not fit into a role's own policy CDK puts into managed ones.
      .filter(({ Type }) => Type === "AWS::IAM::Policy" || Type === "AWS::IAM::ManagedPolicy")
      .filter(({ Properties }) => Properties["Roles"]?.[0]?.Ref === role)
      .flatMap(({ Properties }) => Properties["PolicyDocument"].Statement)
      .flatMap(({ Action, Resource, NotResource, Effect }) =>
        [Action].flat().map((action: string) => {
          expect(Effect).toBe("Allow");
          return `${action} on ${NotResource ? "not " : ""}${JSON.stringify(Resource ?? NotResource)}`;
        }),
      )
  );
}

/** The name of the function that an ARN in a template is of. */
function functionOf(arn: { "Fn::GetAtt"?: [string, string]; "Fn::Join"?: [string, unknown[]] }): string {
  // The house's functions know the machines, so machines know them by their names.
  if (arn["Fn::Join"]) return /:function:([\w-]+)$/.exec(String(arn["Fn::Join"][1].at(-1)))?.[1] ?? "";
  const [id = "", attribute] = arn["Fn::GetAtt"] ?? [];
  expect(attribute).toBe("Arn");
  return resources(workflows)[id]?.Properties["FunctionName"] as string;
}
const actions = (name: string) => new Set(allowed(name).map((line) => line.split(" on ")[0]));

describe("the checks", () => {
  it("find nothing: cdk-nag's, and CloudFormation's own rules", () => {
    expect(synthesised.error).toBeUndefined();
    const { conclusion, pluginReports } = readReport(synthesised.report);
    expect(conclusion).not.toBe("failure");
    expect(pluginReports.flatMap(({ violations }) => violations ?? [])).toEqual([]);
  });

  it("do find what is wrong", () => {
    const { error, report } = synthesise((app) => {
      const stack = app.node.findChild("LonghaulWorkflows") as Stack;
      const role = new Role(stack, "Careless", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
      role.addToPolicy(new PolicyStatement({ actions: ["s3:*"], resources: ["*"] }));
    });
    expect(error).toBeDefined();
    expect(readFileSync(report, "utf8")).toContain("AwsSolutions-IAM5");
  }, 120_000);
});

function readReport(file: string) {
  const report = JSON.parse(readFileSync(file, "utf8"));
  return {
    conclusion: report.conclusion,
    pluginReports: report.pluginReports as { violations?: Finding[] }[],
  };
}

describe("the API", () => {
  it("is told by outputs what it may do and where things are", () => {
    expect(Object.keys(workflows.findOutputs("*"))).toEqual(
      expect.arrayContaining(["StateMachines", "Scheduler", "ApiPolicy"]),
    );
    expect(Object.keys(queuing.findOutputs("*"))).toContain("RunsTopic");
  });

  it("may ring for webhooks and for invitations", () => {
    const { Value } = workflows.toJSON()["Outputs"]["ApiPolicy"];
    const { PolicyDocument } = resources(workflows)[Value.Ref]?.Properties as {
      PolicyDocument: { Statement: { Action: string; Resource: unknown }[] };
    };
    const bells = PolicyDocument.Statement.find(({ Action }) => Action === "lambda:InvokeFunction")?.Resource;
    expect(bells).toEqual([
      { "Fn::GetAtt": [byName("longhaul-invitations").id, "Arn"] },
      { "Fn::Join": ["", expect.arrayContaining([":function:longhaul-webhooks"])] },
    ]);
  });

  it("may do what it does and nothing else, and no more than a managed policy has room for", () => {
    const { Value } = workflows.toJSON()["Outputs"]["ApiPolicy"];
    const { PolicyDocument } = resources(workflows)[Value.Ref]?.Properties as {
      PolicyDocument: { Statement: object[] };
    };
    const statements = PolicyDocument.Statement as {
      Effect: string;
      Action: string | string[];
      Resource: unknown;
    }[];
    expect(statements.map(({ Effect }) => Effect)).toEqual(statements.map(() => "Allow"));
    expect(statements.flatMap(({ Action }) => Action).toSorted()).toEqual([
      "iam:PassRole",
      "lambda:InvokeFunction",
      "scheduler:CreateSchedule",
      "scheduler:DeleteSchedule",
      "scheduler:UpdateSchedule",
      "secretsmanager:GetSecretValue",
      "sns:Publish",
      "states:DescribeExecution",
      "states:SendTaskSuccess",
      "states:StartExecution",
      "states:StopExecution",
    ]);
    for (const { Resource } of statements) expect(JSON.stringify(Resource)).not.toBe('"*"');
    // Characters of a managed policy's document, white space aside. Source: IAM quotas.
    expect(JSON.stringify(PolicyDocument).length).toBeLessThan(6_144);
  });
});

describe("a state machine", () => {
  it.each(stateMachines.map((machine) => [machine.name, machine] as const))(
    "%s is deployed as the laptop runs it, save the ARNs",
    (name, machine) => {
      const [deployed] = Object.values(
        workflows.findResources("AWS::StepFunctions::StateMachine", {
          Properties: { StateMachineName: name },
        }),
      ) as Resource[];
      const { DefinitionString, DefinitionSubstitutions } = deployed?.Properties as {
        DefinitionString: string;
        DefinitionSubstitutions: Record<string, Parameters<typeof functionOf>[0]>;
      };
      const localArn = (functionName: string) =>
        `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`;
      const filled = DefinitionString.replaceAll(/\$\{(\w+)\}/g, (_, step: string) => {
        const name = functionOf(DefinitionSubstitutions[step] ?? {});
        expect(byName(name).id).toBeDefined();
        return localArn(name);
      });
      expect(JSON.parse(filled)).toEqual(JSON.parse(machine.definition(localArn)));
      expect(JSON.parse(filled).Comment).toContain(`sha256:${machine.hash}`);
    },
  );

  it("has a version that is published anew with each definition, and that no deployment deletes", () => {
    for (const { hash } of stateMachines) {
      const versions = workflows.findResources("AWS::StepFunctions::StateMachineVersion", {
        Properties: { Description: `sha256:${hash}` },
        DeletionPolicy: "Retain",
      });
      expect(Object.keys(versions)).toEqual([expect.stringContaining(hash.slice(0, 16))]);
    }
  });

  it("may call the functions that its text names, and none but these and the retired", () => {
    for (const spec of stateMachines) {
      const called = new Set(spec.retired);
      spec.definition((name) => {
        called.add(name);
        return name;
      });
      const found = workflows.findResources("AWS::StepFunctions::StateMachine", {
        Properties: { StateMachineName: spec.name },
      });
      const role = (Object.values(found) as Resource[])[0]?.Properties["RoleArn"]["Fn::GetAtt"][0] as string;
      const lines = allowedTo(role).filter((line) => line.startsWith("lambda:InvokeFunction on "));
      const arns = lines.flatMap((line) => JSON.parse(line.split(" on ")[1]!) as object);
      expect(arns.map(functionOf).toSorted(), spec.name).toEqual([...called].toSorted());
    }
  });

  it("may call the functions of retired steps, though its text does not", () => {
    const stack = new Stack(new App({ context, analyticsReporting: false }), "Retired");
    const localArn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
    const spec = stateMachines.find(({ name }) => name === "longhaul-data-import")!;
    const retired = ["longhaul-data-import-Gone"];
    new WorkflowMachine(stack, "Machine", { spec: { ...spec, retired }, arnOf: localArn });
    const template = Template.fromStack(stack);
    template.hasResourceProperties("AWS::IAM::Policy", {
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            ...{ Effect: "Allow", Action: "lambda:InvokeFunction" },
            Resource: ["Gone", "ProcessData", "SendNotification"].map((step) =>
              localArn(`longhaul-data-import-${step}`),
            ),
          },
        ]),
      },
    });
    const machines = template.findResources("AWS::StepFunctions::StateMachine");
    expect(JSON.stringify(machines)).not.toContain("Gone");
  });

  it("logs what happens, not what people put in, and is traced", () => {
    workflows.allResourcesProperties("AWS::StepFunctions::StateMachine", {
      StateMachineType: "STANDARD",
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: Match.objectLike({ Level: "ALL", IncludeExecutionData: false }),
    });
  });
});

describe("a function", () => {
  it("is deployed for each entry of the manifest, and for nothing else", () => {
    const deployed = Object.values(workflows.findResources("AWS::Lambda::Function")) as Resource[];
    expect(deployed.map(({ Properties }) => Properties["FunctionName"]).sort()).toEqual(
      functions.map(({ name }) => name).sort(),
    );
  });

  it.each(functions.map((spec) => [spec.name, spec] as const))("%s is as the manifest says", (name, spec) => {
    const { properties } = byName(name);
    expect(properties).toMatchObject({
      Runtime: "nodejs24.x",
      MemorySize: spec.memoryMb,
      Timeout: spec.timeoutSeconds,
      TracingConfig: { Mode: "Active" },
      Environment: { Variables: { ...spec.environment, NODE_ENV: "production" } },
    });
    expect(properties["ReservedConcurrentExecutions"] ?? null).toBe(spec.reservedConcurrency);
  });

  it("mails invitations each minute from the sender that the deployment names, and from no other identity", () => {
    const { id, properties } = byName("longhaul-invitations");
    expect(properties["Environment"].Variables).toMatchObject({ EMAIL_FROM: { Ref: "EmailFrom" } });
    const [may] = allowed("longhaul-invitations").filter((line) => line.startsWith("ses:"));
    expect(may).toContain(':identity/",{"Fn::Select":[1,{"Fn::Split":["@",{"Ref":"EmailFrom"}]}]}');
    workflows.hasResourceProperties("AWS::Events::Rule", {
      ScheduleExpression: "rate(1 minute)",
      Targets: [Match.objectLike({ Arn: { "Fn::GetAtt": [id, "Arn"] } })],
    });
  });

  it("has a log group of its own that expires", () => {
    for (const { name } of functions) {
      workflows.hasResourceProperties("AWS::Logs::LogGroup", {
        LogGroupName: `/aws/lambda/${name}`,
        RetentionInDays: 30,
      });
    }
  });

  it("has a role of its own, with no managed policy", () => {
    const roles = functions.map(({ name }) => byName(name).properties["Role"]["Fn::GetAtt"][0] as string);
    expect(new Set(roles).size).toBe(functions.length);
    for (const role of roles) {
      expect(resources(workflows)[role]?.Properties).not.toHaveProperty("ManagedPolicyArns");
    }
  });

  it("may do what its step declared, and no more", () => {
    const always = [
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments",
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetSecretValue",
    ];
    for (const { name, permissions, managesRuns } of functions) {
      const expected = new Set(always);
      if (permissions.includes("email")) expected.add("ses:SendEmail");
      if (permissions.includes("sms") || permissions.includes("push")) expected.add("sns:Publish");
      if (permissions.includes("models")) {
        expected.add("bedrock:InvokeModel").add("bedrock:InvokeModelWithResponseStream");
        expected.add("polly:SynthesizeSpeech");
      }
      if (permissions.includes("training")) {
        for (const action of ["Create", "Describe", "Stop"]) expected.add(`sagemaker:${action}TrainingJob`);
        for (const action of ["GetObject", "PutObject", "DeleteObject", "ListBucket"])
          expected.add(`s3:${action}`);
        expected.add("iam:PassRole");
      }
      if (["longhaul-status-changed", "longhaul-schedule-fired"].includes(name)) {
        for (const action of ["SendMessage", "GetQueueAttributes", "GetQueueUrl"])
          expected.add(`sqs:${action}`);
      }
      if (eventSources.some(({ target }) => target === name)) {
        for (const action of [
          "ChangeMessageVisibility",
          "DeleteMessage",
          "GetQueueAttributes",
          "GetQueueUrl",
          "ReceiveMessage",
        ])
          expected.add(`sqs:${action}`);
      }
      if (managesRuns) {
        for (const action of ["Start", "Describe", "Stop"]) expected.add(`states:${action}Execution`);
        expected.add("states:SendTaskSuccess").add("sns:Publish");
        expected.add("iam:PassRole").add("lambda:InvokeFunction");
        for (const action of ["Create", "Update", "Delete"]) expected.add(`scheduler:${action}Schedule`);
      }
      if (name === "longhaul-retention") {
        expected.add("states:ListStateMachineVersions").add("states:DeleteStateMachineVersion");
      }
      expect(actions(name), name).toEqual(expected);
    }
  });

  it("deletes versions of each of our machines, and of no other", () => {
    const lines = allowed("longhaul-retention").filter((line) =>
      line.startsWith("states:DeleteStateMachine"),
    );
    const machines = lines.flatMap((line) =>
      [...line.matchAll(/:stateMachine:([^"]+)"/g)].map(([, of]) => of),
    );
    expect(machines.toSorted()).toEqual(stateMachines.flatMap(({ name }) => [name, `${name}:*`]).toSorted());
  });

  it("reads only its own database role's secret, and storage's only with that permission", () => {
    for (const { name, permissions, databaseRole } of functions) {
      const text = allowed(name).find((line) => line.startsWith("secretsmanager:GetSecretValue")) ?? "";
      expect(text.includes("Refworker"), name).toBe(databaseRole === "worker");
      expect(text.includes("Refdispatcher"), name).toBe(databaseRole === "dispatcher");
      expect(text.includes("Refstorage"), name).toBe(permissions.includes("storage"));
      expect(text.includes("Refconnections"), name).toBe(permissions.includes("connections"));
    }
  });

  it("gets the keys that seal secrets of webhooks where it sends their messages, and nowhere else in the house", () => {
    const withKeys = functions
      .filter(({ databaseRole }) => databaseRole === "dispatcher")
      .map(({ name }) => name)
      .filter((name) => "CONNECTION_KEYS_SECRET" in byName(name).properties["Environment"].Variables);
    expect(withKeys).toEqual(["longhaul-webhooks"]);
  });

  it("starts anew when the deployment is told that a secret has changed, which it reads at its start only", () => {
    for (const { name } of functions) {
      const { Variables } = byName(name).properties["Environment"];
      expect(Variables, name).toHaveProperty("STARTED_ANEW", { Ref: "StartedAnew" });
    }
  });

  it("holds no secret in its configuration, only where to find it", () => {
    const text = JSON.stringify(workflows.toJSON());
    expect(text).not.toContain("{{resolve:");
    for (const { name } of functions) {
      const { Variables } = byName(name).properties["Environment"];
      expect(Object.keys(Variables)).not.toContain("DATABASE_URL");
      expect(Object.keys(Variables)).not.toContain("SUPABASE_SERVICE_ROLE_KEY");
      expect(Variables).toHaveProperty("LONGHAUL_SECRETS");
    }
  });
});

describe("what starts functions", () => {
  it("is the end of our executions, with a queue for what could not be handled", () => {
    workflows.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: {
        source: ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        detail: {
          status: ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
          stateMachineArn: [{ prefix: Match.anyValue() }],
        },
      },
      Targets: [
        {
          Arn: { "Fn::GetAtt": [byName("longhaul-status-changed").id, "Arn"] },
          DeadLetterConfig: { Arn: Match.anyValue() },
        },
      ],
    });
    workflows.hasResourceProperties("AWS::Lambda::EventInvokeConfig", {
      FunctionName: { Ref: byName("longhaul-status-changed").id },
      DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
    });
  });

  it("is the clock of schedules, with a queue for firings that could not be handled: nobody fires them again", () => {
    workflows.hasResourceProperties("AWS::Lambda::EventInvokeConfig", {
      FunctionName: { Ref: byName(schedules.target).id },
      DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
    });
    workflows.hasResourceProperties("AWS::CloudWatch::Alarm", {
      AlarmName: "longhaul-schedule-fired-dead-letters",
    });
  });

  it.each(rules.flatMap((rule) => ("everySeconds" in rule ? [rule] : [])))(
    "is the clock for $target, and a person hears where it fails each time",
    ({ target, everySeconds }) => {
      const [alarm] = Object.values(
        workflows.findResources("AWS::CloudWatch::Alarm", {
          Properties: {
            MetricName: "Errors",
            Dimensions: [{ Name: "FunctionName", Value: { Ref: byName(target).id } }],
          },
        }),
      ) as Resource[];
      expect(alarm?.Properties).toMatchObject({
        AlarmName: `${target}-failing`,
        Statistic: "Sum",
        Threshold: 1,
      });
      // A period in which it was not called counts as well.
      expect(alarm?.Properties["Period"]).toBeGreaterThanOrEqual(2 * everySeconds);
    },
  );

  it.each(rules.flatMap((rule) => ("everySeconds" in rule ? [rule] : [])))(
    "is the clock for $target, and a person hears where it does not call: Lambda counts nothing then",
    ({ target, everySeconds }) => {
      const alarms = Object.values(
        workflows.findResources("AWS::CloudWatch::Alarm", {
          Properties: { AlarmName: `${target}-not-called` },
        }),
      ) as Resource[];
      expect(alarms.map(({ Properties }) => Properties)).toMatchObject([
        {
          Namespace: "AWS/Lambda",
          MetricName: "Invocations",
          Dimensions: [{ Name: "FunctionName", Value: { Ref: byName(target).id } }],
          Statistic: "Sum",
          ComparisonOperator: "LessThanThreshold",
          Threshold: 1,
          TreatMissingData: "breaching",
        },
      ]);
      expect(alarms[0]?.Properties["Period"]).toBeGreaterThanOrEqual(2 * everySeconds);
    },
  );

  it("is the clock, every minute, for the reconciler", () => {
    workflows.hasResourceProperties("AWS::Events::Rule", {
      ScheduleExpression: "rate(1 minute)",
      Targets: [Match.objectLike({ Arn: { "Fn::GetAtt": [byName("longhaul-reconciler").id, "Arn"] } })],
    });
  });
});

describe("the queued lane", () => {
  const queueOf = (name: string) => {
    const found = Object.entries(resources(queuing)).find(
      ([, { Properties }]) => Properties?.["QueueName"] === name,
    );
    if (!found) throw new Error(`There is no queue ${name}.`);
    return { id: found[0], properties: found[1].Properties };
  };

  it.each(queues.map((spec) => [spec.name, spec] as const))("has %s as the manifest says", (name, spec) => {
    const { id, properties } = queueOf(name);
    const dead = queueOf(spec.deadLetters);
    expect(properties).toMatchObject({
      VisibilityTimeout: spec.visibilityTimeoutSeconds,
      SqsManagedSseEnabled: true,
      RedrivePolicy: {
        deadLetterTargetArn: { "Fn::GetAtt": [dead.id, "Arn"] },
        maxReceiveCount: spec.maxReceives,
      },
    });
    expect(dead.properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 1_209_600 });
    queuing.hasResourceProperties("AWS::SNS::Subscription", {
      Protocol: "sqs",
      Endpoint: { "Fn::GetAtt": [id, "Arn"] },
      RawMessageDelivery: true,
      FilterPolicy: spec.subscription.filter,
    });
  });

  it("lets nobody but the topic write into its queues, and nobody anything without TLS", () => {
    for (const { name } of queues) {
      const policies = queuing.findResources("AWS::SQS::QueuePolicy", {
        Properties: { Queues: [{ Ref: queueOf(name).id }] },
      });
      const [policy] = Object.values(policies) as Resource[];
      const statements = policy?.Properties["PolicyDocument"].Statement as Record<string, unknown>[];
      expect(statements).toHaveLength(2);
      expect(statements).toContainEqual(
        expect.objectContaining({
          Action: "sqs:SendMessage",
          Principal: { Service: "sns.amazonaws.com" },
          Condition: { ArnEquals: { "aws:SourceArn": { Ref: expect.stringContaining("longhaulruns") } } },
        }),
      );
      expect(statements).toContainEqual(
        expect.objectContaining({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
      );
    }
  });

  it.each(eventSources.map((source) => [source.queue, source] as const))(
    "starts a function with the messages of %s",
    (_queue, { target, batchSize, maxConcurrency }) => {
      workflows.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
        FunctionName: { Ref: byName(target).id },
        BatchSize: batchSize,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        ScalingConfig: { MaximumConcurrency: maxConcurrency },
      });
    },
  );

  it("tells a person of dead letters that come or stay, and of messages that are late", () => {
    const alarms = [queuing, workflows].flatMap((template) =>
      Object.values(template.findResources("AWS::CloudWatch::Alarm")),
    ) as Resource[];
    const names = alarms.map(({ Properties }) => Properties["AlarmName"] as string);
    for (const { name, deadLetters } of queues)
      expect(names).toEqual(expect.arrayContaining([`${name}-late`, deadLetters]));
    expect(names).toEqual(
      expect.arrayContaining([
        "longhaul-dead-letters-came",
        "longhaul-status-changed-dead-letters",
        "longhaul-invitations-failing",
      ]),
    );
    for (const { Properties } of alarms) {
      expect(Properties["AlarmActions"]).toHaveLength(1);
      expect(Properties["AlarmDescription"]).not.toBe("");
    }
  });
});

describe("an alarm on dead letters that stay", () => {
  const alarmOf = (name: string) =>
    [queuing, workflows]
      .flatMap((template) => Object.values(template.findResources("AWS::CloudWatch::Alarm")) as Resource[])
      .find(({ Properties }) => Properties["AlarmName"] === name)?.Properties;

  it.each(queues.map(({ deadLetters }) => deadLetters))(
    "counts in %s those that its function holds, too: one that it fails at is never visible for long",
    (name) => {
      const alarm = alarmOf(name);
      const metrics = alarm?.["Metrics"] as {
        Expression?: string;
        MetricStat?: { Metric: { MetricName: string } };
      }[];
      expect(
        metrics
          .map(({ MetricStat }) => MetricStat?.Metric.MetricName)
          .filter(Boolean)
          .toSorted(),
      ).toEqual(["ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesVisible"]);
      expect(metrics.flatMap(({ Expression = [] }) => Expression)).toEqual(["visible + held"]);
      // One that the function has handled is gone by then.
      expect(alarm).toMatchObject({ Threshold: 1, EvaluationPeriods: 3 });
    },
  );

  it("rings at once for a queue that nobody empties", () => {
    expect(alarmOf("longhaul-schedule-fired-dead-letters")).toMatchObject({
      MetricName: "ApproximateNumberOfMessagesVisible",
      EvaluationPeriods: 1,
    });
  });
});

describe("the topic of alarms", () => {
  it("lets CloudWatch publish our alarms, which a policy of its own takes from every other service", () => {
    const [policy] = Object.values(
      queuing.findResources("AWS::SNS::TopicPolicy", {
        Properties: { Topics: [{ Ref: Match.stringLikeRegexp("^AlarmsTopic") }] },
      }),
    ) as Resource[];
    const statements = policy?.Properties["PolicyDocument"].Statement as Record<string, unknown>[];
    expect(statements.filter(({ Effect }) => Effect === "Allow")).toMatchObject([
      {
        Effect: "Allow",
        Action: "sns:Publish",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Resource: { Ref: expect.stringMatching(/^AlarmsTopic/) },
        Condition: {
          StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } },
          ArnLike: { "aws:SourceArn": expect.objectContaining({ "Fn::Join": expect.anything() }) },
        },
      },
    ]);
    expect(JSON.stringify(statements)).toContain(':alarm:longhaul-*"');
  });
});

describe("secrets", () => {
  it("outlive their stack, and have no value in a template", () => {
    secrets.allResources("AWS::SecretsManager::Secret", { DeletionPolicy: "Retain" });
    for (const { Properties } of Object.values(resources(secrets))) {
      expect(Object.keys(Properties)).not.toContain("SecretString");
    }
    expect(synthesised.app.node.findChild("LonghaulSecrets")).toMatchObject({ terminationProtection: true });
  });
});

/** Of the workflows, data-import stands for all: what is each one's own has the tests above. */
function isShown(id: string): boolean {
  const others = stateMachines.filter(({ workflow }) => workflow !== "data-import");
  return !others.some(({ name }) => id.startsWith(name.replaceAll("-", "")));
}

/** A text that CloudFormation puts together, on one line. */
function joined(value: unknown): unknown {
  const join = typeof value === "object" && value !== null && Reflect.get(value, "Fn::Join");
  if (!join) return value;
  const [separator, parts] = join as [string, unknown[]];
  if (!Array.isArray(parts)) return value;
  return parts
    .map((part) => {
      if (typeof part === "string") return part;
      const [[kind, what] = []] = Object.entries(part as object);
      return `\${${kind === "Ref" ? what : JSON.stringify(part)}}`;
    })
    .join(separator);
}

/** The length of a value in a template; what is known when it is deployed only counts as much as an ARN may. */
function lengthOf(value: unknown, known: Readonly<Record<string, string>>): number {
  if (typeof value === "string") return value.length;
  const { Ref, "Fn::Join": join } = value as { Ref?: string; "Fn::Join"?: [string, unknown[]] };
  if (join) return join[1].reduce<number>((sum, part) => sum + lengthOf(part, known) + join[0].length, 0);
  return known[Ref ?? ""]?.length ?? 120;
}

describe("the templates", () => {
  it("are refused for their number of resources, which the synthesis sees, before they are too long for CloudFormation", () => {
    const { byteLength } = readFileSync(path.join(synthesised.outdir, "LonghaulWorkflows.template.json"));
    const mostResources = 500;
    const mostBytes = 1_000_000;
    expect((byteLength / Object.keys(resources(workflows)).length) * mostResources).toBeLessThan(mostBytes);
  });

  it("leave room for the variables of each function", () => {
    const mostBytes = 4_096;
    const longest = {
      "AWS::Partition": "aws-us-gov",
      "AWS::Region": "ap-southeast-4",
      "AWS::AccountId": "0".repeat(12),
    };
    for (const { name } of functions) {
      const { Variables } = byName(name).properties["Environment"] as { Variables: Record<string, unknown> };
      const sizes = Object.entries(Variables).map(([key, value]) => key.length + lengthOf(value, longest));
      expect(
        sizes.reduce((sum, size) => sum + size, 0),
        name,
      ).toBeLessThan(mostBytes);
    }
  });

  it("are those that were reviewed", () => {
    const shown = (template: Template) => ({
      ...template.toJSON(),
      Resources: Object.fromEntries(Object.entries(resources(template)).filter(([id]) => isShown(id))),
    });
    const reviewed = (template: Template) =>
      JSON.parse(
        JSON.stringify(shown(template))
          .replaceAll(/[0-9a-f]{64}\.zip/g, "asset.zip")
          // A new definition has a test of its own, above; it is no change of the infrastructure.
          .replaceAll(/sha256:[0-9a-f]{64}/g, "sha256")
          .replaceAll(/Version[0-9a-f]{16}[0-9A-F]{8}/g, "Version"),
        (key, value) => (key === "DefinitionString" ? "the machine's template" : joined(value)),
      );
    expect(reviewed(secrets)).toMatchSnapshot("LonghaulSecrets");
    expect(reviewed(queuing)).toMatchSnapshot("LonghaulQueues");
    expect(reviewed(workflows)).toMatchSnapshot("LonghaulWorkflows");
  });
});
