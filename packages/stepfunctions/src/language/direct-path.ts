import { MAX_SEQUENCE } from "./bounds.js";
import { LEFT } from "./direct-values.js";
import { isStatesMember, type Sight, STATES_MEMBERS, statesObject } from "./sight.js";
import { type AstFilter, type AstNode, isPlain } from "./syntax-tree.js";

interface Step {
  key: string;
  /** Written with `[]`. */
  keep: boolean;
  /** Numbers in square brackets behind the name. */
  indexes: number[];
}

type Direct = (sight: Sight) => unknown;

/** A variable, or a path of names and constant indexes from one. Undefined for any other. */
export function compilePath(node: AstNode, builtIn: (name: string) => boolean): Direct | undefined {
  if (node.type === "variable") return compileStart(node, builtIn);
  if (!isPlain(node, "steps", "keepSingletonArray", "keepArray")) return undefined;
  const [first, ...rest] = node.steps ?? [];
  if (first?.type !== "variable") return undefined;
  const steps: Step[] = [];
  for (const node of rest) {
    const indexes = indexesOf(node.stages);
    if (node.type !== "name" || indexes === undefined || !isPlain(node, "stages", "keepArray"))
      return undefined;
    steps.push({ key: node.value as string, keep: node.keepArray === true, indexes });
  }
  const keep = node.keepSingletonArray === true || node.keepArray === true;
  const member = isPlain(first) && first.value === "states" ? steps[0] : undefined;
  if (member !== undefined) return compileStatesPath(member, steps, keep);
  const start = compileStart(first, builtIn);
  return start && ((sight) => follow(start(sight), steps, keep));
}

/** `$states.member`: only that member is read. */
function compileStatesPath(member: Step, steps: Step[], keep: boolean): Direct {
  const { key } = member;
  if (!isStatesMember(key)) return () => undefined;
  if (member.indexes.length > 0) return (sight) => follow(statesObject(sight.scope, [key]), steps, keep);
  const rest = steps.slice(1);
  return (sight) => follow(sight.scope.states[key], rest, keep);
}

function compileStart(node: AstNode, builtIn: (name: string) => boolean): Direct | undefined {
  const name = node.value;
  const indexes = indexesOf(node.predicate);
  if (typeof name !== "string" || name === "" || name === "$" || builtIn(name)) return undefined;
  if (indexes === undefined || !isPlain(node, "predicate", "keepArray")) return undefined;
  const value: Direct =
    name === "states"
      ? (sight) => statesObject(sight.scope, STATES_MEMBERS)
      : (sight) => sight.variable(name);
  if (indexes.length === 0) return value;
  const keep = node.keepArray === true;
  return (sight) => {
    let items: Items = { list: [], sequence: true };
    let current = value(sight);
    for (const index of indexes) {
      items = pick(current, index);
      current = items.list;
    }
    return unwrap(items, keep);
  };
}

function indexesOf(filters: AstFilter[] | undefined): number[] | undefined {
  const indexes: number[] = [];
  for (const { type, expr } of filters ?? []) {
    if (type !== "filter" || expr.type !== "number" || !isPlain(expr)) return undefined;
    indexes.push(Math.floor(expr.value as number));
  }
  return indexes;
}

/** An array with JSONata's mark whether it is a sequence: one of those is as good as the only value in it. */
interface Items {
  list: unknown[];
  sequence: boolean;
}

function unwrap({ list, sequence }: Items, keep: boolean): unknown {
  if (!sequence || list.length > 1) return list;
  if (list.length === 0) return undefined;
  return keep ? list : list[0];
}

/** Walks the steps from a value. While there is but one object at a time, nothing has to be gathered. */
function follow(start: unknown, steps: readonly Step[], keep: boolean): unknown {
  let value = start;
  let at = 0;
  if (value === undefined) return undefined;
  for (; at < steps.length && !Array.isArray(value); at += 1) {
    const step = steps[at] as Step;
    if (step.indexes.length > 0) break;
    value = member(value, step.key);
    if (value === undefined) return undefined;
  }
  if (at === steps.length) return keep && !Array.isArray(value) ? [value] : value;
  return unwrap(gather(Array.isArray(value) ? value : [value], steps, at), keep);
}

function gather(values: readonly unknown[], steps: readonly Step[], from: number): Items {
  let items: Items = { list: values as unknown[], sequence: true };
  for (let at = from; at < steps.length && items.list.length > 0; at += 1)
    items = takeStep(items.list, steps[at] as Step, at === steps.length - 1);
  return items;
}

function takeStep(values: readonly unknown[], step: Step, last: boolean): Items {
  const results: unknown[] = [];
  let lastIsSequence = false;
  for (const value of values) {
    const found = Array.isArray(value) ? memberOfEach(value, step) : member(value, step.key);
    let sequence = found instanceof Sequence;
    let result: unknown = found instanceof Sequence ? found.list : found;
    for (const index of step.indexes) {
      const picked = pick(result, index);
      result = picked.list;
      sequence = picked.sequence;
    }
    if (result === undefined) continue;
    results.push(result);
    lastIsSequence = sequence;
  }
  const [only] = results;
  if (last && results.length === 1 && Array.isArray(only) && !lastIsSequence)
    return { list: only, sequence: false };
  return { list: flatten(results), sequence: true };
}

/** An array that JSONata would have marked as a sequence. */
class Sequence {
  constructor(readonly list: unknown[]) {}
}

function memberOfEach(values: readonly unknown[], { key, keep }: Step): unknown {
  const list = membersOf(values, key);
  if (list.length === 0) return undefined;
  return list.length === 1 && !keep ? list[0] : new Sequence(list);
}

function membersOf(values: readonly unknown[], key: string): unknown[] {
  const found: unknown[] = [];
  for (const value of values) {
    const part = Array.isArray(value) ? membersOf(value, key) : member(value, key);
    if (Array.isArray(part)) for (const inner of part) found.push(inner);
    else if (part !== undefined) found.push(part);
  }
  return found;
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  const object = value as Record<string, unknown>;
  // jsonata takes such an object for a function.
  if (object._jsonata_lambda === true || object._jsonata_function === true) throw LEFT;
  return object[key];
}

function pick(value: unknown, index: number): Items {
  // jsonata takes an object with such a member for a list of its own.
  if (typeof value === "object" && value !== null && "tupleStream" in value) throw LEFT;
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const item = list[index < 0 ? list.length + index : index];
  if (Array.isArray(item)) return { list: item, sequence: false };
  return { list: item === undefined ? [] : [item], sequence: true };
}

function flatten(values: readonly unknown[]): unknown[] {
  const flat: unknown[] = [];
  for (const value of values) {
    if (Array.isArray(value)) for (const part of value) flat.push(part);
    else flat.push(value);
  }
  if (flat.length > MAX_SEQUENCE) throw LEFT;
  return flat;
}
