/** What the Lambda service and its worker processes say to each other over IPC. */
export interface FunctionDescription {
  readonly entry: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMb: number;
}

export type ToWorker =
  | { readonly type: "init"; readonly description: FunctionDescription }
  | {
      readonly type: "invoke";
      readonly requestId: string;
      readonly payload: string;
      /** Milliseconds since 1970 at which the invocation is killed. */
      readonly deadline: number;
    };

/** Lambda's error payload, as Node's runtime writes it. */
export interface ErrorPayload {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export type FromWorker =
  | { readonly type: "ready" }
  | { readonly type: "init-failed"; readonly error: ErrorPayload }
  | { readonly type: "result"; readonly requestId: string; readonly payload: string }
  | {
      readonly type: "error";
      readonly requestId: string;
      readonly error: ErrorPayload;
      /** Whether the process ends with this error. */
      readonly last: boolean;
    };
