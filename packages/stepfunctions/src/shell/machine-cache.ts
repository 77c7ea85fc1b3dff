import { compileMachine } from "../core/compile.js";
import type { Machine } from "../core/machine.js";
import { Words } from "../core/words.js";
import type { RevisionRow, Store } from "../store/store.js";

const KEPT = 500;

/** Compiled machines by revision: a definition is compiled once, not once an execution. */
export class MachineCache {
  private readonly compiled = new Map<string, Machine>();
  private readonly spoken = new Map<string, Words>();
  private readonly rows = new Map<string, RevisionRow>();

  constructor(private readonly store: Store) {}

  /** The row of a revision that an execution refers to. Revisions never change. */
  revision(id: string): RevisionRow {
    const known = this.rows.get(id);
    if (known !== undefined) return known;
    const row = this.store.get("revisions", id);
    if (row === undefined) throw new Error(`the revision ${id} is missing from the store`);
    keep(this.rows, id, row);
    return row;
  }

  /** What the logs of a revision's executions refer to. */
  words(revisionId: string): Words {
    const known = this.spoken.get(revisionId);
    if (known !== undefined) return known;
    const words = Words.of(JSON.parse(this.revision(revisionId).definition));
    keep(this.spoken, revisionId, words);
    return words;
  }

  machine(revisionId: string): Machine {
    const known = this.compiled.get(revisionId);
    if (known !== undefined) return known;
    const definition = JSON.parse(this.revision(revisionId).definition) as Record<string, unknown>;
    const machine = compileMachine(definition);
    keep(this.compiled, revisionId, machine);
    return machine;
  }
}

function keep<T>(cache: Map<string, T>, key: string, value: T): void {
  for (const oldest of cache.keys()) {
    if (cache.size < KEPT) break;
    cache.delete(oldest);
  }
  cache.set(key, value);
}
