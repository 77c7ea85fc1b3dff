import type { Randomness } from "./randomness.js";

/** What the fields of a state see while they are evaluated. */
export interface Scope {
  /** Members of $states. They parse when they are read; one that is absent in this place is undefined. */
  states: {
    readonly input: unknown;
    readonly context: unknown;
    readonly result?: unknown;
    readonly errorOutput?: unknown;
  };
  /** A workflow variable's value as JSON text, from the innermost scope that has it; undefined when none has. */
  variable(name: string): string | undefined;
  /** Clock of the event that is being handled, in ms since 1970. */
  at: number;
  random: Randomness;
  /** Name of the state, for messages. */
  state: string;
  /** As JSON.stringify, which it may be quicker than. */
  write?(value: unknown): string;
}

/** What a JSONPath sees. */
export interface PathScope {
  /** The document that `$` stands for. */
  readonly data: unknown;
  /** The same as it came, white space and all, for messages. */
  readonly text: string;
  /** The context object, `$$`. */
  readonly context: unknown;
  variable(name: string): string | undefined;
  random: Randomness;
  state: string;
}
