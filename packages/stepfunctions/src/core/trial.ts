// One state by itself, as TestState tries it: the same functions run as in an execution, but nothing follows the state,
// and what a Task, Map or Parallel waits for may be given.

import { tooLarge } from "../language/expression.js";
import { type StateError, StateFailure } from "../language/failure.js";
import type { Maybe } from "../language/maybe.js";
import { nextTurn } from "../language/turns.js";
import { Json } from "../json-text.js";
import { answer } from "./answer.js";
import { enter, wake } from "./enter.js";
import { failEvaluation, failState, leave } from "./failure.js";
import { conclude, effectiveInput, filteredInput, type Stay } from "./flow.js";
import { itemsOf, iterationInput, type MapItems, NO_ITEMS } from "./map-items.js";
import type { Machine, MapState, State, TaskState } from "./machine.js";
import { maxConcurrencyOf } from "./map-bounds.js";
import { type MapRunSpec, specOf } from "./map-run.js";
import type { ExecutionIdentity, PendingTask } from "./state.js";
import { type Command, type TaskAnswer, type Trace, Turn } from "./turn.js";
import { perform, settled, type Work } from "./work.js";

/** What stands in for the call of a Task, the branches of a Parallel or the iterations of a Map. `result` is JSON text. */
export type Mock = { result: string } | { error: string; cause?: string };

/** What a state is tried with. */
export interface TrialInput {
  identity: ExecutionIdentity;
  /** Clock and randomness, as with any event. */
  at: number;
  seed: string;
  /** As JSON texts. */
  variables: Record<string, string>;
  context: Record<string, unknown> | undefined;
  mock: Mock | null;
  /** How often each retrier has tried already. */
  retries: number;
  /** Iterations of a Map that have failed. */
  failures: number;
  trace: Trace;
  /** The items that a Map's ItemReader finds, or null where nobody knows. */
  readItems(reader: NonNullable<MapRunSpec["reader"]>): Promise<unknown[]> | null;
  /** The inputs that a Map's ItemBatcher makes of the iterations' inputs. */
  batchItems(inputs: unknown[], batcher: NonNullable<MapRunSpec["batcher"]>): Promise<unknown[]>;
}

/** What a state came to. Texts are JSON. */
export type TrialOutcome =
  | { status: "SUCCEEDED"; output: string; next: string | null; assigned: Record<string, string> }
  | ({
      status: "CAUGHT_ERROR";
      output: string;
      next: string | null;
      assigned: Record<string, string>;
    } & Failure)
  | ({ status: "RETRIABLE" | "FAILED" } & Failure);

type Failure = Partial<Pick<StateError, "error" | "cause">>;

/** There cannot be more failed iterations than iterations. */
export class TooManyFailures extends Error {
  constructor() {
    super("Map iteration failure count must be less than or equal to the number of Map iterations");
  }
}

/** Iterations whose inputs are made before others get their turn, and how long all of them together may be. */
const ITEMS_PER_TURN = 50;
const MOST_SHOWN = 16 * 1024 * 1024;

const EXCEEDED: StateError = {
  error: "States.ExceedToleratedFailureThreshold",
  cause: "The specified tolerated failure threshold was exceeded",
};

/**
 * Tries the first state of a machine. A Wait is over at once.
 * @returns the outcome, or the call of a Task that has no mock
 * @throws TooManyFailures
 */
export class Trial {
  private readonly turn: Turn;
  private failure: Failure | undefined;

  constructor(
    machine: Machine,
    private readonly given: TrialInput,
  ) {
    const { identity, at, seed } = given;
    this.turn = new Turn(machine, null, { type: "start", identity, at, seed }, { waitScale: 1 });
    this.turn.trace = (step, text) => {
      if (step === "failure") this.failure ??= failureIn(text);
      given.trace(step, text);
    };
    this.turn.givenContext = given.context;
  }

  begin(): Maybe<TrialOutcome | Extract<Command, { type: "invoke" }>> {
    return perform(this.run());
  }

