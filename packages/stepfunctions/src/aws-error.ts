/** An error that an AWS API answers with. `code` is AWS's name for it, without a namespace. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly statusCode = 400,
    /** Members of the answer besides the message, such as `reason` of a ValidationException. */
    readonly members: Record<string, unknown> = {},
  ) {
    super(message);
    this.name = "AwsError";
  }
}
