import { useState } from "react";

/**
 * The items that were there since the page was opened, each as it was last seen: one that leaves the list, because
 * it was decided, stays where the reader is.
 */
export function useSeen<T extends { readonly id: string }>(items: readonly T[]): readonly T[] {
  const [seen, setSeen] = useState<readonly T[]>(items);
  const known = new Map(items.map((item) => [item.id, item]));
  const kept = seen.map((item) => known.get(item.id) ?? item);
  const ids = new Set(kept.map(({ id }) => id));
  const next = [...items.filter(({ id }) => !ids.has(id)), ...kept];
  const same = next.length === seen.length && next.every((item, index) => item === seen[index]);
  if (!same) setSeen(next);
  return next;
}
