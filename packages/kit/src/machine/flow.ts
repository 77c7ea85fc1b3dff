import type { RunError } from "../run.js";
import type { Step, StepInput, StepOutput } from "../step/step.js";
import { caughtError } from "./caught.js";
import { Condition } from "./conditions.js";
import { type ChoiceNode, type Draft, Edge, type StepNode, variableOf } from "./draft.js";
import { fromVariables, jsonata, variable } from "./expression.js";
import { type Ref, type Reference, type Refs, reference, type Selected, selectionOf } from "./refs.js";
import { fitInput } from "./fit.js";

/** What all flows of one machine share: the output it owes and the stages it may name. */
export interface World {
  readonly output: unknown;
  readonly stage: string;
}

/** What every selector sees besides the outputs of earlier steps. */
export interface BaseScope<Input> {
  readonly input: Input;
  readonly run: { readonly id: string; readonly attempt: number; readonly correlationId: string };
}

export interface Failure {
  /** SCREAMING_SNAKE_CASE. */
  readonly code: Selected<string>;
  /** For the user. */
  readonly message: Selected<string>;
  /** For the engineer. */
  readonly cause?: Selected<string>;
}

/** A flow that has come to its end. */
export class Ended {
  declare private readonly ended: true;
}

/** A flow that waits for its next state. */
abstract class OpenFlow<out Scope> {
  declare protected readonly scope: Scope;
  protected abstract readonly open: readonly Edge[];

  /** The ways that the next state is put behind. */
  static edges(branch: Branch): readonly Edge[] {
    return branch instanceof OpenFlow ? branch.open : [];
  }
}

type Branch = OpenFlow<unknown> | Ended;
type ScopeOf<B> = B extends OpenFlow<infer Scope> ? Scope : never;
/** Of scopes that join: the names that all of them have. */
type Common<Scopes> = { readonly [K in keyof Scopes]: Scopes[K] };
type Joined<Scopes, W extends World> = [Scopes] extends [never] ? Ended : Flow<Common<Scopes>, W>;
type With<Scope, S extends Step> = Scope & { readonly [K in Uncapitalize<S["name"]>]: StepOutput<S> };

const execution = "$states.context.Execution.Input";
const given: Record<string, unknown> = {
  input: reference(jsonata`${execution}.input`),
  run: {
    id: reference(jsonata`${execution}.run`),
    attempt: reference(jsonata`${execution}.attempt`),
    correlationId: reference(jsonata`${execution}.correlationId`),
  },
};

/** The references a selector is called with: a name that is not in the scope's type reads a variable. */
function refs<Scope>(): Refs<Scope> {
  return new Proxy(given, {
    get: (_, name) => (typeof name === "symbol" ? undefined : (given[name] ?? reference(variable(name)))),
  }) as Refs<Scope>;
}

/**
 * A machine in the making, from its start or a branch on. Each method adds a state and gives the flow
 * after it; a flow is continued once. `Scope` maps names to the values that selectors may read.
 */
export class Flow<Scope, W extends World> extends OpenFlow<Scope> {
  readonly #draft: Draft;
  protected readonly open: readonly Edge[];

  constructor(draft: Draft, open: readonly Edge[]) {
    super();
    this.#draft = draft;
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
  ): Flow<With<Scope, S>, W>;
  step<S extends Step<string, W["stage"]>, B extends Branch>(
    step: S,
    select: (scope: Refs<Scope>) => Selected<StepInput<S>>,
    options: { readonly catch: (flow: Flow<Scope, W>, error: Ref<RunError>) => B },
  ): Flow<Common<With<Scope, S> | ScopeOf<B>>, W>;
  step(
    step: Step,
    select: (scope: Refs<Scope>) => unknown,
    options?: { readonly catch: (flow: Flow<Scope, W>, error: Ref<RunError>) => Branch },
  ): Flow<never, W> {
    const draft = this.#draft;
    const name = step.name;
    const input = selectionOf(select(refs()), `input of "${name}"`);
    const problem = fitInput(input, step.input);
    if (problem) draft.refuse(`the input of "${name}" ${problem}.`);
    const next = new Edge(name, "next", {
      assigns: [{ variable: variableOf(name), value: jsonata`$states.result.Payload.output` }],
    });
    const node = draft.add<StepNode>(this.open, { kind: "step", name, step, input, next, caught: null });
    if (!options) return new Flow(draft, [next]);
    const failed = `${variableOf(name)}Error`;
    const caught = new Edge(name, "catch", { assigns: [{ variable: failed, value: caughtError(name) }] });
    node.caught = caught;
    const branch = options.catch(new Flow(draft, [caught]), reference(variable(failed)));
    return new Flow(draft, [next, ...OpenFlow.edges(branch)]);
  }

