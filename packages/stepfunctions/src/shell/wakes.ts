import type { Clock } from "./clock.js";

interface Entry {
  at: number;
  execution: number;
}

/** Calls executions at their moments. One alarm of the clock serves them all: the earliest. */
export class Wakes {
  private readonly heap: Entry[] = [];
  /** The moment that counts for an execution; entries of the heap that differ are stale. */
  private readonly moments = new Map<number, number>();
  private armed: { at: number; cancel: () => void } | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly wake: (execution: number) => Promise<void>,
  ) {}

  /** Sets or clears (null) the moment of an execution. */
  set(execution: number, at: number | null): void {
    if (at === null) {
      this.moments.delete(execution);
      return;
    }
    if (this.moments.get(execution) === at) return;
    this.moments.set(execution, at);
    push(this.heap, { at, execution });
    this.arm();
  }

  close(): void {
    this.armed?.cancel();
    this.armed = null;
    this.moments.clear();
    this.heap.length = 0;
  }

  private arm(): void {
    this.dropStale();
    const first = this.heap[0];
    if (first === undefined || (this.armed !== null && this.armed.at <= first.at)) return;
    this.armed?.cancel();
    this.armed = { at: first.at, cancel: this.clock.at(first.at, () => this.ring()) };
  }

  private async ring(): Promise<void> {
    this.armed = null;
    const due: number[] = [];
    for (this.dropStale(); (this.heap[0]?.at ?? Infinity) <= this.clock.now(); this.dropStale()) {
      const { execution } = pop(this.heap);
      this.moments.delete(execution);
      due.push(execution);
    }
    const woken = due.map((execution) => this.wake(execution));
    this.arm();
    await Promise.all(woken);
  }

  private dropStale(): void {
    while (this.heap[0] !== undefined && this.moments.get(this.heap[0].execution) !== this.heap[0].at)
      pop(this.heap);
  }
}

function push(heap: Entry[], entry: Entry): void {
  let place = heap.push(entry) - 1;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if ((heap[parent] as Entry).at <= entry.at) break;
    heap[place] = heap[parent] as Entry;
    place = parent;
  }
  heap[place] = entry;
}

function pop(heap: Entry[]): Entry {
  const first = heap[0] as Entry;
  const last = heap.pop() as Entry;
  if (heap.length === 0) return first;
  let place = 0;
  for (;;) {
    let child = place * 2 + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] as Entry).at < (heap[child] as Entry).at) child += 1;
    if ((heap[child] as Entry).at >= last.at) break;
    heap[place] = heap[child] as Entry;
    place = child;
  }
  heap[place] = last;
  return first;
}
