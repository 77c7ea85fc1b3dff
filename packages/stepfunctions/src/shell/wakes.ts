import { Heap } from "../core/heap.js";
import type { Clock } from "./clock.js";

interface Entry {
  at: number;
  execution: number;
}

/** So many stale entries are not worth a rebuilding of the heap. */
const FEW = 1_000;

/** Calls executions at their moments. One alarm of the clock serves them all: the earliest. */
export class Wakes {
  private readonly heap = new Heap<Entry>();
  /** The moment that counts for an execution; entries of the heap that differ are stale. */
  private readonly moments = new Map<number, number>();
  private armed: { at: number; cancel: () => void } | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly wake: (execution: number) => Promise<void>,
  ) {}

  /** How many entries are kept, stale ones too. */
  get size(): number {
    return this.heap.size;
  }

  /** Sets or clears (null) the moment of an execution. */
  set(execution: number, at: number | null): void {
    if (at === null) {
      this.moments.delete(execution);
      return;
    }
    if (this.moments.get(execution) === at) return;
    this.moments.set(execution, at);
    this.heap.push({ at, execution });
    if (this.heap.size > 2 * this.moments.size + FEW) this.rebuild();
    this.arm();
  }

  close(): void {
    this.armed?.cancel();
    this.armed = null;
    this.moments.clear();
    this.heap.clear();
  }

  /** Forgets stale entries: timeouts of tasks that ended long before them would stay until their moments. */
  private rebuild(): void {
    this.heap.clear();
    for (const [execution, at] of this.moments) this.heap.push({ at, execution });
  }

  private arm(): void {
    const first = this.next();
    if (first === undefined || (this.armed !== null && this.armed.at <= first.at)) return;
    this.armed?.cancel();
    this.armed = { at: first.at, cancel: this.clock.at(first.at, () => this.ring()) };
  }

  private async ring(): Promise<void> {
    this.armed = null;
    const due: number[] = [];
    for (let first = this.next(); first !== undefined && first.at <= this.clock.now(); first = this.next()) {
      this.heap.pop();
      this.moments.delete(first.execution);
      due.push(first.execution);
    }
    const woken = due.map((execution) => this.wake(execution));
    this.arm();
    await Promise.all(woken);
  }

  /** The earliest entry that still counts. */
  private next(): Entry | undefined {
    for (;;) {
      const first = this.heap.first();
      if (first === undefined || this.moments.get(first.execution) === first.at) return first;
      this.heap.pop();
    }
  }
}
