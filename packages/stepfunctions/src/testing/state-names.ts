import { isObject } from "../json.js";

/**
 * Refuses options for states that the machine does not have: a name that is misspelt would change nothing.
 * @param definition Amazon States Language, as an object or JSON text; what is none is for CreateStateMachine to refuse
 * @param options by their names, objects by name of the state
 * @throws Error that says which names there are
 */
export function assertStatesExist(definition: object | string, options: Record<string, object>): void {
  const names = new Set(namesIn(parsed(definition)));
  if (names.size === 0) return;
  for (const [option, byState] of Object.entries(options)) {
    const unknown = Object.keys(byState).find((name) => !names.has(name));
    if (unknown === undefined) continue;
    const known = [...names].map((name) => JSON.stringify(name)).join(", ");
    throw new Error(
      `\`${option}\` has ${JSON.stringify(unknown)}, but the machine has no such state; it has ${known}`,
    );
  }
}

function parsed(definition: object | string): unknown {
  if (typeof definition !== "string") return definition;
  try {
    return JSON.parse(definition);
  } catch {
    return null;
  }
}

/** Names of states, those of branches and item processors among them. */
function* namesIn(part: unknown): Generator<string> {
  if (!isObject(part) || !isObject(part.States)) return;
  for (const [name, state] of Object.entries(part.States)) {
    yield name;
    if (!isObject(state)) continue;
    const { Branches: branches, ItemProcessor: processor, Iterator: iterator } = state;
    for (const inner of [...(Array.isArray(branches) ? (branches as unknown[]) : []), processor, iterator])
      yield* namesIn(inner);
  }
}
