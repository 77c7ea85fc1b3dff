import { AwsError } from "@longhaul/stepfunctions";

/**
 * SQS was a Query service: its JSON errors carry their old code in a header, which clients that know it show in place of
 * the type. Source: "awsQueryCompatible" of the Smithy specification and SQS's model.
 */
const oldPrefix = "AWS.SimpleQueueService.";
const withPrefix = new Set([
  "BatchEntryIdsNotDistinct",
  "BatchRequestTooLong",
  "EmptyBatchRequest",
  "InvalidBatchEntryId",
  "MessageNotInflight",
  "PurgeQueueInProgress",
  "QueueDeletedRecently",
  "TooManyEntriesInBatchRequest",
  "UnsupportedOperation",
]);
const otherNames = new Map(
  Object.entries({
    QueueDoesNotExist: `${oldPrefix}NonExistentQueue`,
    QueueNameExists: "QueueAlreadyExists",
    InvalidParameterValueException: "InvalidParameterValue",
    MissingRequiredParameterException: "MissingParameter",
  }),
);

/** The code that an error had in the Query protocol. */
export function oldCode(code: string): string {
  return otherNames.get(code) ?? (withPrefix.has(code) ? oldPrefix + code : code);
}

/** The value of `x-amzn-query-error` for an error. */
export function queryErrorHeader({ code, statusCode }: AwsError): string {
  return `${oldCode(code)};${statusCode >= 500 ? "Receiver" : "Sender"}`;
}

export function queueDoesNotExist(): AwsError {
  return new AwsError("QueueDoesNotExist", "The specified queue does not exist.");
}

export function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}

/** The usual sentence of SQS about one parameter. */
export function invalidValue(value: unknown, parameter: string, reason: string): AwsError {
  return invalidParameter(
    `Value ${String(value).slice(0, 200)} for parameter ${parameter} is invalid. Reason: ${reason}`,
  );
}

export function missingParameter(name: string): AwsError {
  return new AwsError("MissingRequiredParameterException", `The request must contain the parameter ${name}.`);
}

export function unsupported(message: string): AwsError {
  return new AwsError("UnsupportedOperation", message);
}
