import type { Template } from "../language/template.js";

/** A compiled state machine: what the core runs. Made by compile.ts from a definition that passed validation. */
export interface Machine {
  startAt: string;
  timeoutSeconds: number | null;
  states: Map<string, State>;
}

export type State = PassState | TaskState | ChoiceState | WaitState | SucceedState | FailState;

/** Where a state leads: to another state or to the end of its branch. */
export type Next = { state: string } | "end";

/** What a state, a choice rule or a catcher makes of its result: absent fields pass things on as they are. */
export interface Result {
  output: Template | null;
  assign: [string, Template][];
}

interface Common {
  name: string;
}

export interface PassState extends Common, Result {
  type: "Pass";
  next: Next;
}

export interface SucceedState extends Common, Result {
  type: "Succeed";
}

export interface FailState extends Common {
  type: "Fail";
  error: Template | null;
  cause: Template | null;
}

export interface WaitState extends Common, Result {
  type: "Wait";
  seconds: Template | null;
  timestamp: Template | null;
  next: Next;
}

export interface ChoiceState extends Common, Result {
  type: "Choice";
  rules: (Result & { condition: Template; next: string })[];
  default: string | null;
}

export interface Retrier {
  errors: string[];
  intervalSeconds: number;
  maxAttempts: number;
  backoffRate: number;
  maxDelaySeconds: number | null;
  fullJitter: boolean;
}

export interface Catcher extends Result {
  errors: string[];
  next: string;
}

export interface TaskState extends Common, Result {
  type: "Task";
  resource: Resource;
  arguments: Template | null;
  timeoutSeconds: Template | null;
  heartbeatSeconds: Template | null;
  retriers: Retrier[];
  catchers: Catcher[];
  next: Next;
}

/** What a Task calls: a function named by its ARN, or `arn:aws:states:::lambda:invoke`. */
export type Resource =
  | { kind: "function"; arn: string; functionName: string; qualifier: string | null }
  | { kind: "invoke" };
