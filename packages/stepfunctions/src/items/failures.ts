import { AwsError } from "../aws-error.js";
import { StateFailure } from "../language/failure.js";

export function readerFailed(message: string): StateFailure {
  return new StateFailure("States.ItemReaderFailed", message);
}

export function writerFailed(message: string): StateFailure {
  return new StateFailure("States.ResultWriterFailed", message);
}

/** What S3 answered, in the form in which AWS quotes it. */
function fromS3(error: AwsError): string {
  const sentence = error.message.endsWith(".") ? error.message : `${error.message}.`;
  return `${sentence} (Service: S3, Status Code: ${error.statusCode})`;
}

/** The failure of a Map that could not read: AwsErrors are quoted, failures pass, anything else is a fault of ours. */
export function asReaderFailure(error: unknown): unknown {
  return error instanceof AwsError ? readerFailed(fromS3(error)) : error;
}

/** The failure of a Map that could not write; `attempt` says what was tried. */
export function asWriterFailure(attempt: string, error: unknown): unknown {
  if (!(error instanceof AwsError)) return error;
  const advice =
    error.code === "AccessDenied"
      ? " Access denied. Ensure the correct permissions are added to your state machine's execution role."
      : "";
  return writerFailed(`${attempt}${advice} | Message from S3: ${fromS3(error)}`);
}