  /** What the state makes of the answer to its call. */
  answer(given: TaskAnswer): Maybe<TrialOutcome> {
    return perform(this.take(given));
  }

  private *run(): Work<TrialOutcome | Extract<Command, { type: "invoke" }>> {
    const { turn, given } = this;
    const { root } = turn.machine;
    const { identity, mock } = given;
    const then = {
      kind: "start",
      identity,
      region: root.id,
      state: root.startAt,
      timeoutSeconds: null,
    } as const;
    turn.emit(0, "ExecutionStarted", undefined, { then });
    Object.assign(turn.branch(0).variables, given.variables);
    const definition = turn.definition(turn.branch(0), root.startAt);
    turn.emit(0, `${definition.type}StateEntered`, { input: identity.input, name: root.startAt });
    const stay = this.stay();
    stay.visit.retryCount = given.retries;
    if ("retriers" in definition)
      for (const place of definition.retriers.keys()) stay.visit.retries[place] = given.retries;
    yield* attempt(stay, definition, this.visit(stay, definition));
    const call = turn.commands.find((command) => command.type === "invoke");
    if (call === undefined) return this.outcome();
    if (mock === null) return call;
    return yield* this.take(
      "result" in mock ? { kind: "succeeded", output: mock.result } : { kind: "failed", ...mock },
    );
  }

  private *take(answered: TaskAnswer): Work<TrialOutcome> {
    const { turn } = this;
    const { position } = turn.branch(0);
    if (position.kind !== "task") throw new Error("the state waits for no answer");
    const definition = turn.definition(turn.branch(0), position.visit.state);
    if (definition.type !== "Task") throw new Error("only a Task waits for an answer");
    const stay = this.stay();
    yield* attempt(stay, definition, this.answered(stay, definition, position.task, answered));
    return this.outcome();
  }

  private *answered(stay: Stay, state: TaskState, task: PendingTask, given: TaskAnswer): Work {
    const work = answer(stay, state, task, given);
    if (work !== undefined) yield* work;
  }

  private stay(): Stay {
    const branch = this.turn.branch(0);
    if (!("visit" in branch.position)) throw new Error("the state has been left");
    return { turn: this.turn, branch, visit: branch.position.visit };
  }

  private *visit(stay: Stay, state: State): Work {
    if (state.type === "Parallel") {
      yield* effectiveInput(stay, state);
      return yield* this.endFork(stay, state);
    }
    if (state.type === "Map") return yield* this.map(stay, state);
    const work = enter(stay, state);
    if (work !== undefined) yield* work;
    if (state.type === "Wait" && stay.branch.position.kind === "wait") yield* wake(stay, state);
  }

  private *map(stay: Stay, state: MapState): Work {
    const { trace, failures } = this.given;
    const input = state.language === "JSONata" ? Json.text(stay.visit.input) : filteredInput(stay, state);
    const inline = state.distributed?.reader == null ? yield* itemsOf(stay, state, input) : NO_ITEMS;
    if (state.distributed?.reader == null && state.language === "JSONPath")
      trace("afterItemsPath", state.items === null ? input.text : textOf(inline));
    const spec = yield* limitsOf(stay, state, input, inline);
    trace("maxConcurrency", String(spec.maxConcurrency));
    if (spec.toleratedCount !== null) trace("toleratedFailureCount", String(spec.toleratedCount));
    if (spec.toleratedPercentage !== null)
      trace("toleratedFailurePercentage", String(spec.toleratedPercentage));
    const items = spec.reader === null ? inline.values : yield* this.read(spec.reader);
    if (items !== null)
      yield* this.iterations(stay, state, { values: items, keys: inline.keys }, spec.batcher);
    const total = items?.length ?? failures;
    if (failures > total) throw new TooManyFailures();
    if (exceeds(failures, total, spec)) return yield* failState(stay, state, EXCEEDED);
    yield* this.endFork(stay, state);
  }

