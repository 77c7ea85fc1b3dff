import { FatalError, RetryableError } from "@longhaul/kit/step";

/** Seconds or an HTTP date, as a Retry-After header has it. */
function retryAfterOf(header: string | null | undefined): number | Date | undefined {
  if (!header) return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds : undefined;
  const date = new Date(header);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** `remedy` is what the person who asked may change. */
export const refused = (what: string, cause?: unknown, remedy = "Try another drawing.") =>
  new FatalError(`The model refused to ${what}. ${remedy}`, { code: "MODEL_REFUSED", cause });

/** Whether a stream ended without saying why: the connection was closed in the middle of the answer. */
export const isCut = (end: {
  readonly finishReason: string;
  readonly rawFinishReason?: string | undefined;
}): boolean => /^(other|unknown|error)$/.test(end.finishReason) && end.rawFinishReason === undefined;

/** Whether a short answer is the sentence by which models refuse, where something else was asked for. */
export const soundsRefused = (text: string): boolean =>
  /^(i['’]?m sorry|i am sorry|sorry|i can(not|['’]t)|i['’]?m (unable|not able)|i won['’]t)\b.{0,300}$/is.test(
    text.trim(),
  );

export const invalidAnswer = (what: string, cause?: unknown) =>
  new RetryableError(`The model did not ${what} in a way that can be used.`, {
    code: "MODEL_ANSWER_INVALID",
    cause,
  });

/** What a third party's answer means for the step. `what` goes on "The model could not ...". */
export function httpProblem(
  status: number,
  retryAfter: string | null | undefined,
  what: string,
  cause: unknown,
): Error {
  if (status === 429) {
    return new RetryableError("The model is busy: too many requests at the moment.", {
      code: "MODEL_RATE_LIMITED",
      cause,
      retryAfter: retryAfterOf(retryAfter),
    });
  }
  if (status === 401 || status === 403) {
    return new FatalError("The model did not accept our key.", { code: "MODEL_ACCESS_DENIED", cause });
  }
  if (status === 404) return new FatalError("There is no such model.", { code: "MODEL_NOT_FOUND", cause });
  if (status >= 500 || status === 408 || status === 409) {
    return new RetryableError(`The model could not ${what} just now.`, {
      code: "MODEL_UNAVAILABLE",
      cause,
      retryAfter: retryAfterOf(retryAfter),
    });
  }
  return new FatalError(`The model could not ${what}.`, { code: "MODEL_REQUEST_INVALID", cause });
}

export interface CallOptions {
  readonly what: string;
  readonly seconds: number;
  /** Of the step: when it fires, its own reason is thrown. */
  readonly signal: AbortSignal;
}

/** Calls a model with a limit in time; whatever is thrown comes out as the step's error it is. */
export async function calling<T>(
  { what, seconds, signal }: CallOptions,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(seconds * 1_000);
  try {
    return await call(AbortSignal.any([signal, limit]));
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted) {
      throw new RetryableError(`The model did not ${what} within ${seconds} s.`, {
        code: "MODEL_TIMED_OUT",
        cause: error,
      });
    }
    throw problemOf(error, what);
  }
}

function problemOf(error: unknown, what: string): unknown {
  if (error instanceof FatalError || error instanceof RetryableError) return error;
  if (isApiCallError(error)) {
    const { statusCode, responseHeaders } = error;
    if (statusCode === undefined) return unreachable(error);
    // An answer that came, but is none.
    if (statusCode < 400) return invalidAnswer(what, error);
    return httpProblem(statusCode, responseHeaders?.["retry-after"], what, error);
  }
  const status = awsStatus(error);
  if (status !== undefined) return httpProblem(status, null, what, error);
  if (
    error instanceof Error &&
    /^AI_(NoOutput|NoImage|InvalidResponse|TypeValidation|JSONParse|EmptyResponse)/.test(error.name)
  ) {
    return invalidAnswer(what, error);
  }
  return unreachable(error);
}

interface ApiCallError extends Error {
  readonly statusCode?: number;
  readonly responseHeaders?: Readonly<Record<string, string>>;
}

/** By its name: whoever makes books offline does not load the AI SDK for its classes. */
function isApiCallError(error: unknown): error is ApiCallError {
  return error instanceof Error && error.name === "AI_APICallError";
}

function unreachable(cause: unknown): RetryableError {
  return new RetryableError("The model cannot be reached at the moment.", {
    code: "MODEL_UNREACHABLE",
    cause,
  });
}

/** Of an error of an AWS client; throttling counts as 429 whatever its status. */
function awsStatus(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("$metadata" in error)) return undefined;
  if ("name" in error && /throttl|toomany/i.test(String(error.name))) return 429;
  return (error.$metadata as { httpStatusCode?: number }).httpStatusCode;
}
