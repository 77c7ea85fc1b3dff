/** What a connection cannot do now. The message is for the person who uses it; it never holds a token. */
export type ConnectionProblem =
  /** There is no such connection in the organisation. */
  | "CONNECTION_NOT_FOUND"
  /** The third party takes its tokens no more: somebody has to connect again. */
  | "CONNECTION_REVOKED"
  /** A key that its tokens were sealed with is gone: somebody has to connect again. */
  | "CONNECTION_UNREADABLE"
  /** The third party does not accept what it was given: a code that ran out, a client that it does not know. */
  | "CONNECTION_REFUSED"
  /** The third party or the keys cannot be reached at this moment. */
  | "CONNECTION_UNAVAILABLE";

export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  /** Whether trying again may help without a person doing something. */
  readonly retryable: boolean;
  /** What the other side asks to wait for, in seconds. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: ConnectionProblem,
    message: string,
    options: { readonly cause?: unknown; readonly retryAfterSeconds?: number | undefined } = {},
  ) {
    super(message, { cause: options.cause });
    this.retryable = code === "CONNECTION_UNAVAILABLE";
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
