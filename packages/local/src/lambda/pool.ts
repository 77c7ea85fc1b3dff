import type { Invocation, Outcome, WorkerProcess } from "./process.js";

/** A function as the pool sees it: how to start a process for it. */
export interface Pooled {
  readonly name: string;
  readonly reservedConcurrency: number | null;
  readonly start: () => WorkerProcess;
}

/** The pool was closed before the invocation ended. */
export class PoolClosed extends Error {
  constructor() {
    super("The local Lambda is shutting down.");
  }
}

interface Slot {
  readonly name: string;
  readonly shared: boolean;
  readonly worker: WorkerProcess;
  busy: boolean;
  retired: boolean;
  idleTimer: NodeJS.Timeout | undefined;
}

interface Waiting {
  readonly pooled: Pooled;
  readonly resolve: (slot: Slot) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * Keeps worker processes: `concurrency` at most for all functions without reserved concurrency, and for
 * each function with it as many as it reserves. A process serves one function and is reused; the one that
 * was free longest makes room for another function's.
 */
export class Pool {
  /** In the order of their last use, so that the first free one found is the one that was free longest. */
  readonly #slots = new Set<Slot>();
  readonly #options: { readonly concurrency: number; readonly idleMs: number };
  #queue: Waiting[] = [];
  #closed = false;

  constructor(options: { concurrency: number; idleMs: number }) {
    this.#options = options;
  }

  /**
   * Runs one invocation in a free process of the function, or a new one, waiting for its turn where as many
   * run as may. A `signal` that aborts takes a waiting invocation out of the queue; one that runs goes on.
   *
   * @throws PoolClosed
   */
  async run(pooled: Pooled, invocation: Invocation, signal?: AbortSignal): Promise<Outcome> {
    signal?.throwIfAborted();
    if (this.#closed) throw new PoolClosed();
    const slot = this.#take(pooled) ?? (await this.#turn(pooled, signal));
    let usable = false;
    try {
      const outcome = await slot.worker.run(invocation);
      // A process that ended because the pool did says nothing about its function.
      if (this.#closed) throw new PoolClosed();
      usable = outcome.kind === "result" || (outcome.kind === "error" && !outcome.last);
      return outcome;
    } finally {
      this.#release(slot, usable);
    }
  }

  /** Ends free processes now and busy ones after their invocation, so that new code is read. */
  recycle(): void {
    for (const slot of [...this.#slots]) {
      slot.retired = true;
      if (!slot.busy) this.#drop(slot);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#queue) waiting.reject(new PoolClosed());
    this.#queue = [];
    const slots = [...this.#slots];
    this.#slots.clear();
    for (const slot of slots) clearTimeout(slot.idleTimer);
    await Promise.all(slots.map((slot) => slot.worker.stop()));
  }

  #take(pooled: Pooled): Slot | null {
    const shared = pooled.reservedConcurrency === null;
    const own = [...this.#slots].filter((slot) => slot.name === pooled.name);
    const free = own.find((slot) => !slot.busy && !slot.retired && slot.worker.alive());
    if (free !== undefined) {
      clearTimeout(free.idleTimer);
      free.busy = true;
      return free;
    }
    const rivals = shared ? [...this.#slots].filter((slot) => slot.shared) : own;
    if (rivals.length >= (pooled.reservedConcurrency ?? this.#options.concurrency)) {
      const idle = rivals.find((slot) => !slot.busy);
      if (idle === undefined) return null;
      this.#drop(idle);
    }
    const { name } = pooled;
    const slot: Slot = {
      name,
      shared,
      worker: pooled.start(),
      busy: true,
      retired: false,
      idleTimer: undefined,
    };
    this.#slots.add(slot);
    return slot;
  }

  #turn(pooled: Pooled, signal: AbortSignal | undefined): Promise<Slot> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#queue = this.#queue.filter((other) => other !== waiting);
        reject(signal?.reason as Error);
      };
      const waiting: Waiting = {
        pooled,
        reject,
        resolve: (slot) => {
          signal?.removeEventListener("abort", leave);
          resolve(slot);
        },
      };
      signal?.addEventListener("abort", leave, { once: true });
      this.#queue.push(waiting);
    });
  }

  #release(slot: Slot, usable: boolean): void {
    if (this.#closed) return;
    slot.busy = false;
    if (!usable || slot.retired || !slot.worker.alive()) this.#drop(slot);
    else {
      this.#slots.delete(slot);
      this.#slots.add(slot);
      slot.idleTimer = setTimeout(() => this.#drop(slot), this.#options.idleMs).unref();
    }
    this.#serveQueue();
  }

  #drop(slot: Slot): void {
    clearTimeout(slot.idleTimer);
    this.#slots.delete(slot);
    void slot.worker.stop();
  }

  #serveQueue(): void {
    this.#queue = this.#queue.filter((waiting) => {
      const slot = this.#take(waiting.pooled);
      if (slot !== null) waiting.resolve(slot);
      return slot === null;
    });
  }
}
