import type { z } from "zod";
import type { Role, RunError } from "../run.js";
import type { Step, StepInput, StepOutput } from "../step/step.js";
import type { Condition } from "./conditions.js";
import type { Flow } from "./flow.js";
import type { Ref, Reference, Refs, Selected } from "./refs.js";
import type {
  Branch,
  InnerWorld,
  ItemOf,
  ItemScope,
  Named,
  ScopeOf,
  With,
  World,
  Yielded,
  YieldsOf,
} from "./scopes.js";

/** Where a failure that is not retried (any more) goes. */
export interface Catching<Scope, W extends World, B extends Branch> {
  readonly catch: (flow: Flow<Scope, W>, error: Ref<RunError>) => B;
}

/** What a compensation is given: what its step was given, and what that gave. */
export interface Compensated<S extends Step> {
  readonly input: StepInput<S>;
  readonly output: StepOutput<S>;
}

/** A step whose input is `{ input, output }` of another one. */
export type CompensationOf<S extends Step, C extends Step> = C &
  (Compensated<S> extends StepInput<C>
    ? unknown
    : {
        readonly input: "The compensation's input must be { input, output } of the step that it takes back.";
      });

export interface StepOptions<Scope, W extends World, S extends Step, C extends Step, B extends Branch>
  extends Partial<Catching<Scope, W, B>> {
  /** The step that takes back what this one has done, should the run be cancelled after it. */
  readonly compensate?: CompensationOf<S, C>;
}

export interface PollOptions<
  Scope,
  W extends World,
  S extends Step,
  Late extends Branch,
  Caught extends Branch,
> extends Partial<Catching<Scope, W, Caught>> {
  /** Names the states of the loop: the step's name and "Poll" unless said. */
  readonly name?: string;
  /** Names for the states that are not the step's: `<name>Check` and `<name>Pause` unless said. */
  readonly states?: { readonly check?: string; readonly pause?: string };
  /** Asked after each visit: whether it was the last one. Sees the step's output. */
  readonly until: (scope: Refs<With<Scope, S>>) => Condition;
  /** Seconds between a visit's checkpoint and the next visit. */
  readonly interval: number | ((scope: Refs<With<Scope, S>>) => Selected<number>);
  /** Seconds from the checkpoint before the poll to its last visit. */
  readonly deadline: number | ((scope: Refs<Scope>) => Selected<number>);
  /** Where a poll goes that was not done in time, with the last visit's output; else the run fails. */
  readonly onDeadline?: (flow: Flow<With<Scope, S>, W>) => Late;
}

/** The answer of an approval. */
export interface Decision<Value> {
  readonly decision: Value;
  /** Null where the deadline decided. */
  readonly decidedBy: { readonly id: string; readonly name: string } | null;
  /** ISO 8601. */
  readonly decidedAt: string;
  readonly byDefault: boolean;
}

export interface ApprovalOptions<
  Scope,
  W extends World,
  Form extends z.ZodObject,
  Late extends Branch,
  Caught extends Branch,
> extends Partial<Catching<Scope, W, Caught>> {
  /** What is to be decided, for a person. */
  readonly title: string | ((scope: Refs<Scope>) => Selected<string>);
  /** The decision, as a form. */
  readonly form: Form;
  /** What is shown beside the form. */
  readonly select: (scope: Refs<Scope>) => { readonly [name: string]: unknown };
  /** Who may decide: operators and above unless said. */
  readonly role?: Role;
  readonly stage: W["stage"];
  /** Reckoned from the checkpoint before. */
  readonly deadlineSeconds: number | ((scope: Refs<Scope>) => Selected<number>);
  /** What is decided at the deadline, or the way that the run goes then. */
  readonly onDeadline: { readonly decide: z.input<Form> } | ((flow: Flow<Scope, W>) => Late);
}

export type Branches<Scope, W extends World> = Readonly<
  Record<string, (flow: Flow<Scope, InnerWorld<W>>) => Yielded<unknown>>
>;
export type BranchResults<Bs> = {
  readonly [K in keyof Bs]: Bs[K] extends (flow: never) => Yielded<infer Value> ? Value : never;
};

export type ListOf = Reference<readonly unknown[]> | readonly unknown[];

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

/** How a hand-written state's result, and the variables of its Assign, are typed. */
export interface RawOptions<Result extends z.ZodType, Assigned extends z.ZodObject> {
  readonly scope?: Result;
  readonly assigns?: Assigned;
}

/** What later states see of a hand-written one. */
export type RawScope<Scope, Name extends string, Result extends z.ZodType, Assigned extends z.ZodObject> = ([
  Result,
] extends [never]
  ? Scope
  : Named<Scope, Name, z.output<Result>>) &
  ([Assigned] extends [never] ? unknown : Readonly<z.output<Assigned>>);
