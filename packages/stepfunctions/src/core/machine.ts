import type { Condition, Path, Payload, ReferencePath } from "../language/jsonpath/index.js";
import type { Template } from "../language/template.js";

/** A compiled state machine: what the core runs. Made by compile.ts from a definition that passed validation. */
export interface Machine {
  /** The part that an execution of this machine runs. */
  root: Region;
  /** Every part, by its id: the machine itself, each branch of a Parallel and each processor of a Map. */
  regions: Region[];
  timeoutSeconds: number | null;
}

/** States that lead to each other: a machine, a branch of a Parallel or the processor of a Map. */
export interface Region {
  id: number;
  startAt: string;
  states: Map<string, State>;
}

export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;

/** Where a state leads: to another state or to the end of its branch. */
export type Next = { state: string } | "end";

/** A field in the language of its state. */
export type Field =
  | { language: "JSONata"; template: Template }
  | { language: "JSONPath"; payload: Payload }
  | { language: "JSONPath"; path: Path };

/** What a state, a choice rule or a catcher makes of its result. Absent fields pass things on as they are. */
export interface Result {
  language: "JSONPath" | "JSONata";
  /** JSONata: Output. */
  output: Template | null;
  /** JSONata: Assign, by name. */
  assign: [string, Template][];
  /** JSONPath: Assign as one payload. */
  assignPayload: Payload | null;
  /** JSONPath; null for a ResultPath that discards the result, undefined for none. */
  resultPath: ReferencePath | null | undefined;
}

interface Common extends Result {
  name: string;
  /** JSONPath; null for `null`, which stands for an empty object. */
  inputPath: Path | null | undefined;
  outputPath: Path | null | undefined;
}

/** What states have that call something: Task, Parallel, Map. */
interface Calling extends Common {
  /** JSONata: Arguments. JSONPath: Parameters. */
  arguments: Field | null;
  resultSelector: Payload | null;
  retriers: Retrier[];
  catchers: Catcher[];
  next: Next;
}

export interface PassState extends Common {
  type: "Pass";
  parameters: Payload | null;
  /** JSON text of JSONPath's Result. */
  result: string | null;
  next: Next;
}

export interface SucceedState extends Common {
  type: "Succeed";
}

export interface FailState extends Common {
  type: "Fail";
  error: Field | string | null;
  cause: Field | string | null;
}

export interface WaitState extends Common {
  type: "Wait";
  seconds: Field | number | null;
  timestamp: Field | string | null;
  next: Next;
}

export interface ChoiceState extends Common {
  type: "Choice";
  rules: ChoiceRule[];
  default: string | null;
}

export interface ChoiceRule extends Result {
  condition: { language: "JSONata"; template: Template } | { language: "JSONPath"; test: Condition };
  next: string;
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

export interface TaskState extends Calling {
  type: "Task";
  resource: Resource;
  /** lambda:invoke: whether no more than Payload is read of its result. */
  readsPayloadOnly: boolean;
  /** Whose rights the call is made with, where not the execution's own. */
  credentials: Field | null;
  timeoutSeconds: Field | number | null;
  heartbeatSeconds: Field | number | null;
}

export interface ParallelState extends Calling {
  type: "Parallel";
  branches: Region[];
}

export interface MapState extends Calling {
  type: "Map";
  processor: Region;
  /** JSONata: Items. JSONPath: ItemsPath. */
  items: Field | null;
  itemSelector: Field | null;
  maxConcurrency: Field | number | null;
  /** Set for a distributed Map. */
  distributed: DistributedMap | null;
}

export interface DistributedMap {
  executionType: "STANDARD" | "EXPRESS";
  label: string | null;
  reader: {
    resource: string;
    parameters: Field | null;
    config: Record<string, unknown>;
    maxItems: Field | number | null;
  } | null;
  batcher: { maxItems: Field | number | null; maxBytes: Field | number | null; input: Field | null } | null;
  writer: { resource: string; parameters: Field | null; config: Record<string, unknown> } | null;
  toleratedCount: Field | number | null;
  toleratedPercentage: Field | number | null;
}

/** What a Task calls. */
export type Resource =
  /** A function named by its ARN. */
  | { kind: "function"; arn: string; functionName: string; qualifier: string | null }
  | { kind: "activity"; arn: string }
  /** `arn:aws:states:::service:action.pattern` */
  | {
      kind: "service";
      /** What follows arn:aws:states:::, such as `sqs:sendMessage.waitForTaskToken`. */
      name: string;
      service: string;
      /** With the pattern: what the history calls the resource. */
      action: string;
      pattern: "request" | "sync" | "sync:2" | "waitForTaskToken";
    };
