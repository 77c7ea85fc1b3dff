export interface StepErrorOptions {
  /** SCREAMING_SNAKE_CASE, stable: dashboards and callers compare it. */
  readonly code?: string;
  readonly cause?: unknown;
}

export interface FatalErrorOptions extends StepErrorOptions {
  /**
   * True where the run's next attempt does help, because its step begins something anew in place of what has failed. A
   * person is then offered to retry the run; otherwise to change something first.
   */
  readonly attemptHelps?: boolean;
}

/** Trying again cannot help: the run fails, or goes the way its catch names. The message is for the user. */
export class FatalError extends Error {
  override readonly name = "FatalError";
  readonly code: string;
  readonly attemptHelps: boolean;

  constructor(
    message: string,
    { code = "STEP_FAILED", cause, attemptHelps = false }: FatalErrorOptions = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.attemptHelps = attemptHelps;
  }
}

export interface RetryableErrorOptions extends StepErrorOptions {
  /**
   * Not before this moment, or so many seconds from now: what a third party asks of who it turned away. It is
   * kept to where the step declares `retryAfter`; elsewhere the step's retry policy alone says when.
   */
  readonly retryAfter?: number | Date;
}

/** Trying again may help; the step's retry policy says when and how often. The message is for the user. */
export class RetryableError extends Error {
  override readonly name = "RetryableError";
  readonly code: string;
  readonly retryAfter: number | Date | undefined;

  constructor(message: string, { code = "STEP_FAILED", cause, retryAfter }: RetryableErrorOptions = {}) {
    super(message, { cause });
    this.code = code;
    this.retryAfter = retryAfter;
  }
}
