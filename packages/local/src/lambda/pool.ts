import { Blockers } from "./blockers.js";
import { judge } from "./judge.js";
import { NoProcess, PoolClosed } from "./pool-errors.js";
import type { Answer, Ending, Outcome } from "./process.js";
import { type Invocation, type Job, type Pooled, Slot, type SlotListener } from "./slot.js";

/** How often busy processes are looked at. */
const lookMs = 100;
/** The share of the newest invocation in what a function usually takes. */
const newestShare = 0.1;

export interface PoolOptions {
  /** Invocations at a time of those that are alone in their process, all functions together. */
  readonly concurrency: number;
  /** Processes at a time, of all functions that reserve none. */
  readonly processes: number;
  /** How long a free process is kept, in milliseconds. */
  readonly idleMs: number;
  /** Gets a sentence about a function that should have its process for itself. */
  readonly warn?: (sentence: string) => void;
}

/** The processes of one kind, and what waits for them. */
interface Fleet {
  readonly name: string;
  readonly slots: Set<Slot>;
  readonly queue: Job[];
  /** Whether the last process is kept, however long it is free. */
  kept: boolean;
}

/**
 * Keeps worker processes. A process serves one function or several, holds as many invocations as they allow, and takes
 * another only while those it holds move on: they are young and its event loop turns. Else another process is started,
 * or the invocation waits.
 *
 * When a process ends under several invocations, because one of them has crashed it or had its time, the others
 * are run again and their callers do not notice; where nobody knows which one it was, each is run again alone.
 */
