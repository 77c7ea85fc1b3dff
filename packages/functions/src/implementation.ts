import type { StepImplementation } from "@longhaul/kit/step";
import { handlers } from "@longhaul/workflows/handlers";

type Loaders = Readonly<Record<string, Readonly<Record<string, () => Promise<{ default: unknown }>>>>>;

/**
 * Loads the one handler that "<workflow>/<Step>" names, and none of the others.
 *
 * @throws Error when there is no such step.
 */
export async function findImplementation(name: string): Promise<StepImplementation> {
  const [workflow = "", step = ""] = name.split("/");
  const steps = own(handlers as Loaders, workflow);
  const load = steps && own(steps, step);
  if (!load) throw new Error(`There is no step "${name}" in packages/workflows.`);
  return (await load()).default as StepImplementation;
}

function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
