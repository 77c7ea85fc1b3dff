import { z } from "zod";
import type { Lane, Priority } from "./run.js";

/** Environment capabilities that a contract's input field may depend on. */
export type Capability = "SIMULATION";

export interface StageDefinition {
  /** What a person reads while the stage runs, e.g. "Reading your file". */
  readonly label: string;
  /** Share of the whole, in any unit; only the ratio between stages counts. */
  readonly weight: number;
}

export interface Contract<
  Name extends string = string,
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodType = z.ZodType,
  Stages extends Record<string, StageDefinition> = Record<string, StageDefinition>,
> {
  readonly name: Name;
  readonly title: string;
  readonly description: string;
  readonly input: Input;
  readonly output: Output;
  /** In the order in which a person sees them. */
  readonly stages: Stages;
  /** The name of a run, made from its input. */
  runName(input: z.output<Input>): string;
  /** The priority that the input decides; without it the caller chooses. */
  runPriority?(input: z.output<Input>): Priority;
  /** How runs are sent where a queue is set up; "direct" when it is left out. */
  readonly lane?: Lane;
  /**
   * Where a person has at hand what the input names by its id, as in "a twin's page". The catalogue sets such a workflow
   * apart from those that are started from scratch.
   */
  readonly startedFrom?: string;
  /** Input fields that exist only where the capability is on: hidden in forms and refused at start otherwise. */
  readonly capabilities?: Partial<Record<Capability, readonly (keyof z.output<Input> & string)[]>>;
}

const contractName = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * Declares what a workflow takes, gives and shows. Everything else about the workflow (API, form,
 * dashboard, infrastructure) is derived from it.
 *
 * @throws Error when the name is not kebab-case, there is no stage, or a weight is not positive.
 */
export function defineContract<
  const Name extends string,
  Input extends z.ZodObject,
  Output extends z.ZodType,
  const Stages extends Record<string, StageDefinition>,
>(contract: Contract<Name, Input, Output, Stages>): Contract<Name, Input, Output, Stages> {
  if (!contractName.test(contract.name)) {
    throw new Error(`Workflow name "${contract.name}" must be kebab-case, like "data-import".`);
  }
  const stages = Object.entries(contract.stages);
  if (stages.length === 0) throw new Error(`Workflow "${contract.name}" needs at least one stage.`);
  for (const [key, stage] of stages) {
    if (!(stage.weight > 0)) {
      throw new Error(`Stage "${key}" of workflow "${contract.name}" needs a positive weight.`);
    }
  }
  return contract;
}

export type ContractInput<C extends Contract> = z.output<C["input"]>;
export type ContractOutput<C extends Contract> = z.output<C["output"]>;

export interface FileFieldOptions {
  /** File name endings with the dot, and MIME types, as an HTML accept attribute lists them. */
  readonly accept?: readonly string[];
  /** Largest upload, in bytes. */
  readonly maxBytes: number;
}

/** Metadata that zod keeps for a field; forms read it from the JSON schema of the contract. */
export interface FileFieldMeta {
  readonly format: "longhaul-artifact";
  readonly accept: readonly string[];
  readonly maxBytes: number;
}

/**
 * An input field that holds the id of an uploaded artifact. The form shows a file drop for it; a
 * start is refused unless the artifact is the caller's organisation's and its bytes are there.
 */
export function fileField({ accept = [], maxBytes }: FileFieldOptions): z.ZodUUID {
  return z.uuid("Choose a file.").meta({ format: "longhaul-artifact", accept: [...accept], maxBytes });
}

/** The names of the contract's top-level fields that were made with {@link fileField}, or are lists of such. */
export function fileFields(contract: Pick<Contract, "input">): string[] {
  return Object.entries(contract.input.shape)
    .filter(([, field]) => fileRules(field as z.ZodType) !== null)
    .map(([name]) => name);
}

/** What a field that takes a file, or a list of files, takes; null for any other field. */
export function fileRules(field: z.ZodType): FileFieldMeta | null {
  const meta = field.meta();
  if (meta?.["format"] === "longhaul-artifact") return meta as unknown as FileFieldMeta;
  if (field instanceof z.ZodDefault || field instanceof z.ZodOptional) {
    return fileRules(field.unwrap() as z.ZodType);
  }
  return field instanceof z.ZodArray ? fileRules(field.element as z.ZodType) : null;
}