export class Pool {
  readonly #options: PoolOptions;
  readonly #fleets = new Map<string, Fleet>();
  readonly #blockers: Blockers;
  /** What invocations of a function usually take: a moving average, in milliseconds. */
  readonly #typicalMs = new Map<string, number>();
  readonly #listener: SlotListener = {
    ready: (slot) => this.#serve(this.#fleet(slot.pooled.name)),
    answered: (slot, job, outcome) => this.#answered(slot, job, outcome),
    ended: (slot, ending) => this.#ended(slot, ending),
  };
  /** Invocations that are under way and alone by their function's wish. */
  #exclusive = 0;
  #runs = 0;
  #watch: NodeJS.Timeout | null = null;
  #lookedAt = 0;
  #sweeper: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#blockers = new Blockers(options.warn ?? (() => {}));
  }

  /**
   * Runs one invocation, waiting for its turn where as many run as may. A signal that aborts takes a waiting
   * invocation out of the queue; one that runs goes on.
   *
   * @throws PoolClosed
   * @throws NoProcess
   */
  run(pooled: Pooled, invocation: Invocation, signal: Job["signal"] = null): Promise<Outcome> {
    return new Promise((settle, fail) => {
      if (this.#closed) return fail(new PoolClosed());
      const fresh = { losses: 0, alone: false, accompanied: false, since: 0, linesSeen: 0, answer: null };
      this.#runs += 1;
      const job: Job = { pooled, invocation, number: this.#runs, settle, fail, signal, ...fresh };
      const fleet = this.#fleet(pooled.name);
      if (fleet.queue.length > 0 || !this.#place(fleet, job)) this.#wait(fleet, job, false);
      if (fleet.queue[0]?.alone === true) this.#serve(fleet);
      this.#keepWatch();
    });
  }

  /**
   * Starts a process of each kind that has none, one after another, so that who comes first need not wait for that, and
   * keeps the last of each. Where no more may be started it is left.
   */
  async warm(kinds: readonly Pooled[]): Promise<void> {
    for (const pooled of kinds) {
      const fleet = this.#fleet(pooled.name);
      fleet.kept = true;
      if (this.#closed || [...fleet.slots].some((slot) => !slot.retired)) continue;
      if ([...this.#slots()].length >= this.#options.processes) return;
      await this.#start(fleet, pooled).begun;
    }
  }

  /**
   * Kills processes as a crash does: those that hold an invocation which is meant, or with null all.
   *
   * @returns how many
   */
  kill(isMeant: ((invocation: Invocation) => boolean) | null): number {
    const meant = [...this.#slots()].filter(
      ({ held }) => isMeant === null || [...held.values()].some(({ invocation }) => isMeant(invocation)),
    );
    for (const slot of meant) slot.kill("killed");
    return meant.length;
  }

  /** Ends free processes now and busy ones after their invocations, so that new code is read. */
  recycle(): void {
    for (const slot of this.#slots()) {
      slot.retired = true;
      if (slot.held.size === 0) this.#drop(slot);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#watch !== null) clearInterval(this.#watch);
    if (this.#sweeper !== null) clearTimeout(this.#sweeper);
    const slots = [...this.#slots()];
    for (const fleet of this.#fleets.values()) {
      for (const job of fleet.queue.splice(0)) job.fail(new PoolClosed());
    }
    for (const slot of slots) slot.kill("closed");
    await Promise.all(slots.map((slot) => slot.gone));
  }

  #fleet(name: string): Fleet {
    let fleet = this.#fleets.get(name);
    if (fleet === undefined) {
      fleet = { name, slots: new Set(), queue: [], kept: false };
      this.#fleets.set(name, fleet);
    }
    return fleet;
  }

  *#slots(): Generator<Slot> {
    for (const { slots } of this.#fleets.values()) yield* slots;
  }

  /** Hands the job to a process, a new one where need be, or lets it fail; false when it has to wait. */
  #place(fleet: Fleet, job: Job): boolean {
    const now = performance.now();
    const { concurrency } = job.pooled;
    const single = job.alone || concurrency === 1;
    if (concurrency === 1 && this.#exclusive >= this.#options.concurrency && isShared(job.pooled))
      return false;
    let spare: Slot | null = null;
    let hope = false;
    for (const slot of fleet.slots) {
      const room = slot.hasRoom && (!single || slot.held.size === 0);
      const moves = slot.moves((name) => this.#typicalMs.get(name) ?? 0, now);
      if (room && moves) return this.#hand(slot, job);
      if (room && slot.answers(now)) spare ??= slot;
      // What will have its turn shortly need not start another process.
      hope ||= moves && !slot.retired && (job.alone ? slot.oldest?.alone === true : !single);
    }
    if (hope) return false;
    if (!this.#mayStart(fleet, job)) return spare !== null && this.#hand(spare, job);
    // Nobody calls who could be told what is thrown here: who waits for the answer is.
    try {
      return this.#hand(this.#start(fleet, job.pooled), job);
    } catch (error) {
      job.fail(new NoProcess(error));
      return true;
    }
  }

  #hand(slot: Slot, job: Job): true {
    if (isExclusive(job.pooled)) this.#exclusive += 1;
    slot.hand(job);
    return true;
  }

  #start(fleet: Fleet, pooled: Pooled): Slot {
    const slot = new Slot(pooled, this.#listener);
    fleet.slots.add(slot);
    return slot;
  }

  /** Whether there may be one more process of the function; one that was free longest makes room for it. */
  #mayStart(fleet: Fleet, { pooled, alone }: Job): boolean {
    // One is for those that are run again, so that they need not wait for what may never end.
    const beyond = alone && ![...fleet.slots].some((slot) => slot.oldest?.alone) ? 1 : 0;
    if (pooled.reservedConcurrency !== null) return fleet.slots.size < pooled.reservedConcurrency + beyond;
    const shared = [...this.#slots()].filter((slot) => isShared(slot.pooled));
    if (shared.length < this.#options.processes + beyond) return true;
    const free = shared.filter((slot) => slot.ready && slot.held.size === 0);
    const [longest] = free.toSorted((one, other) => one.idleSince - other.idleSince);
    if (longest === undefined) return false;
    this.#drop(longest);
    return true;
  }

  #wait(fleet: Fleet, job: Job, first: boolean): void {
    const signal = job.signal?.();
    if (signal?.aborted) return job.fail(signal.reason as Error);
    const leave = () => {
      const place = fleet.queue.indexOf(job);
      if (place < 0) return;
      fleet.queue.splice(place, 1);
      job.fail(signal?.reason as Error);
    };
    signal?.addEventListener("abort", leave, { once: true });
    if (first) fleet.queue.unshift(job);
    else fleet.queue.push(job);
  }

  #answered(slot: Slot, job: Job, outcome: Answer): void {
    const { functionName } = job.invocation;
    const typicalMs = this.#typicalMs.get(functionName) ?? 0;
    const took = performance.now() - job.since;
    this.#typicalMs.set(functionName, typicalMs + (took - typicalMs) * newestShare);
    this.#release(job);
    job.settle(outcome);
    if (slot.retired && slot.held.size === 0) this.#drop(slot);
    this.#served();
    if (slot.held.size === 0) this.#sweepLater();
  }

  #ended(slot: Slot, ending: Ending): void {
    const fleet = this.#fleet(slot.pooled.name);
    fleet.slots.delete(slot);
    const jobs = [...slot.held.values()];
    for (const job of jobs) this.#release(job);
    if (this.#closed) {
      for (const job of jobs) job.fail(new PoolClosed());
      return;
    }
    // Those that are run again come before all others, in their order.
    for (const { job, outcome, alone } of judge(slot, ending).toReversed()) {
      if (outcome === null) this.#again(fleet, job, alone);
      else job.settle(outcome);
    }
    this.#served();
  }

  /** Runs a job anew whose process ended under it. */
  #again(fleet: Fleet, job: Job, alone: boolean): void {
    job.losses += 1;
    job.alone ||= alone || job.losses > 1;
    Object.assign(job, { accompanied: false, linesSeen: 0, answer: null });
    this.#wait(fleet, job, true);
  }

  #release({ pooled }: Job): void {
    if (isExclusive(pooled)) this.#exclusive -= 1;
  }

  /** A place became free: for the function that has waited longest, or else no other would ever come before a busy one. */
  #served(): void {
    const waiting = [...this.#fleets.values()].filter(({ queue }) => queue.length > 0);
    if (waiting.length > 1) waiting.sort((one, other) => firstNumber(one) - firstNumber(other));
    for (const fleet of waiting) this.#serve(fleet);
  }

  /** In their order; but those that are to be alone may wait for long, and are passed by the others meanwhile. */
  #serve(fleet: Fleet): void {
    const { queue } = fleet;
    let aloneWaits = false;
    for (let at = 0, job = queue[at]; job !== undefined; job = queue[at]) {
      if (!(job.alone && aloneWaits) && this.#place(fleet, job)) {
        queue.splice(at, 1);
        continue;
      }
      if (!job.alone) return;
      aloneWaits = true;
      at += 1;
    }
  }

  #drop(slot: Slot): void {
    this.#fleet(slot.pooled.name).slots.delete(slot);
    slot.kill("closed");
  }

  /** Looks at the processes as long as any is busy. */
  #keepWatch(): void {
    if (this.#watch !== null) return;
    this.#lookedAt = performance.now();
    this.#watch = setInterval(() => this.#look(), lookMs);
  }

  #look(): void {
    const now = performance.now();
    const slept = now - this.#lookedAt > 10 * lookMs;
    this.#lookedAt = now;
    let busy = false;
    for (const slot of this.#slots()) {
      if (slot.held.size === 0) continue;
      busy = true;
      if (slept) slot.forgive(now);
      slot.look(now);
      const verdict = slot.due(now);
      this.#blockers.look(slot, now);
      if (verdict === "blocked") this.#blockers.ended(slot);
      if (verdict !== null) slot.kill(verdict);
    }
    for (const { queue } of this.#fleets.values()) busy ||= queue.length > 0;
    this.#served();
    if (busy || this.#watch === null) return;
    clearInterval(this.#watch);
    this.#watch = null;
  }

  #isLastKept({ pooled }: Slot): boolean {
    const { kept, slots } = this.#fleet(pooled.name);
    return kept && slots.size === 1;
  }

  /** Ends processes that were free for long, when the first of them has been. */
  #sweepLater(): void {
    if (this.#sweeper !== null || this.#closed) return;
    this.#sweeper = setTimeout(() => {
      this.#sweeper = null;
      const until = performance.now() - this.#options.idleMs;
      const free = [...this.#slots()].filter((slot) => slot.held.size === 0);
      for (const slot of free) if (slot.idleSince <= until && !this.#isLastKept(slot)) this.#drop(slot);
      if (free.length > 0) this.#sweepLater();
    }, this.#options.idleMs).unref();
  }
}

function firstNumber({ queue: [first] }: Fleet): number {
  return first?.number ?? Infinity;
}

function isShared({ reservedConcurrency }: Pooled): boolean {
  return reservedConcurrency === null;
}

function isExclusive(pooled: Pooled): boolean {
  return pooled.concurrency === 1 && isShared(pooled);
}
