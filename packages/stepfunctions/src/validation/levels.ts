import { isObject } from "../json.js";
import { isDistributed, processorField } from "./map.js";
import type { Json } from "./shape.js";

/** The states of a definition, a branch or an item processor: what can lead to one another. */
export interface Level {
  at: string;
  startAt: string;
  states: Map<string, Json>;
  outer: Level | undefined;
  /** The state of the outer level that holds this one. */
  holder: string | undefined;
  /** Its states run in executions of their own, where outer variables cannot be read. */
  distributed: boolean;
}

/** Every level of a definition of good form, outer ones first, in the order of the definition. */
export function levelsOf(definition: Json): Level[] {
  const levels: Level[] = [];
  visit(definition, "", { outer: undefined, holder: undefined, distributed: false }, levels);
  return levels;
}

function visit(
  machine: Json,
  at: string,
  place: Pick<Level, "outer" | "holder" | "distributed">,
  levels: Level[],
): void {
  const states = new Map(Object.entries(machine.States as Record<string, Json>));
  const level = { at, startAt: machine.StartAt as string, states, ...place };
  levels.push(level);
  for (const [name, state] of states) {
    const path = `${at}/States/${name}`;
    const inside = { outer: level, holder: name };
    for (const [index, branch] of listOf(state, "Branches").entries())
      visit(branch, `${path}/Branches[${index}]`, { ...inside, distributed: false }, levels);
    const field = processorField(state);
    const processor = state[field];
    if (isObject(processor))
      visit(processor, `${path}/${field}`, { ...inside, distributed: isDistributed(state) }, levels);
  }
}

/** A list of objects in a state: its branches, rules or catchers. */
export function listOf(state: Json, field: string): Json[] {
  const list = Object.hasOwn(state, field) ? state[field] : undefined;
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** Where a state can lead, with the path of the field that says so. */
export function* targetsOf(state: Json): Generator<[target: string, field: string]> {
  for (const field of ["Next", "Default"]) if (typeof state[field] === "string") yield [state[field], field];
  for (const field of ["Choices", "Catch"])
    for (const [index, part] of listOf(state, field).entries())
      yield [part.Next as string, `${field}[${index}]/Next`];
}

/** The states that can be reached from some states, themselves included. */
export function reachable(states: Map<string, Json>, from: Iterable<string>): Set<string> {
  const reached = new Set<string>();
  const next = [...from];
  for (let name = next.pop(); name !== undefined; name = next.pop()) {
    const state = states.get(name);
    if (state === undefined || reached.has(name)) continue;
    reached.add(name);
    for (const [target] of targetsOf(state)) next.push(target);
  }
  return reached;
}
