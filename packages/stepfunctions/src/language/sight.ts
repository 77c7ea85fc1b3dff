import type { Scope } from "./scope.js";

/** One evaluation's view of a scope: each variable is parsed once. */
export class Sight {
  private parsed: Map<string, unknown> | undefined;

  constructor(readonly scope: Scope) {}

  /** Value of a workflow variable, undefined when it is not assigned. */
  variable(name: string): unknown {
    const known = this.parsed?.get(name);
    if (known !== undefined) return known;
    const text = this.scope.variable(name);
    if (text === undefined) return undefined;
    const value: unknown = JSON.parse(text);
    this.parsed ??= new Map();
    this.parsed.set(name, value);
    return value;
  }
}

/** Members of $states, as AWS names them. */
export const STATES_MEMBERS = ["input", "context", "result", "errorOutput"] as const;
export type StatesMember = (typeof STATES_MEMBERS)[number];

export function isStatesMember(name: unknown): name is StatesMember {
  return STATES_MEMBERS.includes(name as StatesMember);
}

/** $states as a plain object that holds those of the given members that are there. */
export function statesObject(scope: Scope, members: readonly StatesMember[]): Record<string, unknown> {
  const states: Record<string, unknown> = {};
  for (const member of members) {
    const value = scope.states[member];
    if (value !== undefined) states[member] = value;
  }
  return states;
}
