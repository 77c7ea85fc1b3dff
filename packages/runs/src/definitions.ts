import { asDispatcher, type Definition, definitions } from "@longhaul/db";
import type { Json } from "@longhaul/kit";
import { machines } from "@longhaul/workflows/machines";
import { compensationsOf, type AnyMachine } from "./catalogue.js";
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

export function definitionOf(machine: AnyMachine): Definition {
  const compensations = compensationsOf(machine);
  return {
    hash: machine.hash,
    workflow: machine.name,
    template: machine.template,
    graph: machine.graph as unknown as Json,
    compensations,
    undoTemplate: machine.undo?.template ?? null,
  };
}
