/** A binary heap of things that have a moment, earliest first. */
export class Heap<T extends { at: number }> {
  private readonly entries: T[] = [];

  first(): T | undefined {
    return this.entries[0];
  }

  get size(): number {
    return this.entries.length;
  }

  clear(): void {
    this.entries.length = 0;
  }

  push(entry: T): void {
    const { entries } = this;
    let place = entries.push(entry) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = entries[parent] as T;
      if (above.at <= entry.at) break;
      entries[place] = above;
      place = parent;
    }
    entries[place] = entry;
  }

  pop(): T | undefined {
    const { entries } = this;
    const first = entries[0];
    const last = entries.pop();
    if (last === undefined || entries.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && (entries[child + 1] as T).at < (entries[child] as T).at) child += 1;
      const below = entries[child] as T;
      if (below.at >= last.at) break;
      entries[place] = below;
      place = child;
    }
    entries[place] = last;
    return first;
  }
}
