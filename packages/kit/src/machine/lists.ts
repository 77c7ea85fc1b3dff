import type { Contract } from "../contract.js";
import type { Machine } from "./define.js";

type Named<Value> = Readonly<Record<string, Value>>;

/** The lists that workflows are entered into, by their names; handlers by the names of their steps, too. */
export interface WorkflowLists {
  readonly contracts: Named<Contract>;
  readonly machines: Named<Machine>;
  readonly handlers: Named<Named<unknown>>;
}

/** What does not agree between the lists, a sentence each: a workflow in only some of them, or a step that nobody does. */
export function listProblems({ contracts, machines, handlers }: WorkflowLists): string[] {
  const names = new Set([...Object.keys(contracts), ...Object.keys(machines), ...Object.keys(handlers)]);
  return [...names].flatMap((name) => {
    const lists = Object.entries({ contracts, machines, handlers });
    const without = lists.filter(([, list]) => !Object.hasOwn(list, name)).map(([list]) => `${list}.ts`);
    if (without.length > 0)
      return [`The workflow "${name}" is missing in ${without.join(" and ")} of packages/workflows/src.`];
    const machine = machines[name] as Machine;
    if (machine.contract !== contracts[name] || machine.name !== name)
      return [
        `The workflow "${name}" has the contract "${contracts[name]?.name}" in contracts.ts, and the machine of ` +
          `"${machine.name}" in machines.ts: all three names must be the same, and so must the contract.`,
      ];
    return stepProblems(machine, Object.keys(handlers[name] ?? {}));
  });
}

function stepProblems({ name, steps, retired }: Machine, handled: readonly string[]): string[] {
  const called = [...steps, ...retired].map((step) => step.name);
  const left = handled.filter((step) => !called.includes(step)).map((step) => `"${step}"`);
  const instead = left.length > 0 ? `, which has ${left.join(", ")} there` : "";
  return called
    .filter((step) => !handled.includes(step))
    .map(
      (step) =>
        `The step "${step}" of "${name}" has no handler: name it in packages/workflows/src/handlers.ts${instead}.`,
    );
}
