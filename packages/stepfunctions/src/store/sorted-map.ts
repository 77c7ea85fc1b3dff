import { compareKeys, type Key } from "./keys.js";

/** Where a walk over keys begins and ends, in the direction that it takes. */
export interface Span<K> {
  start?: K | undefined;
  /** Whether it begins after its first key, and not with it. */
  after?: boolean;
  /** The last key, exclusive. */
  end?: K | undefined;
  reverse?: boolean;
}

/** A map that is put in order when somebody first walks over it, and kept so from then on. */
export class SortedMap<K extends Key, V> {
  private readonly values = new Map<K, V>();
  /** Keys in order; some may be gone. null until it is asked for. */
  private order: K[] | null = null;
  /** Keys that are not in order yet. */
  private strays: K[] = [];

  get size(): number {
    return this.values.size;
  }

  get(key: K): V | undefined {
    return this.values.get(key);
  }

  set(key: K, value: V): void {
    if (this.order !== null && !this.values.has(key)) {
      const last = this.order.at(-1);
      if (last === undefined || compareKeys(key, last) > 0) this.order.push(key);
      else this.strays.push(key);
    }
    this.values.set(key, value);
  }

  delete(key: K): void {
    this.values.delete(key);
  }

  /** In the order in which they came. */
  entries(): Iterable<[K, V]> {
    return this.values;
  }

  /** Keys in order. Nothing may be written meanwhile. */
  *walk({ start, after = false, end, reverse = false }: Span<K>): Generator<[K, V]> {
    const order = this.sorted();
    const step = reverse ? -1 : 1;
    let at = reverse ? order.length - 1 : 0;
    if (start !== undefined) at = reverse ? place(order, start, true) - 1 : place(order, start, false);
    let previous: K | undefined;
    for (; at >= 0 && at < order.length; at += step) {
      const key = order[at] as K;
      if (end !== undefined && compareKeys(key, end) * step >= 0) return;
      // A key that went and came again may be there twice.
      if (key === previous || (after && key === start)) continue;
      previous = key;
      const value = this.values.get(key);
      if (value !== undefined) yield [key, value];
    }
  }

  private sorted(): K[] {
    const { order, strays } = this;
    if (order === null || order.length > 2 * this.values.size + 64 || strays.length * 8 > order.length) {
      this.order = [...this.values.keys()].sort(compareKeys);
      this.strays = [];
      return this.order;
    }
    for (const key of strays.splice(0)) order.splice(place(order, key, false), 0, key);
    return order;
  }
}

/** How many keys come before one (or, with `also`, before what follows it). */
function place<K extends Key>(order: K[], key: K, also: boolean): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const difference = compareKeys(order[middle] as K, key);
    if (difference < 0 || (also && difference === 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}
