import type { Capability, Contract, StageDefinition } from "@longhaul/kit";
import type { Machine, MachineGraph } from "@longhaul/kit/machine";
import { contracts } from "@longhaul/workflows/contracts";
import { machines } from "@longhaul/workflows/machines";
import { z } from "zod";

/** "data-import" as "dataImport": a workflow's name as the key of its procedures. */
export type CamelCase<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

export function camelCase(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

export interface StageInfo extends StageDefinition {
  key: string;
}

/** A workflow as a card of the catalogue shows it. */
export interface WorkflowCard {
  name: string;
  /** The key of its procedures: `trpc.workflows.<key>.start`. */
  key: string;
  title: string;
  description: string;
  stages: StageInfo[];
  /** Where a person starts it who does not start from scratch: see {@link Contract.startedFrom}. */
  startedFrom: string | null;
}

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = Record<string, unknown>;

export interface WorkflowDetails extends WorkflowCard {
  /** The contract's input. A file field has format "longhaul-artifact", accept and maxBytes. */
  inputSchema: JsonSchema;
  graph: MachineGraph;
  /** SHA-256 of `definition`, in hex; the deployed machine carries the same. */
  definitionHash: string;
  /** Amazon States Language, with ${Step} where a function's ARN goes. */
  definition: string;
}

export function list(): WorkflowCard[] {
  return Object.values(contracts).map(card);
}

/** @returns null when there is no workflow of that name. */
export function describe(name: string, capabilities: ReadonlySet<Capability>): WorkflowDetails | null {
  const contract = find<Contract>(contracts, name);
  const machine = find<Machine>(machines, name);
  if (!contract || !machine) return null;
  return {
    ...card(contract),
    inputSchema: inputSchema(contract, capabilities),
    graph: machine.graph,
    definitionHash: machine.hash,
    definition: machine.template,
  };
}

function find<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function card(contract: Contract): WorkflowCard {
  const { name, title, description, startedFrom = null } = contract;
  const stages = Object.entries(contract.stages).map(([key, stage]) => ({ key, ...stage }));
  return { name, key: camelCase(name), title, description, stages, startedFrom };
}

/** The form's schema; fields of a capability that is off are not in it. */
function inputSchema(contract: Contract, capabilities: ReadonlySet<Capability>): JsonSchema {
  const hidden = Object.entries(contract.capabilities ?? {})
    .filter(([capability]) => !capabilities.has(capability as Capability))
    .flatMap(([, fields]): readonly string[] => fields);
  const schema = z.toJSONSchema(contract.input, { io: "input" });
  const shown = Object.entries(schema.properties ?? {}).filter(([field]) => !hidden.includes(field));
  const required = schema.required?.filter((field) => !hidden.includes(field));
  return { ...schema, properties: Object.fromEntries(shown), required };
}
