export interface StepErrorOptions {
  /** SCREAMING_SNAKE_CASE, stable: dashboards and callers compare it. */
  readonly code?: string;
  readonly cause?: unknown;
}

/** Trying again cannot help: the run fails, or goes the way its catch names. The message is for the user. */
export class FatalError extends Error {
  override readonly name = "FatalError";
  readonly code: string;

  constructor(message: string, { code = "STEP_FAILED", cause }: StepErrorOptions = {}) {
    super(message, { cause });
    this.code = code;
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
