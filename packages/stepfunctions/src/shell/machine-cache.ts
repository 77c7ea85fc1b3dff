import { compileMachine } from "../core/compile.js";
import type { Machine } from "../core/machine.js";
import type { RevisionRow, Store } from "../store/store.js";

const KEPT = 500;

/** Compiled machines by revision: a definition is compiled once, not once an execution. */
export class MachineCache {
  private readonly compiled = new Map<string, Machine>();

  constructor(private readonly store: Store) {}

  /** The row of a revision that an execution refers to. */
  revision(id: string): RevisionRow {
    const row = this.store.get("revisions", id);
    if (row === undefined) throw new Error(`the revision ${id} is missing from the store`);
    return row;
  }

  machine(revisionId: string): Machine {
    const known = this.compiled.get(revisionId);
    if (known !== undefined) return known;
    const machine = compileMachine(
      JSON.parse(this.revision(revisionId).definition) as Record<string, unknown>,
    );
    for (const oldest of this.compiled.keys()) {
      if (this.compiled.size < KEPT) break;
      this.compiled.delete(oldest);
    }
    this.compiled.set(revisionId, machine);
    return machine;
  }
}
