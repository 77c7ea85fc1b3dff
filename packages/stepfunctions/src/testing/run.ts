import { enteredStates, type ExecutionEvent } from "../observe/event.js";

/** How an execution stands, or came out. */
export interface Run {
  executionArn: string;
  status: "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "PENDING_REDRIVE";
  /** The parsed output of an execution that succeeded. */
  output?: unknown;
  error?: string;
  cause?: string;
  /** Names of states in the order in which they were entered, those of branches and iterations among them. */
  states: string[];
  events: ExecutionEvent[];
  /** Milliseconds from start to end on the engine's clock; 0 while it runs. */
  duration: number;
}

interface Described {
  executionArn: string;
  status: Run["status"];
  output?: string;
  error?: string;
  cause?: string;
  startDate: number;
  stopDate?: number;
}

/** A run from what DescribeExecution or StartSyncExecution says of it. */
export function runOf(answer: unknown, events: ExecutionEvent[]): Run {
  const { executionArn, status, output, error, cause, startDate, stopDate } = answer as Described;
  return {
    executionArn,
    status,
    ...(output === undefined ? {} : { output: JSON.parse(output) as unknown }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
    states: enteredStates(events),
    events,
    duration: stopDate === undefined ? 0 : Math.round((stopDate - startDate) * 1000),
  };
}