  private *read(reader: NonNullable<MapRunSpec["reader"]>): Work<unknown[] | null> {
    const reading = this.given.readItems(reader);
    if (reading === null) return null;
    const items = yield* settled(reading);
    if (reader.config.ItemsPointer !== undefined)
      this.given.trace("afterItemsPointer", JSON.stringify(items));
    return items;
  }

  private *iterations(stay: Stay, state: MapState, items: MapItems, batcher: MapRunSpec["batcher"]): Work {
    const { trace } = this.given;
    const inputs: string[] = [];
    let length = 0;
    for (const [index, item] of items.values.entries()) {
      if (index % ITEMS_PER_TURN === ITEMS_PER_TURN - 1) yield* settled(nextTurn());
      const input = yield* iterationInput(stay, state, {
        index,
        text: JSON.stringify(item),
        ...(items.keys === null ? {} : { key: items.keys[index] }),
      });
      inputs.push(input);
      length += input.length;
      if (length > MOST_SHOWN) throw tooLarge(stay.visit.state);
    }
    const text = `[${inputs.join(",")}]`;
    if (state.itemSelector !== null) trace("afterItemSelector", text);
    if (batcher === null) return;
    const batches = yield* settled(this.given.batchItems(JSON.parse(text) as unknown[], batcher));
    trace("afterItemBatcher", JSON.stringify(batches));
  }

  /** Ends a Parallel or Map with what the mock says that its branches or iterations came to. */
  private *endFork(stay: Stay, state: Extract<State, { type: "Map" | "Parallel" }>): Work {
    const { mock } = this.given;
    if (mock === null) throw new Error(`a ${state.type} cannot be tried without a mock`);
    if (!("result" in mock)) return yield* failState(stay, state, mock);
    const result = Json.text(mock.result);
    const passed = yield* conclude(stay, state, result, { seen: { result } });
    leave(stay, state, passed, state.next);
  }

  private outcome(): TrialOutcome {
    const { records } = this.turn;
    const { failure } = this;
    if (records.some(({ type }) => type === "RetryScheduled")) return { status: "RETRIABLE", ...failure };
    const failed = records.find(({ type }) => type === "ExecutionFailed");
    if (failed !== undefined) return { status: "FAILED", ...failed.details };
    const exited = records.find(({ type }) => type.endsWith("StateExited"));
    if (exited === undefined) throw new Error("the state has not ended");
    const { output, assignedVariables = {} } = exited.details as {
      output: string;
      assignedVariables?: Record<string, string>;
    };
    const next = exited.then?.kind === "go" ? exited.then.state : null;
    const passed = { output, next, assigned: assignedVariables };
    return failure === undefined
      ? { status: "SUCCEEDED", ...passed }
      : { status: "CAUGHT_ERROR", ...passed, ...failure };
  }
}

function failureIn(text: string): Failure {
  const { error, cause } = JSON.parse(text) as Failure;
  return { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
}

function* attempt(stay: Stay, state: State, part: Work): Work {
  try {
    yield* part;
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    yield* failState(stay, state, failEvaluation(stay, state, error));
  }
}

function textOf({ values, keys }: MapItems): string {
  const found = keys === null ? values : Object.fromEntries(keys.map((key, index) => [key, values[index]]));
  return JSON.stringify(found);
}

type Limits = Pick<
  MapRunSpec,
  "reader" | "batcher" | "maxConcurrency" | "toleratedCount" | "toleratedPercentage"
>;

function* limitsOf(stay: Stay, state: MapState, input: Json, items: MapItems): Work<Limits> {
  const maxConcurrency = yield* maxConcurrencyOf(stay, state.maxConcurrency, input);
  if (state.distributed !== null)
    return yield* specOf(stay, state, state.distributed, input, { items, maxConcurrency });
  return { reader: null, batcher: null, maxConcurrency, toleratedCount: null, toleratedPercentage: null };
}

function exceeds(failures: number, total: number, { toleratedCount, toleratedPercentage }: Limits): boolean {
  if (toleratedCount !== null && failures > toleratedCount) return true;
  return toleratedPercentage !== null && total > 0 && (failures / total) * 100 > toleratedPercentage;
}