  /** Goes the way of the first condition that holds. Branches that do not end join after the choice. */
  choice<Scopes>(name: string, build: (choice: Choice<Scope, W>) => Chosen<Scopes>): Joined<Scopes, W> {
    const node = this.#draft.add<ChoiceNode>(this.open, { kind: "choice", name, rules: [], otherwise: null });
    const open: Edge[] = [];
    const branch = (edge: Edge, grow: (flow: Flow<Scope, W>) => Branch) =>
      open.push(...OpenFlow.edges(grow(new Flow(this.#draft, [edge]))));
    const choice: Choice<Scope, W, unknown> = {
      when: (ask, grow) => {
        const condition = ask(refs());
        if (!(condition instanceof Condition)) {
          this.#draft.refuse(`a condition of "${name}" was not made with eq, lt, exists and the like.`);
        }
        const edge = new Edge(name, "when", { label: spoken(condition) });
        node.rules.push({ condition, edge });
        branch(edge, grow);
        return choice;
      },
      otherwise: (grow) => {
        const edge = new Edge(name, "otherwise");
        node.otherwise = edge;
        branch(edge, grow);
        return new Chosen<unknown>();
      },
    };
    build(choice);
    if (node.rules.length === 0) this.#draft.refuse(`the choice "${name}" has no condition.`);
    if (!node.otherwise) this.#draft.refuse(`the choice "${name}" has no otherwise.`);
    return (open.length === 0 ? new Ended() : new Flow(this.#draft, open)) as Joined<Scopes, W>;
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
  ): Flow<Scope, W> {
    const selected = (value: number | ((scope: Refs<Scope>) => unknown)) =>
      selectionOf(typeof value === "function" ? value(refs()) : value, `time of the wait "${name}"`);
    const next = new Edge(name, "next");
    const time = "seconds" in until ? { seconds: selected(until.seconds) } : { time: selected(until.until) };
    if ("seconds" in until && typeof until.seconds === "number" && !(until.seconds > 0)) {
      this.#draft.refuse(`the wait "${name}" must take more than 0 seconds.`);
    }
    this.#draft.add(this.open, { kind: "wait", name, until: time, next });
    return new Flow(this.#draft, [next]);
  }

  /** Ends the run with the contract's output. */
  succeed(name: string, select: (scope: Refs<Scope>) => Selected<W["output"]>): Ended {
    const output = selectionOf(select(refs()), `output of "${name}"`);
    this.#draft.add(this.open, { kind: "succeed", name, output });
    return new Ended();
  }

  /**
   * Ends the run as failed. Several branches may end in the same fail state, each with its own error.
   *
   * @param failure code, message for the user and cause, or the error that a catch was given.
   */
  fail(name: string, failure: Failure | Reference<RunError> | ((scope: Refs<Scope>) => Failure)): Ended {
    const draft = this.#draft;
    const value = typeof failure === "function" ? failure(refs()) : failure;
    const error = selectionOf(value, `error of "${name}"`);
    const ways = draft.failures.get(name);
    if (ways) {
      draft.connect(this.open, name);
      ways.push({ edges: this.open, error });
    } else {
      draft.add(this.open, { kind: "fail", name, error });
      draft.failures.set(name, [{ edges: this.open, error }]);
    }
    return new Ended();
  }
}

/** A choice in the making; `Scopes` are those of the branches that stay open. */
export interface Choice<Scope, W extends World, Scopes = never> {
  when<B extends Branch>(
    condition: (scope: Refs<Scope>) => Condition,
    branch: (flow: Flow<Scope, W>) => B,
  ): Choice<Scope, W, Scopes | ScopeOf<B>>;
  otherwise<B extends Branch>(branch: (flow: Flow<Scope, W>) => B): Chosen<Scopes | ScopeOf<B>>;
}

/** A choice whose ways are all told. */
export class Chosen<Scopes> {
  declare readonly scopes: Scopes;
}

/** A condition as the dashboard writes it beside the arrow. */
function spoken(condition: Condition): string {
  return condition.expression
    .render(fromVariables)
    .replaceAll("$states.context.Execution.Input.", "")
    .replaceAll(/\$(?=[a-z]+[A-Za-z0-9]*[. ])/g, "");
}
