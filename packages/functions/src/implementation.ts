import { handlerProblem } from "@longhaul/kit/runtime";
import type { StepImplementation } from "@longhaul/kit/step";
import { handlers } from "@longhaul/workflows/handlers";

type Loaders = Readonly<Record<string, Readonly<Record<string, () => Promise<{ default: unknown }>>>>>;

/**
 * Loads the one handler that "<workflow>/<Step>" names, and none of the others.
 *
 * @throws Error when nothing is named so, or what is does another step.
 */
export async function findImplementation(name: string): Promise<StepImplementation> {
  const [workflow = "", step = ""] = name.split("/");
  const steps = own(handlers as Loaders, workflow);
  const load = steps && own(steps, step);
  if (!load)
    throw new Error(`The step "${name}" has no handler: name it in packages/workflows/src/handlers.ts.`);
  const loaded = await load();
  const problem = handlerProblem(name, loaded);
  if (problem) throw new Error(problem);
  return loaded.default as StepImplementation;
}

/**
 * The step of a function, "<workflow>/<Step>", by the function's name: what kit's stepFunctionName makes of it.
 *
 * @throws Error when it is no step's function.
 */
export function stepOfFunction(functionName: string): string {
  const [, workflow, step] = /^longhaul-([a-z0-9-]+)-([A-Za-z0-9]+)$/.exec(functionName) ?? [];
  if (workflow === undefined || step === undefined)
    throw new Error(`"${functionName.slice(0, 140)}" is not the function of a step.`);
  return `${workflow}/${step}`;
}

function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
