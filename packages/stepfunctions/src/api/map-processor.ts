import { isObject } from "../json.js";

/**
 * The definition that the items of a distributed Map run, as text: its processor.
 * @param definition of the machine that the Map is in
 * @param label the Map's Label or, where it has none, its name
 */
export function processorOf(definition: string, label: string): string {
  return JSON.stringify(search(JSON.parse(definition), label) ?? {});
}

function search(level: unknown, label: string): Record<string, unknown> | undefined {
  const states = isObject(level) && isObject(level.States) ? level.States : {};
  for (const [name, state] of Object.entries(states)) {
    if (!isObject(state)) continue;
    const { ItemProcessor: processor, Label: own = name, Branches: branches = [] } = state;
    if (isDistributed(processor) && own === label) return processor;
    const inner = [processor, state.Iterator, ...(Array.isArray(branches) ? (branches as unknown[]) : [])];
    for (const part of inner) {
      const found = search(part, label);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function isDistributed(processor: unknown): processor is Record<string, unknown> {
  return (
    isObject(processor) &&
    isObject(processor.ProcessorConfig) &&
    processor.ProcessorConfig.Mode === "DISTRIBUTED"
  );
}
