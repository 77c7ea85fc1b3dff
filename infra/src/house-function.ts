import type { FunctionSpec } from "@longhaul/functions/manifest";
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.js";
import { moduleOf } from "./bundle.js";

export const logRetention = RetentionDays.ONE_MONTH;

export interface HouseFunctionProps {
  readonly spec: FunctionSpec;
  /** The folder that bundle() has filled. */
  readonly code: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Read at the start of each instance into its environment. */
  readonly secrets: readonly ISecret[];
}

/**
 * A Lambda function as the house has them: its own role, which may write to its own log group, send
 * traces and read its own secrets, and nothing else until it is granted; logs that expire; X-Ray.
 */
export class HouseFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: HouseFunctionProps) {
    super(scope, id);
    const { spec, secrets } = props;
    const logGroup = new LogGroup(this, "Logs", {
      logGroupName: `/aws/lambda/${spec.name}`,
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    logGroup.grantWrite(this.role);
    for (const secret of secrets) secret.grantRead(this.role);
    this.function = new LambdaFunction(this, "Function", {
      functionName: spec.name,
      runtime: Runtime.NODEJS_24_X,
      // Of the programs that the bundle carries: those of the computer that made it (carried.ts).
      architecture: process.arch === "arm64" ? Architecture.ARM_64 : Architecture.X86_64,
      code: Code.fromAsset(props.code),
      handler: `${moduleOf(spec.entry)}.handler`,
      memorySize: spec.memoryMb,
      timeout: Duration.seconds(spec.timeoutSeconds),
      tracing: Tracing.ACTIVE,
      role: this.role,
      logGroup,
      environment: {
        ...spec.environment,
        ...props.environment,
        NODE_ENV: "production",
        NODE_OPTIONS: "--enable-source-maps",
        ...(secrets.length > 0 && { LONGHAUL_SECRETS: secrets.map((secret) => secret.secretArn).join(",") }),
      },
      ...(spec.reservedConcurrency !== null && { reservedConcurrentExecutions: spec.reservedConcurrency }),
    });
    acknowledge(this.role, {
      "AwsSolutions-IAM5[Resource::*]": "xray:PutTraceSegments and PutTelemetryRecords take no resource.",
    });
  }
}
