import type { Block } from "../draft.js";
import { executionField, variable } from "../expression.js";
import { type Refs, reference, type Selection, selectionOf } from "../refs.js";

const given: Record<string, unknown> = {
  input: reference(executionField("input")),
  run: {
    id: reference(executionField("run")),
    attempt: reference(executionField("attempt")),
    correlationId: reference(executionField("correlationId")),
  },
};

/** The references a selector is called with: a name that is not in the scope's type reads a variable. */
export function refsIn<Scope>(block: Block): Refs<Scope> {
  return new Proxy(given, {
    get: (_, name) => {
      if (typeof name === "symbol") return undefined;
      return given[name] ?? reference(block.alias(name) ?? variable(name));
    },
  }) as Refs<Scope>;
}

/** What a selector, or a value in its place, gives. */
export function selected(block: Block, value: unknown, where: string): Selection {
  const given = typeof value === "function" ? (value as (scope: unknown) => unknown)(refsIn(block)) : value;
  return selectionOf(given, where);
}
