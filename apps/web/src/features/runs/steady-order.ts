import { useState } from "react";

interface Steady {
  /** What to show, in this order. */
  ids: readonly string[];
  /** How many are held back above. */
  fresh: number;
}

/**
 * The order to show while the reader must not be disturbed: as it was, with what comes after it at the
 * end. What would move in above the last one shown is only counted.
 */
export function holdOrder(shown: readonly string[], current: readonly string[]): Steady {
  const known = new Set(shown);
  const lastShown = current.findLastIndex((id) => known.has(id));
  const below = current.slice(lastShown + 1).filter((id) => !known.has(id));
  const fresh = current.slice(0, lastShown + 1).filter((id) => !known.has(id)).length;
  return lastShown === -1 && shown.length > 0
    ? { ids: shown, fresh: current.length }
    : { ids: [...shown, ...below], fresh };
}

/** {@link holdOrder} while `hold`, else the current order. Another `list` (its key) starts anew. */
export function useSteadyOrder(list: string, current: readonly string[], hold: boolean): Steady {
  const [shown, setShown] = useState({ list, ids: current });
  const same = shown.list === list;
  const next: Steady = hold && same ? holdOrder(shown.ids, current) : { ids: current, fresh: 0 };
  if (!same || !sameIds(shown.ids, next.ids)) setShown({ list, ids: next.ids });
  return next;
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((id, index) => id === b[index]));
}
