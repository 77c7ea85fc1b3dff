import type { Step, StepOutput } from "../step/step.js";
import type { Edge } from "./nodes.js";
import type { Selected, ValueOf } from "./refs.js";

/** What all flows of one machine share: the output it owes and the stages it may name. */
export interface World {
  readonly output: unknown;
  readonly stage: string;
}

/** Branches and items end with a result of their own, never with the run's output. */
export type InnerWorld<W extends World> = { readonly output: never; readonly stage: W["stage"] };

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

/** A branch, or the work on an item, that has come to its end with a result. */
export class Yielded<out Value> {
  declare private readonly value: Value;
}

/** A flow that waits for its next state. `Yields` are results that side branches ended with. */
export abstract class OpenFlow<out Scope, out Yields> {
  declare protected readonly scope: Scope;
  declare protected readonly yields: Yields;
  protected abstract readonly open: readonly Edge[];

  /** The ways that the next state is put behind. */
  static edges(branch: Branch): readonly Edge[] {
    return branch instanceof OpenFlow ? branch.open : [];
  }
}

export type Branch = OpenFlow<unknown, unknown> | Ended | Yielded<unknown>;
export type ScopeOf<B> = B extends OpenFlow<infer Scope, unknown> ? Scope : never;
export type YieldsOf<B> =
  B extends Yielded<infer Value> ? Value : B extends OpenFlow<unknown, infer Yields> ? Yields : never;
/** Of scopes that join: the names that all of them have. */
export type Common<Scopes> = { readonly [K in keyof Scopes]: Scopes[K] };
/** How a flow ends none of whose ways goes on. */
export type Closed<Yields> = [Yields] extends [never] ? Ended : Yielded<Yields>;

export type Named<Scope, Name extends string, Value> = Scope & { readonly [K in Uncapitalize<Name>]: Value };
export type With<Scope, S extends Step> = Named<Scope, S["name"], StepOutput<S>>;

/** What a list that a selector gave holds. */
export type ItemOf<List> = ValueOf<List> extends readonly (infer Item)[] ? Item : never;
export type IndexName<As extends string> = As extends "item" ? "index" : `${As}Index`;
/** The scope around a map, with the item and its index in place of an outer map's of the same name. */
export type ItemScope<Scope, Item, As extends string> = {
  readonly [K in keyof Scope as K extends As | IndexName<As> ? never : K]: Scope[K];
} & { readonly [K in As]: Item } & { readonly [K in IndexName<As>]: number };
