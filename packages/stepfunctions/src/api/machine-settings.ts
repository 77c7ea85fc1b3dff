import { AwsError } from "../aws-error.js";
import { isObject } from "../json.js";
import { invalid } from "./errors.js";
import type { Request } from "./request.js";

const LEVELS = ["OFF", "ALL", "ERROR", "FATAL"] as const;
const NO_LOGGING = { level: "OFF", includeExecutionData: false };
const NO_TRACING = { enabled: false };

/** What a machine has besides its definition, as DescribeStateMachine shows it. */
export interface Settings {
  loggingConfiguration?: unknown;
  tracingConfiguration?: unknown;
}

/** The settings in a request: those that are there. @throws AwsError InvalidLoggingConfiguration, InvalidTracingConfiguration */
export function readSettings(request: Request): Settings {
  const logging = request.part("loggingConfiguration");
  const tracing = request.optionalObject("tracingConfiguration");
  return {
    ...(logging === undefined ? {} : { loggingConfiguration: readLogging(logging) }),
    ...(tracing === undefined ? {} : { tracingConfiguration: readTracing(tracing) }),
  };
}

/** The settings of a machine that is given these. */
export function withDefaults(settings: Settings): Required<Settings> {
  return { loggingConfiguration: NO_LOGGING, tracingConfiguration: NO_TRACING, ...settings };
}

function readLogging(logging: Request): object {
  const level = logging.oneOf("level", LEVELS) ?? "OFF";
  const includeExecutionData = logging.optionalBoolean("includeExecutionData") ?? false;
  const destinations = logging.list("destinations");
  if (destinations.length > 1 || (level !== "OFF" && destinations.length === 0))
    throw invalidLogging("Must specify exactly one Log Destination.");
  const groups = destinations.map((destination) => ({
    cloudWatchLogsLogGroup: { logGroupArn: readLogGroup(destination) },
  }));
  return { level, includeExecutionData, ...(groups.length === 0 ? {} : { destinations: groups }) };
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_CloudWatchLogsLogGroup.html */
function readLogGroup(destination: unknown): string {
  const group = isObject(destination) ? destination.cloudWatchLogsLogGroup : undefined;
  const arn = isObject(group) ? group.logGroupArn : undefined;
  if (typeof arn !== "string")
    throw invalidLogging("The Log Destination must have a CloudWatch Logs log group.");
  if (arn.length > 256) throw invalid("The ARN of a log group has no more than 256 characters");
  if (!/^arn:aws[a-z-]*:logs:[^:]+:\d{12}:log-group:[^:]+:\*$/.test(arn))
    throw invalidLogging("The ARN of the log group is not valid: it must end with ':*'.");
  return arn;
}

function readTracing({ enabled = false }: Record<string, unknown>): object {
  if (typeof enabled === "boolean") return { enabled };
  throw new AwsError(
    "InvalidTracingConfiguration",
    "Invalid Tracing Configuration: 'enabled must be true or false'",
  );
}

function invalidLogging(why: string): AwsError {
  return new AwsError("InvalidLoggingConfiguration", `Invalid Logging Configuration: ${why}`);
}
