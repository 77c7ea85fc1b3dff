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

function definitionOf({ hash, name, template, graph, undo }: Machine): Definition {
  return {
    hash,
    workflow: name,
    template,
    graph: graph as unknown as Json,
    compensations: undo?.compensations ?? {},
    undoTemplate: undo?.template ?? null,
  };
}
