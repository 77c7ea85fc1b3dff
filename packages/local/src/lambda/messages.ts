/**
 * What the Lambda service and its worker processes say to each other over IPC: a list of messages at a time, which is
 * what was said within one turn of the event loop. One message each would cost twice the CPU time.
 */
export interface ProcessDescription {
  readonly entry: string;
  /** What comes before a function's name in its ARN. */
  readonly arnPrefix: string;
  readonly memoryMb: number;
  /** Invocations that the process may hold at a time. */
  readonly concurrency: number;
  /** What begins a line of output that belongs to an invocation; nobody who writes there can guess it. */
  readonly mark: string;
}

export type ToWorker =
  | { readonly type: "init"; readonly description: ProcessDescription }
  | {
      readonly type: "invoke";
      readonly id: number;
      readonly requestId: string;
      /** A process may serve several functions: the name of the one that is invoked. */
      readonly functionName: string;
      readonly payload: string;
      /** Milliseconds since 1970 at which the invocation is killed. */
      readonly deadline: number;
    }
  /** Asks whether the event loop turns. */
  | { readonly type: "ping" };

/** Lambda's error payload, as Node's runtime writes it. */
export interface ErrorPayload {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export type FromWorker =
  | { readonly type: "ready" }
  | { readonly type: "pong" }
  /** `lines` were written for the invocation, which may still be on their way. */
  | { readonly type: "result"; readonly id: number; readonly payload: string; readonly lines: number }
  | { readonly type: "error"; readonly id: number; readonly error: ErrorPayload; readonly lines: number }
  /** The process ends. `id` is the invocation that it ends of, which may have ended itself; null where that is not known. */
  | { readonly type: "fatal"; readonly id: number | null; readonly error: ErrorPayload };
