import type { Token } from "./tokens.js";

type Step = { name: string; inherited: boolean } | { index: number };

/**
 * Reads a path of plain names and indexes without walking it: the way of nearly every path of a real machine.
 * undefined for other paths. The reader gives undefined when nothing is there.
 */
export function directReader(tokens: readonly Token[]): ((document: unknown) => unknown) | undefined {
  const steps: Step[] = [];
  for (const token of tokens) {
    const step = stepOf(token);
    if (step === undefined) return undefined;
    steps.push(step);
  }
  return readerOf(steps);
}

function stepOf(token: Token): Step | undefined {
  if (token.kind === "property" && token.names.length === 1) {
    const [name = ""] = token.names;
    return { name, inherited: name in Object.prototype };
  }
  if (token.kind === "index" && token.indexes.length === 1) return { index: token.indexes[0] ?? 0 };
  return undefined;
}

function readerOf(steps: Step[]): (document: unknown) => unknown {
  const [first, second] = steps;
  if (first === undefined) return (document) => document;
  if (second === undefined) return (document) => take(document, first);
  if (steps.length === 2) return (document) => take(take(document, first), second);
  return (document) => {
    let value = document;
    for (const step of steps) value = take(value, step);
    return value;
  };
}

/** JSON knows no undefined, so that is what is not there. Names that every object inherits count where they are own. */
function take(value: unknown, step: Step): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  if ("index" in step)
    return Array.isArray(value) ? value[step.index < 0 ? value.length + step.index : step.index] : undefined;
  if (Array.isArray(value) || (step.inherited && !Object.hasOwn(value, step.name))) return undefined;
  return (value as Record<string, unknown>)[step.name];
}
