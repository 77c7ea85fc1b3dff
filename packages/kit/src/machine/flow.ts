import type { RunError } from "../run.js";
import type { Step, StepInput } from "../step/step.js";
import { caughtWithin } from "./caught.js";
import { Condition } from "./conditions.js";
import { addMap, type MapSpec } from "./constructs/map.js";
import { addParallel } from "./constructs/parallel.js";
import { refsIn, selected } from "./constructs/references.js";
import { addCatch, addStep } from "./constructs/step.js";
import { addWait } from "./constructs/wait.js";
import { type Block, variableOf } from "./draft.js";
import { fromVariables } from "./expression.js";
import { type ChoiceNode, Edge, type Node } from "./nodes.js";
import type { Ref, Reference, Refs, Selected, ValueOf } from "./refs.js";
import {
  type Branch,
  type Closed,
  type Common,
  Ended,
  type Failure,
  type InnerWorld,
  type ItemOf,
  type ItemScope,
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

/** Where a failure that is not retried (any more) goes. */
export interface Catching<Scope, W extends World, B extends Branch> {
  readonly catch: (flow: Flow<Scope, W>, error: Ref<RunError>) => B;
}

type Branches<Scope, W extends World> = Readonly<
  Record<string, (flow: Flow<Scope, InnerWorld<W>>) => Yielded<unknown>>
>;
type BranchResults<Bs> = {
  readonly [K in keyof Bs]: Bs[K] extends (flow: never) => Yielded<infer Value> ? Value : never;
};

export interface MapOptions<Scope, W extends World, List, Value, As extends string> {
  /** The list. Bounded lists (`.max(n)` in the schema) tell the build how much the results can be. */
  readonly items: (scope: Refs<Scope>) => List;
  /** What the scope of an item calls it: `item` and `index` unless said; `page` gives `page` and `pageIndex`. */
  readonly as?: As;
  /** What is done with each item, to a `yield`. */
  readonly item: (flow: Flow<ItemScope<Scope, ItemOf<List>, As>, InnerWorld<W>>) => Yielded<Value>;
  /** How many items are worked on at a time: 10 unless said, 40 at most inline. */
  readonly maxConcurrency?: number;
  /** `distributed` makes each item an execution of its own: for more items than a history of 25,000 events holds. */
  readonly mode?: "inline" | "distributed";
  /** Distributed only: so many failed items are left out of the results, in percent; 0 unless said. */
  readonly toleratedFailurePercentage?: number;
}

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
  step<S extends Step<string, W["stage"]>, B extends Branch>(
    step: S,
    select: (scope: Refs<Scope>) => Selected<StepInput<S>>,
    options: Catching<Scope, W, B>,
  ): Flow<Common<With<Scope, S> | ScopeOf<B>>, W, Yields | YieldsOf<B>>;
  step(step: Step, select: (scope: Refs<Scope>) => unknown, options?: Catching<Scope, W, Branch>): AnyFlow {
    const node = addStep(this.#block, this.open, step, select);
    if (!options) return this.#on([node.next]);
    const { edge, error } = addCatch(this.#block, node);
    return this.#on([node.next, ...OpenFlow.edges(options.catch(this.#branch(edge), error))]);
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
      open.push(...OpenFlow.edges(grow(this.#branch(edge))));
    const choice: Choice<Scope, W, unknown, unknown> = {
      when: (ask, grow) => {
        const condition = conditionOf(ask(refsIn(block)), name, block);
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
    return this.#caught(node, options);
  }

  /**
   * Does the same for each item of a list, several at a time; `scope.<name in camelCase>` is the list of
   * what the items yield, in their order. One item that fails fails the map.
   */
  map<const Name extends string, const List extends ListOf, Value, const As extends string = "item">(
    name: Name,
    options: MapOptions<Scope, W, List, Value, As>,
  ): Flow<Named<Scope, Name, readonly Value[]>, W, Yields>;
  map<
    const Name extends string,
    const List extends ListOf,
    Value,
    B extends Branch,
    const As extends string = "item",
  >(
    name: Name,
    options: MapOptions<Scope, W, List, Value, As> & Catching<Scope, W, B>,
  ): Flow<Common<Named<Scope, Name, readonly Value[]> | ScopeOf<B>>, W, Yields | YieldsOf<B>>;
  map(
    name: string,
    options: MapSpec & { readonly item: unknown } & Partial<Catching<Scope, W, Branch>>,
  ): AnyFlow {
    const grow = (inner: Block) => this.#grow(inner, options.item as Grown);
    const node = addMap(this.#block, this.open, name, options, grow);
    return this.#caught(node, options);
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

  #branch(edge: Edge): Flow<Scope, W> {
    return new Flow(this.#block, [edge]);
  }

  #grow(inner: Block, grow: Grown): void {
    const end = grow(new Flow(inner, [inner.start]));
    if (!(end instanceof Yielded) && !(end instanceof Ended)) {
      inner.refuse(`"${inner.name}" ends without a result: end it with yield.`);
    }
  }

  #caught(
    node: Extract<Node, { kind: "map" | "parallel" }>,
    options: Partial<Catching<Scope, W, Branch>> | undefined,
  ): AnyFlow {
    if (!options?.catch) return this.#on([node.next]);
    const { edge, error } = addCatch(this.#block, node, caughtWithin(node.name));
    return this.#on([node.next, ...OpenFlow.edges(options.catch(this.#branch(edge), error))]);
  }
}

/** What the implementations give: their overloads say which scope it has. */
type AnyFlow = OpenFlow<unknown, unknown>;
type Grown = (flow: Flow<unknown, World>) => unknown;
type ListOf = Reference<readonly unknown[]> | readonly unknown[];

/** A choice in the making; `Scopes` are those of the branches that stay open, `Yields` the results of others. */
export interface Choice<Scope, W extends World, Scopes = never, Yields = never> {
  when<B extends Branch>(
    condition: (scope: Refs<Scope>) => Condition,
    branch: (flow: Flow<Scope, W>) => B,
  ): Choice<Scope, W, Scopes | ScopeOf<B>, Yields | YieldsOf<B>>;
  otherwise<B extends Branch>(
    branch: (flow: Flow<Scope, W>) => B,
  ): Chosen<Scopes | ScopeOf<B>, Yields | YieldsOf<B>>;
}

/** A choice whose ways are all told. */
export class Chosen<Scopes, Yields> {
  declare readonly scopes: Scopes;
  declare readonly yields: Yields;
}

function conditionOf(condition: unknown, name: string, block: Block): Condition {
  if (condition instanceof Condition) return condition;
  return block.refuse(`a condition of "${name}" was not made with eq, lt, exists and the like.`);
}

/** A condition as the dashboard writes it beside the arrow. */
function spoken(condition: Condition): string {
  return condition.expression
    .render(fromVariables)
    .replaceAll("$states.context.Execution.Input.", "")
    .replaceAll(/\$(?=[a-z]+[A-Za-z0-9]*[. ])/g, "");
}
