import type { EventSourceSpec } from "@longhaul/functions/manifest";
import { AwsError } from "@longhaul/stepfunctions";
import { z } from "zod";

/** A queue whose messages start a function. */
export interface Mapping {
  readonly uuid: string;
  readonly queueArn: string;
  readonly functionName: string;
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly maxConcurrency: number | null;
  /** Whether the function says which messages of a batch it could not handle. */
  readonly reportsItemFailures: boolean;
  /** Seconds since 1970. */
  readonly modified: number;
}

export type MappingSettings = Omit<Mapping, "uuid" | "queueArn" | "functionName" | "modified">;

const standardBatchSize = 10;
const standard: MappingSettings = {
  enabled: true,
  batchSize: standardBatchSize,
  windowSeconds: 0,
  maxConcurrency: null,
  reportsItemFailures: false,
};

const settingsSchema = z.object({
  Enabled: z.boolean().nullish(),
  BatchSize: z.int().min(1).max(10_000).nullish(),
  MaximumBatchingWindowInSeconds: z.int().min(0).max(300).nullish(),
  FunctionResponseTypes: z.array(z.literal("ReportBatchItemFailures")).max(1).nullish(),
  ScalingConfig: z.object({ MaximumConcurrency: z.int().min(2).max(1_000).nullish() }).nullish(),
});
const known = new Set(["EventSourceArn", "FunctionName", ...Object.keys(settingsSchema.shape)]);

/**
 * The settings that a client gives, over those that are there.
 *
 * @throws AwsError InvalidParameterValueException, also for settings that the local cloud does not have
 */
export function settingsOf(input: Record<string, unknown>, present = standard): MappingSettings {
  const unknown = Object.keys(input).find(
    (name) => !known.has(name) && input[name] != null && !isEmpty(input[name]),
  );
  if (unknown !== undefined)
    throw refused(`The local cloud's event source mappings do not have ${unknown.slice(0, 100)}.`);
  const parsed = settingsSchema.safeParse(input);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refused(`${issue?.path.join(".")}: ${issue?.message}.`);
  }
  const { Enabled, BatchSize, MaximumBatchingWindowInSeconds, FunctionResponseTypes, ScalingConfig } =
    parsed.data;
  const settings = {
    enabled: Enabled ?? present.enabled,
    batchSize: BatchSize ?? present.batchSize,
    windowSeconds: MaximumBatchingWindowInSeconds ?? present.windowSeconds,
    reportsItemFailures: FunctionResponseTypes
      ? FunctionResponseTypes.length > 0
      : present.reportsItemFailures,
    maxConcurrency: ScalingConfig ? (ScalingConfig.MaximumConcurrency ?? null) : present.maxConcurrency,
  };
  if (settings.batchSize > standardBatchSize && settings.windowSeconds === 0)
    throw refused(
      "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
    );
  return settings;
}

/** What the manifest says of an event source. */
export function settingsOfSpec({
  batchSize,
  windowSeconds,
  maxConcurrency,
}: EventSourceSpec): MappingSettings {
  return { enabled: true, batchSize, windowSeconds, maxConcurrency, reportsItemFailures: true };
}

export function refused(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
