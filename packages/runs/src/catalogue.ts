import type { Contract } from "@longhaul/kit";
import type { Machine } from "@longhaul/kit/machine";
import { contracts } from "@longhaul/workflows/contracts";
import { machines } from "@longhaul/workflows/machines";
import type { z } from "zod";

/** A machine of any workflow, with approvals and compensations where it has them. */
export type AnyMachine = Machine & {
  readonly approvals?: readonly { readonly name: string; readonly form: z.ZodType }[];
  readonly undo?: {
    readonly template: string;
    /** The compensation of each state that has one. */
    readonly compensations: Readonly<Record<string, string>>;
  } | null;
};

/** @returns undefined when there is no workflow of that name. */
export function contractOf(workflow: string): Contract | undefined {
  return own<Contract>(contracts, workflow);
}

/** @returns undefined when there is no workflow of that name. */
export function machineOf(workflow: string): AnyMachine | undefined {
  return own<AnyMachine>(machines, workflow);
}

/** The name of the step that takes back what a state has done, by the state's name. */
export function compensationsOf(machine: AnyMachine): Readonly<Record<string, string>> {
  return machine.undo?.compensations ?? {};
}

/** Names come from outside: "constructor" is no workflow. */
function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
