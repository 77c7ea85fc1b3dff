import { AwsError } from "@longhaul/stepfunctions";

/** Any error as the AWS error that a client may see: what is unexpected stays inside the server's log. */
export function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  return new AwsError("InternalFailure", "The local cloud failed on this request; its log says why.", 500);
}
