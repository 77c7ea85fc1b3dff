/**
 * An error as an AWS service answers it: `name` is the code that clients see (ResourceNotFoundException),
 * `statusCode` the HTTP status.
 */
export class AwsError extends Error {
  constructor(
    code: string,
    message: string,
    readonly statusCode = 400,
  ) {
    super(message);
    this.name = code;
  }
}

/** Any error as the AWS error that a client may see: what is unexpected stays inside the server's log. */
export function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  return new AwsError("InternalFailure", "The local cloud failed on this request; its log says why.", 500);
}
