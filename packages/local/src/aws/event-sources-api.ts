import type { EventSources } from "../lambda/event-sources.js";
import { type Mapping, refused } from "../lambda/mapping.js";
import { json, type Reply } from "./reply.js";

export interface EventSourcesRequest {
  readonly method: string;
  /** Decoded segments after /2015-03-31/event-source-mappings. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  /** The body. @throws AwsError when it is no JSON object */
  readonly input: () => Record<string, unknown>;
}

const maxPage = 100;

/** Lambda's operations on event source mappings; null when the request is for another one. */
export async function handleEventSources(
  { method, segments: [uuid, ...deeper], query, input }: EventSourcesRequest,
  sources: EventSources,
): Promise<Reply | null> {
  if (deeper.length > 0) return null;
  if (uuid === undefined) {
    if (method === "GET") return list(query, sources);
    return method === "POST" ? create(input(), sources) : null;
  }
  const mapping = sources.get(uuid);
  switch (method) {
    case "GET":
      return json(shown(mapping, sources));
    case "PUT":
      return json(shown(await sources.update(mapping, input()), sources), 202);
    case "DELETE":
      // Its last batch may still be under way.
      void sources.remove(mapping);
      return json({ ...shown(mapping, sources), State: "Deleting" }, 202);
    default:
      return null;
  }
}

async function create(input: Record<string, unknown>, sources: EventSources): Promise<Reply> {
  const { EventSourceArn: queueArn, FunctionName: functionName } = input;
  if (typeof functionName !== "string") throw refused("FunctionName is missing.");
  if (typeof queueArn !== "string" || !/^arn:aws[a-z-]*:sqs:/.test(queueArn))
    throw refused("Unrecognized event source, must be an SQS queue: the local cloud has no others.");
  return json(shown(await sources.create(queueArn, functionName, input), sources), 202);
}

function list(query: URLSearchParams, sources: EventSources): Reply {
  const arn = query.get("EventSourceArn");
  const name = query.get("FunctionName");
  const marker = query.get("Marker") ?? "";
  const size = Number(query.get("MaxItems") ?? maxPage);
  if (!Number.isInteger(size) || size < 1 || size > 10_000)
    throw refused("MaxItems must be a whole number from 1 to 10000.");
  const all = sources
    .list()
    .filter((one) => arn === null || one.queueArn === arn)
    .filter((one) => name === null || name === one.functionName || name === sources.functionArn(one))
    .filter(({ uuid }) => uuid > marker)
    .toSorted((a, b) => (a.uuid < b.uuid ? -1 : 1));
  const page = all.slice(0, Math.min(size, maxPage));
  const next = page.length < all.length ? { NextMarker: page.at(-1)?.uuid } : {};
  return json({ EventSourceMappings: page.map((one) => shown(one, sources)), ...next });
}

function shown(mapping: Mapping, sources: EventSources): object {
  return {
    UUID: mapping.uuid,
    EventSourceArn: mapping.queueArn,
    FunctionArn: sources.functionArn(mapping),
    BatchSize: mapping.batchSize,
    MaximumBatchingWindowInSeconds: mapping.windowSeconds,
    FunctionResponseTypes: mapping.reportsItemFailures ? ["ReportBatchItemFailures"] : [],
    ...(mapping.maxConcurrency !== null && { ScalingConfig: { MaximumConcurrency: mapping.maxConcurrency } }),
    LastModified: mapping.modified,
    State: mapping.enabled ? "Enabled" : "Disabled",
    StateTransitionReason: "USER_INITIATED",
  };
}
