import { MAX_HISTORY_EVENTS } from "../limits.js";
import type { Scope } from "../language/expression.js";
import { randomnessFrom, type Randomness } from "../language/randomness.js";
import { apply } from "./apply.js";
import type { Machine, State } from "./machine.js";
import type {
  Branch,
  ExecutionIdentity,
  ExecutionState,
  LogRecord,
  PendingTask,
  Then,
  Visit,
} from "./state.js";

/** What a function's invocation came to, as the shell heard it. */
export type TaskAnswer =
  | { kind: "returned"; statusCode: number; executedVersion: string; payload: string; functionError?: string }
  | { kind: "refused"; code: string; message: string; statusCode: number };

/** Something that happens to an execution. Clock and randomness come with it: `at` in ms, `seed` with 128 random bits. */
export type CoreEvent = { at: number; seed: string } & (
  | { type: "start"; identity: ExecutionIdentity }
  | { type: "advance" }
  | { type: "answer"; branch: number; task: number; answer: TaskAnswer }
  | { type: "stop"; error?: string; cause?: string }
);

/** What the shell has to do once the records are on disk. */
export type Command =
  | { type: "invoke"; branch: number; task: PendingTask }
  | { type: "abort"; branch: number; task: number };

/** Thrown where an execution's history has no room for what comes next. */
export class HistoryFull extends Error {
  constructor() {
    super(`The execution reached the maximum number of history events (${MAX_HISTORY_EVENTS}).`);
  }
}

/** One event's way through the core: gathers records and commands and keeps the state up to date with them. */
export class Turn {
  readonly records: LogRecord[] = [];
  readonly commands: Command[] = [];
  readonly random: Randomness;
  private current: ExecutionState | null;

  constructor(
    readonly machine: Machine,
    state: ExecutionState | null,
    readonly event: CoreEvent,
  ) {
    this.current = state;
    this.random = randomnessFrom(event.seed);
  }

  get state(): ExecutionState {
    if (this.current === null) throw new Error("the execution has not started");
    return this.current;
  }

  get started(): boolean {
    return this.current !== null;
  }

  get closed(): boolean {
    return this.state.outcome !== null;
  }

  /** Adds an event of the history. */
  emit(
    branch: number,
    type: string,
    details: Record<string, unknown> | undefined,
    options: { then?: Then; previousId?: number } = {},
  ): void {
    const id = this.current?.nextEventId ?? 1;
    if (id >= MAX_HISTORY_EVENTS && !isLast(type)) throw new HistoryFull();
    const previousId = options.previousId ?? this.current?.branches.get(branch)?.lastEventId ?? 0;
    this.add({
      at: this.event.at,
      branch,
      id,
      previousId,
      type,
      ...present({ details, then: options.then }),
    });
  }

  /** Adds a record that the history does not show. */
  note(branch: number, type: string, then: Then): void {
    this.add({ at: this.event.at, branch, id: 0, previousId: 0, type, then });
  }

  private add(record: LogRecord): void {
    this.records.push(record);
    this.current = apply(this.current, record);
  }

  definition(name: string): State {
    const state = this.machine.states.get(name);
    if (state === undefined) throw new Error(`the machine has no state '${name}'`);
    return state;
  }

  /** What the expressions of a visit see. */
  scope(branch: Branch, visit: Visit, extra: { result?: string; errorOutput?: unknown } = {}): Scope {
    const { identity } = this.state;
    const states: Record<string, unknown> = {};
    lazily(states, "input", () => JSON.parse(visit.input));
    lazily(states, "context", () => contextObject(identity, visit));
    const { result } = extra;
    if (result !== undefined) lazily(states, "result", () => JSON.parse(result));
    if (extra.errorOutput !== undefined) states.errorOutput = extra.errorOutput;
    return {
      states,
      variables: branch.variables,
      at: this.event.at,
      random: this.random,
      state: visit.state,
    };
  }
}

function isLast(type: string): boolean {
  return type.startsWith("Execution") && type !== "ExecutionStarted";
}

function present<T extends Record<string, unknown>>(members: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}

function lazily(target: Record<string, unknown>, name: string, make: () => unknown): void {
  let made: { value: unknown } | null = null;
  const get = (): unknown => {
    made ??= { value: make() };
    return made.value;
  };
  Object.defineProperty(target, name, { enumerable: true, get });
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html */
function contextObject(identity: ExecutionIdentity, visit: Visit): unknown {
  return {
    Execution: {
      Id: identity.arn,
      Input: JSON.parse(identity.input) as unknown,
      StartTime: new Date(identity.startedAt).toISOString(),
      Name: identity.name,
      RoleArn: identity.roleArn,
      RedriveCount: 0,
    },
    StateMachine: { Id: identity.machineArn, Name: identity.machineName },
    State: {
      Name: visit.state,
      EnteredTime: new Date(visit.enteredAt).toISOString(),
      RetryCount: visit.retryCount,
    },
  };
}
