import type { Block } from "../draft.js";
import { executionField, variable } from "../expression.js";
import { type Refs, reference, type Selection, selectionOf } from "../refs.js";

const run = {
  id: reference(executionField("run")),
  attempt: reference(executionField("attempt")),
  correlationId: reference(executionField("correlationId")),
};

/** The references a selector is called with: a name that is not in the scope's type reads a variable. */
export function refsIn<Scope>(block: Block): Refs<Scope> {
  const named = (name: string) => {
    if (name === "run") return run;
    const expression = name === "input" ? executionField("input") : (block.alias(name) ?? variable(name));
    const [source = name] = expression.uses;
    expression.known = { source, path: name, schema: block.draft.schemas.get(source) };
    return reference(expression);
  };
  return new Proxy(
    {},
    { get: (_, name) => (typeof name === "symbol" ? undefined : named(name)) },
  ) as Refs<Scope>;
}

/** What a selector, or a value in its place, gives. */
export function selected(block: Block, value: unknown, where: string): Selection {
  return selectionOf(typeof value === "function" ? asked(block, value as Selector, where) : value, where);
}

type Selector = (scope: never) => unknown;

/** What a function of the author's makes of the references; what it throws is told with the place. */
export function asked(block: Block, select: Selector, where: string): unknown {
  try {
    return select(refsIn<never>(block));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return block.refuse(`the ${where} could not be read: ${why}`, error);
  }
}
