import type { Contract } from "@longhaul/kit";
import type { Machine } from "@longhaul/kit/machine";
import { contracts } from "@longhaul/workflows/contracts";
import { machines } from "@longhaul/workflows/machines";

/** @returns undefined when there is no workflow of that name. */
export function contractOf(workflow: string): Contract | undefined {
  return own<Contract>(contracts, workflow);
}

/** @returns undefined when there is no workflow of that name. */
export function machineOf(workflow: string): Machine | undefined {
  return own<Machine>(machines, workflow);
}

/** Names come from outside: "constructor" is no workflow. */
function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
