import type { Invocation, Outcome, WorkerProcess } from "./process.js";

/** A function as the pool sees it: how to start a process for it. */
export interface Pooled {
  readonly name: string;
  readonly reservedConcurrency: number | null;
  readonly start: () => WorkerProcess;
}

export interface Pool {
  /**
   * Runs one invocation in a free process of the function, or a new one, waiting for its turn where as many
   * run as may. A `signal` that aborts takes a waiting invocation out of the queue; one that runs goes on.
   */
  run(pooled: Pooled, invocation: Invocation, signal?: AbortSignal): Promise<Outcome>;
  /** Ends free processes now and busy ones after their invocation, so that new code is read. */
  recycle(): void;
  close(): Promise<void>;
  /** The ids of the processes that are there. */
  pids(): number[];
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
}

/**
 * Keeps worker processes: `concurrency` at most for all functions without reserved concurrency, and for
 * each function with it as many as it reserves. A process serves one function and is reused; the one that
 * was free longest makes room for another function's.
 */
export function createPool(options: { concurrency: number; idleMs: number }): Pool {
  const slots = new Set<Slot>();
  let queue: Waiting[] = [];
  let closed = false;

  function take(pooled: Pooled): Slot | null {
    const own = [...slots].filter((slot) => slot.name === pooled.name && !slot.retired);
    const free = own.find((slot) => !slot.busy && slot.worker.alive());
    if (free !== undefined) return occupy(free);
    const rivals = pooled.reservedConcurrency === null ? [...slots].filter((slot) => slot.shared) : own;
    if (rivals.length >= (pooled.reservedConcurrency ?? options.concurrency)) {
      const idle = rivals.find((slot) => !slot.busy);
      if (idle === undefined) return null;
      drop(idle);
    }
    const shared = pooled.reservedConcurrency === null;
    const slot: Slot = {
      name: pooled.name,
      shared,
      worker: pooled.start(),
      busy: true,
      retired: false,
      idleTimer: undefined,
    };
    slots.add(slot);
    return slot;
  }

  function occupy(slot: Slot): Slot {
    clearTimeout(slot.idleTimer);
    slot.busy = true;
    return slot;
  }

  function release(slot: Slot, usable: boolean): void {
    slot.busy = false;
    if (!usable || slot.retired || closed || !slot.worker.alive()) drop(slot);
    else {
      // Last used goes last: the first free slot found is the one that was free longest.
      slots.delete(slot);
      slots.add(slot);
      slot.idleTimer = setTimeout(drop, options.idleMs, slot).unref();
    }
    serveQueue();
  }

  function drop(slot: Slot): void {
    clearTimeout(slot.idleTimer);
    slots.delete(slot);
    void slot.worker.stop();
  }

  function serveQueue(): void {
    queue = queue.filter((waiting) => {
      const slot = take(waiting.pooled);
      if (slot !== null) waiting.resolve(slot);
      return slot === null;
    });
  }

  function acquire(pooled: Pooled, signal: AbortSignal | undefined): Promise<Slot> {
    const slot = take(pooled);
    if (slot !== null) return Promise.resolve(slot);
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        pooled,
        resolve: (taken) => {
          signal?.removeEventListener("abort", leave);
          resolve(taken);
        },
      };
      const leave = () => {
        queue = queue.filter((other) => other !== waiting);
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", leave, { once: true });
      queue.push(waiting);
    });
  }

  return {
    async run(pooled, invocation, signal) {
      signal?.throwIfAborted();
      if (closed) throw new PoolClosed();
      const slot = await acquire(pooled, signal);
      let usable = false;
      try {
        const outcome = await slot.worker.run(invocation);
        // A process that ended because the pool did says nothing about its function.
        if (closed) throw new PoolClosed();
        usable = outcome.kind === "result" || (outcome.kind === "error" && !outcome.last);
        return outcome;
      } finally {
        release(slot, usable);
      }
    },
    recycle() {
      for (const slot of [...slots]) {
        slot.retired = true;
        if (!slot.busy) drop(slot);
      }
    },
    async close() {
      closed = true;
      queue = [];
      const workers = [...slots].map((slot) => slot.worker);
      slots.clear();
      await Promise.all(workers.map((worker) => worker.stop()));
    },
    pids: () => [...slots].flatMap((slot) => slot.worker.pid ?? []),
  };
}
