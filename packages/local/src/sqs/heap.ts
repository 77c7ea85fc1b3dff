/** A binary heap of items in the order of their ranks, smallest first. */
export class Heap<T> {
  readonly #items: { rank: number; item: T }[] = [];

  get size(): number {
    return this.#items.length;
  }

  first(): { readonly rank: number; readonly item: T } | undefined {
    return this.#items[0];
  }

  push(rank: number, item: T): void {
    const items = this.#items;
    let at = items.length;
    const added = { rank, item };
    for (;;) {
      const above = (at - 1) >> 1;
      const parent = at > 0 ? items[above] : undefined;
      if (parent === undefined || parent.rank <= rank) break;
      items[at] = parent;
      at = above;
    }
    items[at] = added;
  }

  pop(): T | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || last === undefined || items.length === 0) return first?.item;
    let at = 0;
    for (;;) {
      const left = items[2 * at + 1];
      const right = items[2 * at + 2];
      if (left === undefined) break;
      const rightIsLess = right !== undefined && right.rank < left.rank;
      const child = rightIsLess ? right : left;
      if (child.rank >= last.rank) break;
      items[at] = child;
      at = 2 * at + (rightIsLess ? 2 : 1);
    }
    items[at] = last;
    return first.item;
  }

  /** Keeps only what `wanted` says. */
  prune(wanted: (rank: number, item: T) => boolean): void {
    const kept = this.#items.filter(({ rank, item }) => wanted(rank, item));
    kept.sort((a, b) => a.rank - b.rank);
    this.#items.splice(0, this.#items.length, ...kept);
  }
}
