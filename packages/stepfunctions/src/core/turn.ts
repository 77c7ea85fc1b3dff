import type { PathScope, Scope } from "../language/scope.js";
import { randomnessFrom, type Randomness } from "../language/randomness.js";
import { JsonMemo } from "../json-memo.js";
import type { Json } from "../json-text.js";
import { MAX_HISTORY_EVENTS } from "../limits.js";
import { apply } from "./apply.js";
import type { LambdaResponse } from "./lambda.js";
import type { Machine, State } from "./machine.js";
import { type Seen, VisitPathScope, VisitScope } from "./visit-scope.js";
import type {
  Branch,
  ExecutionIdentity,
  ExecutionState,
  LogRecord,
  PendingMapRun,
  PendingTask,
  Then,
  Visit,
} from "./state.js";

/** What a task came to, as the shell heard it. Outputs are JSON texts. */
export type TaskAnswer =
  /** A Lambda function has returned. */
  | { kind: "returned"; statusCode: number; executedVersion: string; payload: string; functionError?: string }
  /** Lambda itself has refused. */
  | { kind: "refused"; code: string; message: string; statusCode: number }
  | { kind: "succeeded"; output: string }
  /** `unscheduled`: it could not even be handed out. */
  | { kind: "failed"; error?: string; cause?: string; unscheduled?: true }
  /** The call is accepted; the task ends later. */
  | { kind: "submitted"; output: string }
  /** A worker has taken an activity task. */
  | { kind: "taken"; workerName?: string }
  | { kind: "heartbeat" };

/** What a map run came to. */
export type MapRunAnswer =
  | { kind: "succeeded"; output: string }
  | { kind: "failed"; error: string; cause?: string };

/** Something that happens to an execution. Clock and randomness come with it: `at` in ms, `seed` with 128 random bits. */
export type CoreEvent = { at: number; seed: string } & (
  | { type: "start"; identity: ExecutionIdentity }
  | { type: "advance" }
  /** Whatever waits now, in a Wait or for a retry, has waited long enough. */
  | { type: "skip" }
  | { type: "answer"; branch: number; task: number; answer: TaskAnswer }
  | { type: "mapRunEnded"; branch: number; run: number; answer: MapRunAnswer }
  | { type: "stop"; error?: string; cause?: string }
  | { type: "redrive" }
);

/** What the shell has to do once the records are on disk. */
export type Command =
  | { type: "invoke"; branch: number; state: string; retryCount: number; task: PendingTask }
  | { type: "abort"; branch: number; task: number }
  | { type: "startMapRun"; branch: number; state: string; run: PendingMapRun }
  | { type: "stopMapRun"; branch: number; run: number };

/** What the core must know of its embedder. */
export interface Settings {
  /** Factor for Waits and the delays of retries. */
  waitScale: number;
}

/** Takes down the steps of a state's data flow, for TestState. */
export type Trace = (step: string, value: string) => void;

/** Thrown where an execution's history has no room for what comes next. */
export class HistoryFull extends Error {
  constructor() {
    super(`The execution reached the maximum number of history events (${MAX_HISTORY_EVENTS}).`);
  }
}

interface Emission {
  then?: Then;
  response?: LambdaResponse;
  previousId?: number;
  /** The branch's next event follows the event before this one. */
  aside?: boolean;
}

const PLAIN: Emission = {};

/** One event's way through the core: gathers records and commands and keeps the state up to date with them. */
export class Turn {
  readonly records: LogRecord[] = [];
  readonly commands: Command[] = [];
  readonly memo = new JsonMemo();
  trace: Trace | undefined;
  /** The context object as TestState is given it, in place of the execution's own. */
  givenContext: Record<string, unknown> | undefined;
  private randomness: Randomness | undefined;
  private current: ExecutionState | null;

  constructor(
    readonly machine: Machine,
    state: ExecutionState | null,
    readonly event: CoreEvent,
    readonly settings: Settings,
  ) {
    this.current = state;
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

  get random(): Randomness {
    this.randomness ??= randomnessFrom(this.event.seed);
    return this.randomness;
  }

  /** Adds an event of the history and returns its id. */
  emit(
    branch: number,
    type: string,
    details: Record<string, unknown> | undefined,
    { then, previousId, aside, response }: Emission = PLAIN,
  ): number {
    const { current } = this;
    const id = current === null ? 1 : current.nextEventId;
    if (id >= MAX_HISTORY_EVENTS && !isLast(type)) throw new HistoryFull();
    const record: LogRecord = {
      at: this.event.at,
      branch,
      id,
      previousId: previousId ?? current?.branches.get(branch)?.lastEventId ?? 0,
      type,
    };
    if (details !== undefined) record.details = details;
    if (then !== undefined) record.then = then;
    if (response !== undefined) record.response = response;
    if (aside === true) record.aside = true;
    this.add(record);
    return id;
  }

  /** Adds a record that the history does not show. */
  note(branch: number, type: string, then: Then, previousId = 0): void {
    this.add({ at: this.event.at, branch, id: 0, previousId, type, then });
  }

  private add(record: LogRecord): void {
    this.records.push(record);
    this.current = apply(this.current, record);
  }

  branch(id: number): Branch {
    const branch = this.state.branches.get(id);
    if (branch === undefined) throw new Error(`the execution has no branch ${id}`);
    return branch;
  }

  definition(branch: Branch, name: string): State {
    const state = this.machine.regions[branch.region]?.states.get(name);
    if (state === undefined) throw new Error(`the machine has no state '${name}'`);
    return state;
  }

  /** What the JSONata fields of a visit see. */
  scope(branch: Branch, visit: Visit, seen: Seen = {}): Scope {
    return new VisitScope(this, branch, visit, seen);
  }

  /** What the JSONPath fields of a visit see; `data` is what `$` stands for. */
  pathScope(branch: Branch, visit: Visit, data: Json, seen: Seen = {}): PathScope {
    return new VisitPathScope(this, branch, visit, data, seen);
  }

  /** A variable's JSON text, from the innermost branch that has it. */
  variable(branch: Branch, name: string): string | undefined {
    for (let at: Branch | undefined = branch; at !== undefined; at = this.parentOf(at))
      if (Object.hasOwn(at.variables, name)) return at.variables[name];
    return undefined;
  }

  parentOf({ parent }: Branch): Branch | undefined {
    return parent === null ? undefined : this.state.branches.get(parent);
  }
}

function isLast(type: string): boolean {
  return type.startsWith("Execution") && type !== "ExecutionStarted";
}
