import type { Json } from "@longhaul/kit";
import type { Tx } from "./database.js";
import { jsonb } from "./json.js";

/** A workflow as it was when a run of it began. */
export interface Definition {
  /** SHA-256 (hex) of the template; runs name it as `definitionHash`. */
  readonly hash: string;
  readonly workflow: string;
  /** ASL text with placeholders for ARNs. */
  readonly template: string;
  readonly graph: Json;
  /** The compensation of each state that has one, by the state's name. */
  readonly compensations: Readonly<Record<string, string>>;
  /** The machine that runs the compensations; null where there are none. */
  readonly undoTemplate: string | null;
}

/** Keeps definitions; one that is there already stays as it is. As dispatcher. */
export async function put(tx: Tx, definitions: readonly Definition[]): Promise<void> {
  for (const { hash, workflow, template, graph, compensations, undoTemplate } of definitions) {
    await tx`
      select longhaul.put_definition(${hash}, ${workflow}, ${template}, ${jsonb(tx, graph)}, ${jsonb(tx, compensations)},
        ${undoTemplate})`;
  }
}

/** Null for a definition that was never put. As caller. */
export async function get(tx: Tx, params: { hash: string }): Promise<Definition | null> {
  const [row] = await tx<Definition[]>`
    select hash, workflow, template, graph, compensations, undo_template as "undoTemplate"
    from longhaul.definitions where hash = ${params.hash}`;
  return row ?? null;
}
