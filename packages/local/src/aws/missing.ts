import { AwsError } from "@longhaul/stepfunctions";
import type { Route } from "./route.js";

const restOperations: readonly (readonly [method: string, path: RegExp, operation: string])[] = [
  ["POST", /^\/2015-03-31\/functions$/, "CreateFunction"],
  ["DELETE", /^\/2015-03-31\/functions\/[^/]+$/, "DeleteFunction"],
  ["PUT", /^\/2015-03-31\/functions\/[^/]+\/code$/, "UpdateFunctionCode"],
  ["PUT", /^\/2015-03-31\/functions\/[^/]+\/configuration$/, "UpdateFunctionConfiguration"],
  ["POST", /^\/2015-03-31\/functions\/[^/]+\/versions$/, "PublishVersion"],
  ["GET", /^\/2015-03-31\/functions\/[^/]+\/versions$/, "ListVersionsByFunction"],
  ["POST", /^\/2015-03-31\/functions\/[^/]+\/aliases$/, "CreateAlias"],
  ["GET", /^\/2015-03-31\/functions\/[^/]+\/aliases$/, "ListAliases"],
  ["POST", /^\/2015-03-31\/functions\/[^/]+\/policy$/, "AddPermission"],
  ["GET", /^\/2015-03-31\/functions\/[^/]+\/policy$/, "GetPolicy"],
  ["POST", /^\/2021-11-15\/functions\/[^/]+\/response-streaming-invocations$/, "InvokeWithResponseStream"],
  ["POST", /^\/v2\/email\/outbound-bulk-emails$/, "SendBulkEmail"],
  ["POST", /^\/v2\/email\/identities$/, "CreateEmailIdentity"],
  ["GET", /^\/v2\/email\/identities$/, "ListEmailIdentities"],
  ["POST", /^\/v2\/email\/templates$/, "CreateEmailTemplate"],
  ["GET", /^\/v2\/email\/account$/, "GetAccount"],
];

const there = new Map<string, string>(
  Object.entries({
    events: "PutEvents and ListRules",
    lambda: "Invoke, GetFunction, GetFunctionConfiguration, ListFunctions and event source mappings of SQS",
    scheduler: "schedules and schedule groups, with functions as targets; no tags",
    secretsmanager:
      "secrets, their versions and stages, and rotation by a function; no tags operations, policies or replicas",
    sagemaker: "CreateTrainingJob, DescribeTrainingJob, ListTrainingJobs and StopTrainingJob",
    ses: "SendEmail",
    sns: "Publish, PublishBatch, topics, their tags and subscriptions",
    sqs: "standard queues, messages, tags and message move tasks, in the JSON protocol",
  }),
);

/** What a REST request is called in the service's API reference; its method and path where that is not known. */
export function restOperation(method: string, path: string): string {
  const tidy = path.replace(/\/+$/, "");
  return (
    restOperations.find(([verb, pattern]) => verb === method && pattern.test(tidy))?.[2] ??
    `${method} ${path}`
  );
}

/** The error for an operation that the local cloud does not have: it names it, and what is there. */
export function missing(route: Route, operation: string): AwsError {
  const has = there.get(route.service);
  const message = has
    ? `The local cloud does not have ${route.title} ${operation}. Of ${route.title} it has ${has}.`
    : `The local cloud does not have ${route.title} (${operation}). It has Step Functions, Lambda, EventBridge, Scheduler, S3, Secrets Manager, SageMaker, SES, SNS and SQS.`;
  if (route.protocol === "query") return new AwsError("InvalidAction", message);
  if (route.protocol === "rest-xml") return new AwsError("NotImplemented", message, 501);
  return new AwsError("UnknownOperationException", message, route.protocol === "json" ? 400 : 404);
}
