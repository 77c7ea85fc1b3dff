import type { Answer, Ending, Outcome, ProcessListener, WorkerProcess } from "./process.js";

/** Within this time an invocation is young whatever its function usually takes. */
const youngMs = 250;
/** An invocation is young for so many times as long as those of its function usually take. */
const youngTimes = 4;
/** A process that is busy and says nothing for so long is asked whether its event loop turns. */
const askAfterMs = 200;
/** One that has not answered for this long is given no more. */
const doubtMs = 50;
/** One that has not answered for this long is blocked. */
export const blockedMs = 2_000;
/** Lines of an invocation may come so much later than its answer. */
const lateLinesMs = 1_000;

export interface Invocation {
  readonly functionName: string;
  readonly requestId: string;
  readonly payload: string;
  readonly timeoutMs: number;
  readonly onLine: (line: string) => void;
  /** Called when a process has been given it; again where it is run again. */
  readonly onSent?: () => void;
}

/** A kind of process: of one function, or of several that share it. */
export interface Pooled {
  /** Each kind's own. */
  readonly name: string;
  /** Processes kept free for it, and no more than these; null shares the pool's. */
  readonly reservedConcurrency: number | null;
  /** Invocations that one process may hold at a time. */
  readonly concurrency: number;
  readonly start: (listener: ProcessListener) => WorkerProcess;
  /** A line that belongs to no invocation. */
  readonly onLine: (line: string) => void;
}

/** An invocation on its way through the pool. */
export interface Job {
  readonly pooled: Pooled;
  readonly invocation: Invocation;
  /** Counted by the pool: who has a lower one waits longer. */
  readonly number: number;
  readonly settle: (outcome: Outcome) => void;
  readonly fail: (reason: Error) => void;
  /** Looked at when it has to wait: nobody listens for the answer of an aborted call, and a running one goes on. */
  readonly signal: (() => AbortSignal | undefined) | null;
  /** Processes that ended under it. */
  losses: number;
  /** To be run with nobody beside it. */
  alone: boolean;
  /** Whether another shared its process while it ran. */
  accompanied: boolean;
  /** When it was handed over, by the monotonic clock. */
  since: number;
  linesSeen: number;
  /** An answer that waits for the lines before it. */
  answer: { readonly outcome: Answer; readonly lines: number; readonly at: number } | null;
}

export interface SlotListener {
  ready(slot: Slot): void;
  answered(slot: Slot, job: Job, outcome: Answer): void;
  ended(slot: Slot, ending: Ending): void;
}

