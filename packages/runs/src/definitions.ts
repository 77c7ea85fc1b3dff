import { asDispatcher, type Definition, definitions } from "@longhaul/db";
import type { Json } from "@longhaul/kit";
import type { Machine } from "@longhaul/kit/machine";
import { machines } from "@longhaul/workflows/machines";
import type { RunsDependencies } from "./dependencies.js";

const registered = new WeakMap<object, Promise<void>>();

/**
 * Keeps the definition of every workflow that is installed here, so that each run's can be read for as long as the run
 * is there, and its undo knows what compensates what. Asked again over the same connection it does nothing.
 */
export function registerDefinitions({ db }: Pick<RunsDependencies, "db">): Promise<void> {
  const known = registered.get(db);
  if (known) return known;
  const putting = asDispatcher(db, (tx) => definitions.put(tx, Object.values(machines).map(definitionOf)));
  registered.set(db, putting);
  // A database that was away is asked again.
  putting.catch(() => registered.delete(db));
  return putting;
}

/** A machine as it is kept. One whose compensations are all retired has none of its own, and so no undo. */
export function definitionOf({ hash, name, template, graph, undo }: Machine): Definition {
  const compensations = undo?.compensations ?? {};
  return {
    hash,
    workflow: name,
    template,
    graph: graph as unknown as Json,
    compensations,
    undoTemplate: undo && Object.keys(compensations).length > 0 ? undo.template : null,
  };
}
