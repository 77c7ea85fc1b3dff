import { z } from "zod";
import type { Account } from "../lambda/names.js";
import type { Logger } from "../log.js";
import { AwsError } from "@longhaul/stepfunctions";
import { type EventBus, ruleArn } from "./event-bus.js";

const maxEntries = 10;
const maxEntryBytes = 1_048_576;

const entrySchema = z.object({
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().optional(),
  Resources: z.array(z.string()).optional(),
  /** Seconds since 1970. */
  Time: z.number().min(0).max(253_402_300_799).optional(),
});
type Entry = z.infer<typeof entrySchema>;
const putEventsSchema = z.object({ Entries: z.array(entrySchema).min(1).max(maxEntries) });

type EntryResult = { EventId: string } | { ErrorCode: string; ErrorMessage: string };

export interface EventsApi extends Account {
  readonly bus: EventBus;
  readonly logger: Logger;
}

/** The operations of EventBridge that the local cloud has, each from parsed JSON to JSON. */
export const eventsOperations: Record<string, (request: unknown, api: EventsApi) => unknown> = {
  PutEvents(request, api) {
    const parsed = putEventsSchema.safeParse(request);
    if (!parsed.success) {
      throw new AwsError("ValidationException", `Entries must be a list of 1 to ${maxEntries} events.`);
    }
    const results = parsed.data.Entries.map((entry) => putEntry(entry, api));
    const failed = results.filter((result) => "ErrorCode" in result).length;
    return { FailedEntryCount: failed, Entries: results };
  },
  ListRules(_request, api) {
    const rules = api.bus.rules().map((rule) => ({
      Name: rule.name,
      Arn: ruleArn(api, rule.name),
      Description: rule.description,
      State: "ENABLED",
      EventBusName: "default",
      ...("pattern" in rule
        ? { EventPattern: JSON.stringify(rule.pattern) }
        : { ScheduleExpression: rate(rule.everySeconds) }),
    }));
    return { Rules: rules };
  },
};

/** As on AWS, a wrong entry fails alone, and the targets run after the answer. */
function putEntry(entry: Entry, { bus, logger, region, accountId }: EventsApi): EntryResult {
  const { Source: source, DetailType: type, Detail: text, EventBusName: name = "default" } = entry;
  if (!source)
    return refused(
      "InvalidArgument",
      "Parameter Source is not valid. Reason: Source is a required argument.",
    );
  if (!type)
    return refused(
      "InvalidArgument",
      "Parameter DetailType is not valid. Reason: DetailType is a required argument.",
    );
  if (source.startsWith("aws."))
    return refused("NotAuthorizedForSourceException", "Not authorized for the source.");
  if (name !== "default" && name !== `arn:aws:events:${region}:${accountId}:event-bus/default`) {
    return refused(
      "ResourceNotFoundException",
      `Event bus ${name} does not exist: the local cloud has the default one.`,
    );
  }
  if (Buffer.byteLength(text ?? "") > maxEntryBytes)
    return refused("InvalidArgument", "The entry is larger than 1 MB.");
  const detail = parseDetail(text);
  if (detail === null) return refused("MalformedDetail", "Detail is malformed.");
  const time = entry.Time === undefined ? {} : { time: new Date(entry.Time * 1000).toISOString() };
  const { id, delivered } = bus.put({
    source,
    "detail-type": type,
    detail,
    resources: entry.Resources ?? [],
    ...time,
  });
  delivered.catch((error: unknown) => logger.warn("An event did not reach every target.", { source, error }));
  return { EventId: id };
}

function parseDetail(text: string | undefined): Record<string, unknown> | null {
  try {
    const detail: unknown = JSON.parse(text ?? "");
    const isObject = typeof detail === "object" && detail !== null && !Array.isArray(detail);
    return isObject ? (detail as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function refused(code: string, message: string): EntryResult {
  return { ErrorCode: code, ErrorMessage: message };
}

function rate(seconds: number): string {
  const minutes = seconds / 60;
  return minutes === 1 ? "rate(1 minute)" : `rate(${minutes} minutes)`;
}
