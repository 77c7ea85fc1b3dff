import type { IncomingHttpHeaders } from "node:http";
import { hostedBucket } from "../s3/request.js";

/** How a service writes requests and errors on the wire. */
export type Protocol = "json" | "query" | "rest-json" | "rest-xml";

export interface Route {
  /** The name in the credential scope: states, events, lambda, ses, sns... */
  readonly service: string;
  /** As AWS documents it, e.g. "Step Functions". */
  readonly title: string;
  readonly protocol: Protocol;
  /** Known before the body is read only in the JSON protocol. */
  readonly operation: string | null;
  /** The region that the request was signed for, where it was signed. */
  readonly region: string | null;
}

const titles = new Map(
  Object.entries({
    states: "Step Functions",
    events: "EventBridge",
    lambda: "Lambda",
    ses: "SES",
    sns: "SNS",
    sqs: "SQS",
    s3: "S3",
    sts: "STS",
    iam: "IAM",
    dynamodb: "DynamoDB",
    scheduler: "EventBridge Scheduler",
    secretsmanager: "Secrets Manager",
    logs: "CloudWatch Logs",
    monitoring: "CloudWatch",
    cloudformation: "CloudFormation",
    sagemaker: "SageMaker",
    bedrock: "Bedrock",
  }),
);

const targets = new Map(
  Object.entries({
    AWSStepFunctions: "states",
    AWSEvents: "events",
    AmazonSQS: "sqs",
    AmazonSNS: "sns",
    secretsmanager: "secretsmanager",
    SageMaker: "sagemaker",
  }),
);

const paths: readonly (readonly [prefix: string, service: string])[] = [
  ["/2015-03-31/functions", "lambda"],
  ["/2015-03-31/", "lambda"],
  ["/v2/email/", "ses"],
];

/**
 * Finds the service that a request is for, as AWS's own front doors tell them apart: by the target
 * header, by the service in the signature's credential scope (in a presigned URL too), by the path or host.
 * Source: the AWS JSON, Query and REST protocols of the Smithy specification; Signature Version 4.
 */
export function route(
  method: string,
  path: string,
  headers: IncomingHttpHeaders,
  query = new URLSearchParams(),
): Route {
  const scope = credentialScope(headers.authorization) ?? presignedScope(query);
  const target = header(headers, "x-amz-target");
  if (target !== null) {
    const [prefix = "", operation = ""] = splitTarget(target);
    const service = targets.get(prefix) ?? scope?.service ?? prefix;
    return {
      service,
      title: titles.get(service) ?? service,
      protocol: "json",
      operation,
      region: regionOf(scope),
    };
  }
  const byPath = paths.find(([prefix]) => path.startsWith(prefix))?.[1];
  const hosted = hostedBucket(headers.host ?? "") === null ? undefined : "s3";
  const service = scope?.service ?? byPath ?? hosted ?? (isForm(method, headers) ? "sns" : "");
  const title = titles.get(service) ?? (service || "unknown service");
  return {
    service,
    title,
    protocol: protocolOf(service, method, headers),
    operation: null,
    region: regionOf(scope),
  };
}

/** "AWSStepFunctions.StartExecution" and "DynamoDB_20120810.Query" both name their service before the dot. */
function splitTarget(target: string): [string, string] {
  const dot = target.lastIndexOf(".");
  return dot < 0 ? [target, ""] : [target.slice(0, dot), target.slice(dot + 1)];
}

function protocolOf(service: string, method: string, headers: IncomingHttpHeaders): Protocol {
  if (service === "s3") return "rest-xml";
  if (service !== "lambda" && service !== "ses" && isForm(method, headers)) return "query";
  return "rest-json";
}

function isForm(method: string, headers: IncomingHttpHeaders): boolean {
  return method === "POST" && (headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded");
}

interface Scope {
  readonly region: string | null;
  readonly service: string;
}

/** Reads `Credential=<key>/<date>/<region>/<service>/aws4_request` of a Signature Version 4 header. */
function credentialScope(authorization: string | undefined): Scope | null {
  const match =
    /^AWS4-[A-Z0-9-]+\s+Credential=[^/,\s]+\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request/.exec(
      authorization ?? "",
    );
  return match ? { region: match[1] as string, service: match[2] as string } : null;
}

/** The scope of a URL that was signed for others to use; S3 still takes those of Signature Version 2, which name none. */
function presignedScope(query: URLSearchParams): Scope | null {
  const [, , region, service] = (query.get("X-Amz-Credential") ?? "").split("/");
  if (region && service) return { region, service };
  return query.has("AWSAccessKeyId") && query.has("Signature") ? { region: null, service: "s3" } : null;
}

function regionOf(scope: Scope | null): string | null {
  return scope?.region ?? null;
}

function header(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === "string" && value !== "" ? value : null;
}
