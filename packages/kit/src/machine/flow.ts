import type { z } from "zod";
import type { RunError } from "../run.js";
import type { Step, StepInput } from "../step/step.js";
import { caughtWithin } from "./caught.js";
import { addApproval, type ApprovalSpec } from "./constructs/approval.js";
import { conditionOf, spoken } from "./constructs/choice.js";
import { addMap, type MapSpec } from "./constructs/map.js";
import { addParallel } from "./constructs/parallel.js";
import { addPoll, type PollSpec } from "./constructs/poll.js";
import { addRaw } from "./constructs/raw.js";
import { asked, selected } from "./constructs/references.js";
import { addCatch, addStep, type Catchable } from "./constructs/step.js";
import { addWait } from "./constructs/wait.js";
import { type Block, labelOf, variableOf } from "./draft.js";
import type { AslState } from "./emit/asl.js";
import type { Expression } from "./expression.js";
import { type ChoiceNode, Edge } from "./nodes.js";
import {
  type ApprovalOptions,
  type Branches,
  type BranchResults,
  type Catching,
  type Choice,
  Chosen,
  type Decision,
  type ListOf,
  type MapOptions,
  type PollOptions,
  type RawOptions,
  type RawScope,
  type StepOptions,
} from "./options.js";
import type { Reference, Refs, Selected, ValueOf } from "./refs.js";
import {
  type Branch,
  type Closed,
  type Common,
  Ended,
  type Failure,
  type Named,
  OpenFlow,
  type ScopeOf,
  type With,
  type World,
  Yielded,
  type YieldsOf,
} from "./scopes.js";

type Joined<Scopes, W extends World, Yields> = [Scopes] extends [never]
  ? Closed<Yields>
  : Flow<Common<Scopes>, W, Yields>;

/**
 * A machine in the making, from its start or a branch on. Each method adds a state and gives the flow
 * after it; a flow is continued once. `Scope` maps names to the values that selectors may read; `Yields`
 * is what side branches have already ended with.
 */
export class Flow<Scope, W extends World, Yields = never> extends OpenFlow<Scope, Yields> {
  readonly #block: Block;
  protected readonly open: readonly Edge[];

  constructor(block: Block, open: readonly Edge[]) {
    super();
    this.#block = block;
    this.open = open;
  }

