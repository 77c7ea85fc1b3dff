import { capitalized } from "../capitals.js";
import { randomUUID } from "node:crypto";
import { AwsError } from "../aws-error.js";
import type { TaskAnswer } from "../core/turn.js";
import { TaskFailure } from "../ports.js";

/** Names under which the optimised integrations report errors, with the service's name in their causes (as recorded on AWS). */
const OPTIMISED: Record<string, { prefix: string; service: string }> = {
  dynamodb: { prefix: "DynamoDB", service: "AmazonDynamoDBv2" },
  events: { prefix: "EventBridge", service: "AmazonCloudWatchEvents" },
  sns: { prefix: "SNS", service: "AmazonSNS" },
  sqs: { prefix: "SQS", service: "AmazonSQS" },
  states: { prefix: "StepFunctions", service: "AWSStepFunctions" },
};

/** Names that the AWS SDK for Java gives services whose names are not one word with a capital. */
const SDK_NAMES: Record<string, string> = {
  apigateway: "ApiGateway",
  cloudwatch: "CloudWatch",
  cloudwatchlogs: "CloudWatchLogs",
  dynamodb: "DynamoDb",
  eventbridge: "EventBridge",
  secretsmanager: "SecretsManager",
  stepfunctions: "Sfn",
};

function withException(code: string): string {
  return code.endsWith("Exception") ? code : `${code}Exception`;
}

/** The failure of an optimised integration whose service has answered with an error. */
export function serviceFailure(service: string, error: unknown): TaskAnswer {
  const { prefix, service: name } = OPTIMISED[service] ?? {
    prefix: capitalized(service),
    service: capitalized(service),
  };
  if (!(error instanceof AwsError)) return noAnswer(prefix, error);
  const { code, message, statusCode } = error;
  const details = `(Service: ${name}; Status Code: ${statusCode}; Error Code: ${code}; Request ID: ${randomUUID()}; Proxy: null)`;
  return { kind: "failed", error: `${prefix}.${withException(code)}`, cause: `${message} ${details}` };
}

/** The failure of an `aws-sdk:` integration whose service has answered with an error. */
export function sdkFailure(service: string, error: unknown): TaskAnswer {
  const bare = service.slice("aws-sdk:".length);
  const name = SDK_NAMES[bare] ?? capitalized(bare);
  if (!(error instanceof AwsError)) return noAnswer(name, error);
  const { code, message, statusCode } = error;
  const details = `(Service: ${name}, Status Code: ${statusCode}, Request ID: ${randomUUID()}) (SDK Attempt Count: 1)`;
  return { kind: "failed", error: `${name}.${withException(code)}`, cause: `${message} ${details}` };
}

function noAnswer(prefix: string, error: unknown): TaskAnswer {
  const cause = error instanceof Error ? error.message : String(error);
  return { kind: "failed", error: `${prefix}.SdkClientException`, cause };
}

/** The failure of a call that no invoker is registered for. */
export function unregistered(resource: string, service: string, action: string): TaskFailure {
  const bare = service.startsWith("aws-sdk:") ? service.slice("aws-sdk:".length) : service;
  const known = service.startsWith("aws-sdk:") ? SDK_NAMES[bare] : OPTIMISED[service]?.prefix;
  return new TaskFailure(
    `${known ?? capitalized(bare)}.SdkClientException`,
    `Unable to execute the call ${resource}: nothing answers for this service here. Register an invoker: services: { "${service}:${action}": async (call) => ... }`,
  );
}