/** A worker process and the invocations that it holds. */
export class Slot {
  readonly pooled: Pooled;
  /** By number, in the order in which they were handed over. */
  readonly held = new Map<number, Job>();
  ready = false;
  /** Takes no more, and ends when it is empty. */
  retired = false;
  /** Set when it is killed: which of those it holds had their time, that its event loop did not turn, or that somebody wished it. */
  verdict: { readonly timedOut: ReadonlySet<Job> } | "blocked" | "closed" | "killed" | null = null;
  idleSince = performance.now();
  readonly #worker: WorkerProcess;
  readonly #listener: SlotListener;
  #announce = () => {};
  readonly #begun = new Promise<void>((resolve) => {
    this.#announce = resolve;
  });
  #numbers = 0;
  #heardAt = 0;
  #askedAt: number | null = null;

  constructor(pooled: Pooled, listener: SlotListener) {
    this.pooled = pooled;
    this.#listener = listener;
    this.#worker = pooled.start({
      ready: () => this.#begin(),
      heard: () => this.#hear(),
      answered: (id, outcome, lines) => this.#answered(id, outcome, lines),
      line: (id, line) => this.#line(id, line),
      ended: (ending) => listener.ended(this, ending),
    });
  }

  /** Resolves when it is ready, or gone before that. */
  get begun(): Promise<void> {
    return Promise.race([this.#begun, this.#worker.gone]);
  }

  get gone(): Promise<void> {
    return this.#worker.gone;
  }

  /** The one that came first of those it holds. */
  get oldest(): Job | undefined {
    return this.held.values().next().value;
  }

  /** Whether there is a place in it for one more. */
  get hasRoom(): boolean {
    const { size } = this.held;
    if (this.retired || this.verdict !== null) return false;
    return size === 0 || (size < this.pooled.concurrency && !this.oldest?.alone);
  }

  /**
   * Whether what it holds moves on: all of it is young, and its event loop turns.
   *
   * @param typicalMs how long invocations of a function usually take, in ms
   */
  moves(typicalMs: (functionName: string) => number, now: number): boolean {
    const { oldest } = this;
    if (!this.ready || oldest === undefined) return true;
    if (!this.answers(now)) return false;
    if (now - oldest.since < youngMs) return true;
    return [...this.held.values()].every(
      ({ since, invocation }) =>
        now - since < Math.max(youngMs, youngTimes * typicalMs(invocation.functionName)),
    );
  }

  /** The names of the functions whose invocations it holds. */
  get functionNames(): string[] {
    return [...new Set([...this.held.values()].map(({ invocation }) => invocation.functionName))];
  }

  answers(now: number): boolean {
    return this.#askedAt === null || now - this.#askedAt < doubtMs;
  }

  /** For how long it has not answered whether its event loop turns. */
  silentMs(now: number): number {
    return this.#askedAt === null ? 0 : now - this.#askedAt;
  }

  hand(job: Job): void {
    const first = this.oldest;
    if (first !== undefined) {
      first.accompanied = true;
      job.accompanied = true;
    }
    this.#numbers += 1;
    if (this.held.size === 0) this.#heardAt = performance.now();
    this.held.set(this.#numbers, job);
    if (this.ready) this.#send(this.#numbers, job);
  }

  /** Asks a process that is silent whether it is there. */
  look(now: number): void {
    for (const [id, { answer }] of this.held)
      if (answer !== null && now - answer.at > lateLinesMs) this.#settle(id, answer.outcome);
    if (this.ready && this.held.size > 0 && this.#askedAt === null && now - this.#heardAt > askAfterMs) {
      this.#askedAt = now;
      this.#worker.ping();
    }
  }

  /** What must be done about it now: kill it for those whose time is over, or because it is blocked; or nothing. */
  due(now: number): Slot["verdict"] {
    if (!this.ready || this.verdict !== null) return null;
    const { oldest } = this;
    if (oldest === undefined) return null;
    const silentMs = this.silentMs(now);
    // Those of other functions may have less time than one that came before them.
    const timedOut = [...this.held.values()].filter((job) => now - job.since >= job.invocation.timeoutMs);
    const expired = timedOut.length > 0;
    // Who blocks it cannot be seen from here; a single one that was never accompanied has its whole time.
    if (oldest.accompanied && (silentMs > blockedMs || (expired && silentMs > doubtMs))) return "blocked";
    return expired ? { timedOut: new Set(timedOut) } : null;
  }

  /** This process was not served itself for a while (a laptop that slept): silence means nothing. */
  forgive(now: number): void {
    this.#askedAt = null;
    this.#heardAt = now;
  }

  kill(verdict: NonNullable<Slot["verdict"]>): void {
    this.verdict ??= verdict;
    this.#worker.kill();
  }

  #begin(): void {
    this.ready = true;
    this.#announce();
    for (const [id, job] of this.held) this.#send(id, job);
    this.#listener.ready(this);
  }

  #send(id: number, job: Job): void {
    const { requestId, functionName, payload, timeoutMs } = job.invocation;
    job.since = performance.now();
    this.#worker.invoke({ id, requestId, functionName, payload, deadline: Date.now() + timeoutMs });
    job.invocation.onSent?.();
  }

  #hear(): void {
    this.#heardAt = performance.now();
    this.#askedAt = null;
  }

  #answered(id: number, outcome: Answer, lines: number): void {
    const job = this.held.get(id);
    if (job === undefined) return;
    if (job.linesSeen >= lines) this.#settle(id, outcome);
    else job.answer = { outcome, lines, at: performance.now() };
  }

  #line(id: number | null, line: string): void {
    const { oldest } = this;
    // What one that is alone has not marked, like the last words of V8, is its own all the same.
    const only = id === null && this.held.size === 1 && !oldest?.accompanied ? oldest : undefined;
    const job = id === null ? only : this.held.get(id);
    if (job === undefined) return this.pooled.onLine(line);
    job.invocation.onLine(line);
    if (id === null) return;
    job.linesSeen += 1;
    if (job.answer !== null && job.linesSeen >= job.answer.lines) this.#settle(id, job.answer.outcome);
  }

  #settle(id: number, outcome: Answer): void {
    const job = this.held.get(id) as Job;
    this.held.delete(id);
    if (this.held.size === 0) this.idleSince = performance.now();
    this.#listener.answered(this, job, outcome);
  }
}