  /**
   * Runs a step; its output is `scope.<step name in camelCase>` from then on. A failure that is not
   * retried (any more) goes the way of `catch`, else to the machine's onFailure, else ends the run.
   * A catch branch that does not end joins the flow after the step, without the step's output.
   */
  step<S extends Step<string, W["stage"]>>(
    step: S,
    select: (scope: Refs<Scope>) => Selected<StepInput<S>>,
  ): Flow<With<Scope, S>, W, Yields>;
  step<
    S extends Step<string, W["stage"]>,
    C extends Step<string, W["stage"]> = never,
    B extends Branch = never,
  >(
    step: S,
    select: (scope: Refs<Scope>) => Selected<StepInput<S>>,
    options: StepOptions<Scope, W, S, C, B>,
  ): Flow<Common<With<Scope, S> | ScopeOf<B>>, W, Yields | YieldsOf<B>>;
  step(
    step: Step,
    select: unknown,
    options: { readonly compensate?: Step } & Partial<Catching<Scope, W, Branch>> = {},
  ): AnyFlow {
    const node = addStep(this.#block, this.open, step, select, { compensate: options.compensate });
    return this.#on([node.next, ...this.#caught([node], options)]);
  }

  /**
   * Runs a step again and again until a condition holds, at an interval and up to a deadline; each visit
   * has a checkpoint of its own. `scope.<step>` is the last visit's output from then on.
   */
  poll<S extends Step<string, W["stage"]>, Late extends Branch = never, Caught extends Branch = never>(
    step: S,
    select: (scope: Refs<Scope>) => Selected<StepInput<S>>,
    options: PollOptions<Scope, W, S, Late, Caught>,
  ): Flow<
    Common<With<Scope, S> | ScopeOf<Late> | ScopeOf<Caught>>,
    W,
    Yields | YieldsOf<Late> | YieldsOf<Caught>
  >;
  poll(
    step: Step,
    select: unknown,
    options: PollSpec & Partial<Catching<Scope, W, Branch>> & { onDeadline?: (flow: never) => Branch },
  ): AnyFlow {
    const block = this.#block;
    const { node, done, late } = addPoll(block, this.open, step, select, options);
    const open = [done, ...this.#caught([node], options)];
    const grow = options.onDeadline as ((flow: Flow<Scope, W>) => Branch) | undefined;
    if (grow) return this.#on([...open, ...this.#branch([late], grow)]);
    const failure = new Flow<Scope, W>(block, [late]);
    failure.fail(`${step.name}TooLate`, {
      code: "DEADLINE_PASSED",
      message: `${labelOf(step.name)}: it was not done in time.`,
    });
    return this.#on(open);
  }

  /** Goes the way of the first condition that holds. Branches that do not end join after the choice. */
  choice<Scopes, More>(
    name: string,
    build: (choice: Choice<Scope, W>) => Chosen<Scopes, More>,
  ): Joined<Scopes, W, Yields | More> {
    const block = this.#block;
    const node = block.add<ChoiceNode>(this.open, { kind: "choice", name, rules: [], otherwise: null });
    const open: Edge[] = [];
    const branch = (edge: Edge, grow: (flow: Flow<Scope, W>) => Branch) =>
      open.push(...this.#branch([edge], grow));
    const choice: Choice<Scope, W, unknown, unknown> = {
      when: (ask, grow) => {
        const condition = conditionOf(asked(block, ask, `condition of "${name}"`), name, block);
        const edge = new Edge(name, "when", { label: spoken(condition) });
        node.rules.push({ condition, edge });
        branch(edge, grow);
        return choice;
      },
      otherwise: (grow) => {
        const edge = new Edge(name, "otherwise");
        node.otherwise = edge;
        branch(edge, grow);
        return new Chosen<unknown, unknown>();
      },
    };
    build(choice);
    if (node.rules.length === 0) block.refuse(`the choice "${name}" has no condition.`);
    if (!node.otherwise) block.refuse(`the choice "${name}" has no otherwise.`);
    return (open.length === 0 ? new Ended() : this.#on(open)) as Joined<Scopes, W, Yields | More>;
  }

  /**
   * Waits until a time (ISO 8601), or for some seconds reckoned from the last checkpoint before (or the
   * run's start), so that a retry of the run passes a wait that was already served at once.
   */
  wait(
    name: string,
    until:
      | { readonly seconds: number | ((scope: Refs<Scope>) => Selected<number>) }
      | { readonly until: (scope: Refs<Scope>) => Selected<string> },
  ): Flow<Scope, W, Yields> {
    return new Flow(this.#block, [addWait(this.#block, this.open, name, until)]);
  }

  /**
   * Goes several ways at once, each to a `yield`; goes on when all have ended. `scope.<name in camelCase>`
   * holds the results by the branches' names. Steps of a branch are seen in it only. One branch that
   * fails stops the others.
   */
  parallel<const Name extends string, Bs extends Branches<Scope, W>>(
    name: Name,
    branches: Bs,
  ): Flow<Named<Scope, Name, BranchResults<Bs>>, W, Yields>;
  parallel<const Name extends string, Bs extends Branches<Scope, W>, B extends Branch>(
    name: Name,
    branches: Bs,
    options: Catching<Scope, W, B>,
  ): Flow<Common<Named<Scope, Name, BranchResults<Bs>> | ScopeOf<B>>, W, Yields | YieldsOf<B>>;
  parallel(name: string, branches: Branches<Scope, W>, options?: Catching<Scope, W, Branch>): AnyFlow {
    const grown = Object.entries(branches).map(
      ([key, grow]) => [key, (inner: Block) => this.#grow(inner, grow as Grown)] as const,
    );
    const node = addParallel(this.#block, this.open, name, Object.fromEntries(grown));
    return this.#on([node.next, ...this.#caught([node], options ?? {}, caughtWithin(name))]);
  }

  /**
   * Does the same for each item of a list, several at a time; `scope.<name in camelCase>` is the list of
   * what the items yield, in their order. One item that fails fails the map.
   */
  map<
    const Name extends string,
    const List extends ListOf,
    Value,
    const As extends string = "item",
    Caught extends Branch = never,
  >(
    name: Name,
    options: MapOptions<Scope, W, List, Value, As> & Partial<Catching<Scope, W, Caught>>,
  ): Flow<Common<Named<Scope, Name, Value[]> | ScopeOf<Caught>>, W, Yields | YieldsOf<Caught>>;
  map(
    name: string,
    options: MapSpec & { readonly item: unknown } & Partial<Catching<Scope, W, Branch>>,
  ): AnyFlow {
    const grow = (inner: Block) => this.#grow(inner, options.item as Grown);
    const node = addMap(this.#block, this.open, name, options, grow);
    return this.#on([node.next, ...this.#caught([node], options ?? {}, caughtWithin(name))]);
  }

  /**
   * Asks a person, who decides by a form, and waits for the answer. `scope.<name in camelCase>` says what
   * was decided and by whom. At the deadline the default counts, or the flow goes a way of its own; a
   * decision that comes at that very moment counts all the same.
   */
  approval<
    const Name extends string,
    Form extends z.ZodObject,
    Late extends Branch = never,
    Caught extends Branch = never,
  >(
    name: Name,
    options: ApprovalOptions<Scope, W, Form, Late, Caught>,
  ): Flow<
    Common<Named<Scope, Name, Decision<z.output<Form>>> | ScopeOf<Late> | ScopeOf<Caught>>,
    W,
    Yields | YieldsOf<Late> | YieldsOf<Caught>
  >;
  approval(name: string, options: ApprovalSpec & Partial<Catching<Scope, W, Branch>>): AnyFlow {
    const { node, expire, decided, late } = addApproval(this.#block, this.open, name, options);
    const open = [...decided, ...this.#caught([node, expire], options, caughtWithin(name))];
    if (!late) return this.#on(open);
    const grow = options.onDeadline as (flow: Flow<Scope, W>) => Branch;
    return this.#on([...open, ...this.#branch([late], grow)]);
  }

  /**
   * The way out: a state as Amazon States Language has it, without Next, End and Catch. References given by
   * a selector are written as JSONata. Its effects are no checkpoint: a retry of the run repeats them.
   *
   * @param options `scope` types the result of a Task, Map or Parallel, which is then `scope.<name>`; `assigns` types variables
   *   of its Assign, which are then `scope.<variable>`.
   */
  raw<
    const Name extends string,
    Result extends z.ZodType = never,
    Assigned extends z.ZodObject = never,
    Caught extends Branch = never,
  >(
    name: Name,
    state: AslState | ((scope: Refs<Scope>) => { readonly Type: string; readonly [field: string]: unknown }),
    options?: RawOptions<Result, Assigned> & Partial<Catching<Scope, W, Caught>>,
  ): Flow<Common<RawScope<Scope, Name, Result, Assigned> | ScopeOf<Caught>>, W, Yields | YieldsOf<Caught>>;
  raw(
    name: string,
    state: unknown,
    options: RawOptions<z.ZodType, z.ZodObject> & Partial<Catching<Scope, W, Branch>> = {},
  ): AnyFlow {
    const node = addRaw(this.#block, this.open, name, state, options);
    return this.#on([node.next, ...this.#caught([node], options, caughtWithin(name))]);
  }

  /** Ends the branch of a parallel, or the work on an item of a map, with its result. */
  yield<const Value>(select: (scope: Refs<Scope>) => Value): Yielded<Yields | ValueOf<Value>> {
    const block = this.#block;
    if (block.outer === null) {
      block.refuse("yield ends a branch or an item: a machine ends with succeed or fail.");
    }
    const output = selected(block, select, `result of "${block.name}"`);
    const taken = [...block.nodes.values()].filter(({ kind }) => kind === "yield").length;
    const name = `${block.name}Result${taken === 0 ? "" : taken + 1}`;
    block.add(this.open, { kind: "yield", name, output });
    return new Yielded();
  }

  /** Ends the run with the contract's output. */
  succeed(name: string, select: (scope: Refs<Scope>) => Selected<W["output"]>): Ended {
    const block = this.#block;
    if (block.outer !== null) {
      block.refuse(`"${name}" cannot end the run from inside "${block.name}": yield a result instead.`);
    }
    const output = selected(block, select, `output of "${name}"`);
    block.add(this.open, { kind: "succeed", name, output });
    return new Ended();
  }

  /**
   * Ends the run as failed; in a branch or an item, fails the parallel or map, whose catch sees the error.
   * Several branches of a choice may end in the same fail state, each with its own error.
   *
   * @param failure code, message for the user and cause, or the error that a catch was given.
   */
  fail(
    name: string,
    failure: Failure | Reference<RunError> | ((scope: Refs<Scope>) => Failure),
  ): Closed<Yields> {
    const block = this.#block;
    const error = selected(block, failure, `error of "${name}"`);
    const ways = block.failures.get(name);
    if (ways) {
      block.connect(this.open, name);
      ways.push({ edges: this.open, error });
    } else {
      block.add(this.open, { kind: "fail", name, error, shared: null });
      block.draft.nameVariable(variableOf(name), name, block);
      block.failures.set(name, [{ edges: this.open, error }]);
    }
    return new Ended() as Closed<Yields>;
  }

  #on(open: readonly Edge[]): AnyFlow {
    return new Flow(this.#block, open);
  }

  /** Grows a side branch; gives the ways that it leaves open. */
  #branch(open: readonly Edge[], grow: (flow: Flow<Scope, W>) => Branch): readonly Edge[] {
    return OpenFlow.edges(grow(new Flow(this.#block, open)));
  }

  /** Grows the branch that failures of some states go, where there is one. */
  #caught(
    nodes: readonly Catchable[],
    options: Partial<Catching<Scope, W, Branch>>,
    value?: Expression,
  ): readonly Edge[] {
    const grow = options.catch;
    if (!grow) return [];
    const { edges, error } = addCatch(this.#block, nodes, value);
    return this.#branch(edges, (flow) => grow(flow, error));
  }

  #grow(inner: Block, grow: Grown): void {
    const end = grow(new Flow(inner, [inner.start]));
    if (!(end instanceof Yielded) && !(end instanceof Ended)) {
      inner.refuse(`"${inner.name}" ends without a result: end it with yield.`);
    }
  }
}

/** What the implementations give: their overloads say which scope it has. */
type AnyFlow = OpenFlow<unknown, unknown>;
type Grown = (flow: Flow<unknown, World>) => unknown;
