import { compareKeys, type Key } from "./keys.js";
import type { Span } from "./sorted-map.js";

/** Keys with a number each, in order. Made for few, or for keys that come in order: then it costs less than a map. */
export class SortedRows<K extends Key> {
  private readonly keys: K[] = [];
  private readonly numbers: number[] = [];

  get size(): number {
    return this.keys.length;
  }

  get(key: K): number | undefined {
    const at = this.place(key);
    return this.has(at, key) ? this.numbers[at] : undefined;
  }

  set(key: K, number: number): void {
    const at = this.place(key);
    if (at === this.keys.length) {
      this.keys.push(key);
      this.numbers.push(number);
    } else if (this.has(at, key)) this.numbers[at] = number;
    else {
      this.keys.splice(at, 0, key);
      this.numbers.splice(at, 0, number);
    }
  }

  delete(key: K): void {
    const at = this.place(key);
    if (!this.has(at, key)) return;
    this.keys.splice(at, 1);
    this.numbers.splice(at, 1);
  }

  *walk({ start, after = false, end, reverse = false }: Span<K>): Generator<[K, number]> {
    const { keys, numbers } = this;
    const step = reverse ? -1 : 1;
    let at = reverse ? keys.length - 1 : 0;
    if (start !== undefined) at = this.beginning(start, after, reverse);
    for (; at >= 0 && at < keys.length; at += step) {
      const key = keys[at] as K;
      if (end !== undefined && compareKeys(key, end) * step >= 0) return;
      yield [key, numbers[at] as number];
    }
  }

  private beginning(start: K, after: boolean, reverse: boolean): number {
    const at = this.place(start);
    const found = this.has(at, start);
    if (!reverse) return found && after ? at + 1 : at;
    return found && !after ? at : at - 1;
  }

  private has(at: number, key: K): boolean {
    const found = this.keys[at];
    return found !== undefined && compareKeys(found, key) === 0;
  }

  /** How many keys come before one. */
  private place(key: K): number {
    const { keys } = this;
    let high = keys.length;
    if (high === 0 || compareKeys(keys[high - 1] as K, key) < 0) return high;
    let low = 0;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareKeys(keys[middle] as K, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
