import { createHash } from "node:crypto";
import type { FunctionSpec } from "@longhaul/functions/manifest";
import { checkPayload, maxEventBytes, maxRequestBytes } from "../lambda/payloads.js";
import type { Lambda } from "../lambda/service.js";
import { AwsError } from "@longhaul/stepfunctions";
import { json, type Reply } from "./reply.js";

export interface LambdaRequest {
  readonly method: string;
  /** Decoded segments after /2015-03-31/functions. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | null;
  readonly body: Buffer;
}

/** Lambda's REST operations that the local cloud has; null when the request is for another one. */
export async function handleLambda(request: LambdaRequest, lambda: Lambda): Promise<Reply | null> {
  const [name, resource, ...rest] = request.segments;
  const shape = `${request.method} ${rest.length > 0 ? "deeper" : (resource ?? (name === undefined ? "" : "name"))}`;
  if (shape === "GET ") return listFunctions(request, lambda);
  if (name === undefined) return null;
  const qualifier = request.query.get("Qualifier");
  if (shape === "POST invocations") return invoke(name, qualifier, request, lambda);
  if (shape === "GET configuration") return json(configuration(lambda.find(name, qualifier), lambda));
  if (shape !== "GET name") return null;
  const spec = lambda.find(name, qualifier);
  return json({
    Configuration: configuration(spec, lambda),
    Code: { RepositoryType: "local", Location: spec.entry.href },
    Tags: {},
  });
}

async function invoke(
  name: string,
  qualifier: string | null,
  request: LambdaRequest,
  lambda: Lambda,
): Promise<Reply> {
  const type = request.header("x-amz-invocation-type") ?? "RequestResponse";
  const payload = request.body.length === 0 ? "{}" : request.body.toString("utf8");
  const call = { functionName: name, qualifier, payload };
  lambda.find(name, qualifier);
  checkPayload(payload, type === "Event" ? maxEventBytes : maxRequestBytes);
  if (type === "Event") {
    lambda.invokeLater(call);
    return { status: 202, body: "" };
  }
  if (type === "DryRun") {
    lambda.find(name, qualifier);
    return { status: 204, body: "" };
  }
  if (type !== "RequestResponse") {
    throw new AwsError(
      "InvalidParameterValueException",
      `${JSON.stringify(type)} is not an invocation type.`,
    );
  }
  const result = await lambda.invoke(call);
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "x-amz-executed-version": result.executedVersion,
  };
  if (result.functionError !== undefined) headers["x-amz-function-error"] = result.functionError;
  if (request.header("x-amz-log-type") === "Tail") headers["x-amz-log-result"] = result.logTail();
  return { status: 200, headers, body: result.payload };
}

const maxPage = 50;

function listFunctions({ query }: LambdaRequest, lambda: Lambda): Reply {
  const size = Number(query.get("MaxItems") ?? maxPage);
  if (!Number.isInteger(size) || size < 1 || size > 10_000) {
    throw new AwsError("InvalidParameterValueException", "MaxItems must be a whole number from 1 to 10000.");
  }
  const all = lambda.list().toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const marker = query.get("Marker");
  const start = marker === null ? 0 : all.findIndex((spec) => spec.name === marker) + 1;
  if (marker !== null && start === 0)
    throw new AwsError("InvalidParameterValueException", "Marker is not valid.");
  const page = all.slice(start, start + Math.min(size, maxPage));
  const more = start + page.length < all.length;
  return json({
    Functions: page.map((spec) => configuration(spec, lambda)),
    ...(more ? { NextMarker: page.at(-1)?.name } : {}),
  });
}

function configuration(spec: FunctionSpec, lambda: Lambda): Record<string, unknown> {
  return {
    FunctionName: spec.name,
    FunctionArn: lambda.arn(spec.name),
    Runtime: `nodejs${process.versions.node.split(".")[0]}.x`,
    Role: "arn:aws:iam::000000000000:role/local",
    Handler: "index.handler",
    CodeSize: 0,
    CodeSha256: createHash("sha256").update(spec.entry.href).digest("base64"),
    Timeout: spec.timeoutSeconds,
    MemorySize: spec.memoryMb,
    Version: "$LATEST",
    PackageType: "Zip",
    Architectures: [process.arch === "arm64" ? "arm64" : "x86_64"],
    Environment: { Variables: spec.environment },
    State: "Active",
    LastUpdateStatus: "Successful",
  };
}
