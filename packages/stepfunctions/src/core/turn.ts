import type { PathScope, Scope } from "../language/scope.js";
import { randomnessFrom, type Randomness } from "../language/randomness.js";
import { MAX_HISTORY_EVENTS } from "../limits.js";
import { apply } from "./apply.js";
import type { Machine, State } from "./machine.js";
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
  previousId?: number;
  /** The branch's next event follows the event before this one. */
  aside?: boolean;
}

/** One event's way through the core: gathers records and commands and keeps the state up to date with them. */
export class Turn {
  readonly records: LogRecord[] = [];
  readonly commands: Command[] = [];
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
    { then, previousId, aside }: Emission = {},
  ): number {
    const id = this.current?.nextEventId ?? 1;
    if (id >= MAX_HISTORY_EVENTS && !isLast(type)) throw new HistoryFull();
    const record: LogRecord = {
      at: this.event.at,
      branch,
      id,
      previousId: previousId ?? this.current?.branches.get(branch)?.lastEventId ?? 0,
      type,
    };
    if (details !== undefined) record.details = details;
    if (then !== undefined) record.then = then;
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
  pathScope(branch: Branch, visit: Visit, data: unknown, seen: Seen = {}): PathScope {
    return new VisitPathScope(this, branch, visit, data, seen);
  }

  /** A variable's JSON text, from the innermost branch that has it. */
  variable(branch: Branch, name: string): string | undefined {
    for (let at: Branch | undefined = branch; at !== undefined; at = this.parentOf(at))
      if (Object.hasOwn(at.variables, name)) return at.variables[name];
    return undefined;
  }

  private parentOf({ parent }: Branch): Branch | undefined {
    return parent === null ? undefined : this.state.branches.get(parent);
  }

  /** https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html */
  contextObject(branch: Branch, visit: Visit, { token, item }: Seen): Record<string, unknown> {
    if (this.givenContext !== undefined) return { ...this.givenContext, ...mapContext(item) };
    const retries = "retriers" in this.definition(branch, visit.state);
    const { identity, redriveCount, redrivenAt } = this.state;
    const context: Record<string, unknown> = {
      Execution: {
        Id: identity.arn,
        Input: JSON.parse(identity.input) as unknown,
        StartTime: isoTime(identity.startedAt),
        Name: identity.name,
        RoleArn: identity.roleArn,
        // As recorded on AWS.
        ...(identity.sync === true ? {} : { RedriveCount: redriveCount }),
        ...(redrivenAt === null ? {} : { RedriveTime: isoTime(redrivenAt) }),
      },
      StateMachine: { Id: identity.machineArn, Name: identity.machineName },
      State: {
        Name: visit.state,
        EnteredTime: isoTime(visit.enteredAt),
        ...(retries ? { RetryCount: visit.retryCount } : {}),
      },
    };
    if (token !== undefined) context.Task = { Token: token };
    return Object.assign(context, mapContext(item ?? this.itemOf(branch)));
  }

  /** The innermost Map's item that a branch works on. */
  private itemOf(branch: Branch): MapItem | undefined {
    for (let at: Branch | undefined = branch; at !== undefined; at = this.parentOf(at))
      if (at.item !== null) return { index: at.index, text: at.item };
    return undefined;
  }
}

export interface MapItem {
  index: number;
  text: string;
}

/** The context object's part for a Map's item. */
function mapContext(item: MapItem | undefined): Record<string, unknown> {
  if (item === undefined) return {};
  return { Map: { Item: { Index: item.index, Value: JSON.parse(item.text) as unknown } } };
}

/** What a field sees besides its visit. Texts are JSON. */
export interface Seen {
  result?: string;
  errorOutput?: unknown;
  /** The task's token. */
  token?: string;
  /** The item that a Map's ItemSelector is for. */
  item?: MapItem;
  /** Instead of the visit's input. */
  input?: string;
}

/** A moment as the context object writes it. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function isLast(type: string): boolean {
  return type.startsWith("Execution") && type !== "ExecutionStarted";
}

class VisitScope implements Scope {
  readonly state: string;
  readonly states: VisitStates;

  constructor(
    private readonly turn: Turn,
    private readonly branch: Branch,
    visit: Visit,
    seen: Seen,
  ) {
    this.state = visit.state;
    this.states = new VisitStates(turn, branch, visit, seen);
  }

  get at(): number {
    return this.turn.event.at;
  }

  get random(): Randomness {
    return this.turn.random;
  }

  variable(name: string): string | undefined {
    return this.turn.variable(this.branch, name);
  }
}

/** Members parse when they are read, once. What a member is absent from reads as undefined. */
class VisitStates {
  private parsedInput: { value: unknown } | undefined;
  private parsedResult: { value: unknown } | undefined;
  private made: Record<string, unknown> | undefined;

  constructor(
    private readonly turn: Turn,
    private readonly branch: Branch,
    private readonly visit: Visit,
    private readonly seen: Seen,
  ) {}

  get input(): unknown {
    this.parsedInput ??= { value: JSON.parse(this.seen.input ?? this.visit.input) as unknown };
    return this.parsedInput.value;
  }

  get context(): unknown {
    this.made ??= this.turn.contextObject(this.branch, this.visit, this.seen);
    return this.made;
  }

  get result(): unknown {
    const { result } = this.seen;
    if (result === undefined) return undefined;
    this.parsedResult ??= { value: JSON.parse(result) as unknown };
    return this.parsedResult.value;
  }

  get errorOutput(): unknown {
    return this.seen.errorOutput;
  }
}

class VisitPathScope implements PathScope {
  readonly state: string;
  private made: unknown;

  constructor(
    private readonly turn: Turn,
    private readonly branch: Branch,
    private readonly visit: Visit,
    readonly data: unknown,
    private readonly seen: Seen,
  ) {
    this.state = visit.state;
  }

  get random(): Randomness {
    return this.turn.random;
  }

  get context(): unknown {
    this.made ??= this.turn.contextObject(this.branch, this.visit, this.seen);
    return this.made;
  }

  variable(name: string): string | undefined {
    return this.turn.variable(this.branch, name);
  }
}
