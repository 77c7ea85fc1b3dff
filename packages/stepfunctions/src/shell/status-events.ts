import { byteLength } from "../json.js";
import type { Logger, StatusChangeEvent } from "../ports.js";
import type { ExecutionRow, ExecutionStatus, Store, Write } from "../store/store.js";
import type { Clock } from "./clock.js";

/** Input and output that EventBridge carries, together and as escaped JSON. */
const MAX_EVENT_DATA_BYTES = 248 * 1024;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 30_000;
/** Told changes are removed from the store together: after so long, or when there are so many. */
const SWEEP_MS = 100;
const MOST_TOLD = 1_000;

/** So many changes that wait are kept with their executions' data; those beyond are read back when their turn comes. */
const MOST_HELD = 1_000;

/** A change that is to be told, with the execution as it was then. */
export interface Change {
  key: number;
  row: ExecutionRow;
  status: ExecutionStatus;
}

/** A change that waits for its turn. */
interface Waiting {
  key: number;
  status: ExecutionStatus;
  /** null: to be read back. */
  row: ExecutionRow | null;
  /** Whether the outbox says how the execution had ended. */
  complete: boolean;
}

type Sink = (event: StatusChangeEvent) => Promise<void>;

/**
 * Tells status changes to the embedder, at least once each: a change is kept from the write that makes it until the sink
 * has resolved. Changes of one execution are told in order.
 */
export class StatusEvents {
  private next: number;
  private readonly queues = new Map<number, Waiting[]>();
  /** How many changes wait with their execution's data. */
  private held = 0;
  private readonly waiting = new Set<() => void>();
  /** Changes that have been told and are still in the store, and when they will not be any more. */
  private readonly told: number[] = [];
  private sweeper: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly sink: Sink | undefined,
    private readonly logger: Logger,
  ) {
    const [last] = [...take(store.range("outbox", { reverse: true }), 1)];
    this.next = (last?.key ?? 0) + 1;
  }

  /**
   * A change to be kept in the outbox by the write that makes it, and told once that is on disk. null: nobody is to know.
   */
  keep(row: ExecutionRow, status: ExecutionStatus): Change | null {
    // As on AWS, neither EXPRESS executions nor the items of a map run are told of.
    if (this.sink === undefined || row.type === "EXPRESS" || row.mapRun !== null) return null;
    const key = this.next;
    this.next += 1;
    return { key, row, status };
  }

  /** Takes up what was kept before a restart. */
  resume(): void {
    if (this.sink === undefined) return;
    for (const { key, value } of this.store.range("outbox"))
      this.queue(value.execution, {
        key,
        status: value.status,
        row: null,
        complete: value.end !== undefined,
      });
  }

  /** An execution is redriven: what waits to be told of its end is kept with how that was. */
  redriven({ number: execution, stoppedAt, error, cause }: ExecutionRow): Write[] {
    const writes: Write[] = [];
    for (const change of this.queues.get(execution) ?? []) {
      if (change.status === "RUNNING" || change.complete) continue;
      change.complete = true;
      const value = { execution, status: change.status, end: { stoppedAt, error, cause } };
      writes.push({ table: "outbox", key: change.key, value });
    }
    return writes;
  }

  close(): void {
    this.sweep();
    this.closed = true;
    for (const cancel of this.waiting) cancel();
  }

  /** Tells a change that is on disk, after those before it of the same execution. */
  tell({ key, row, status }: Change): void {
    const room = this.held < MOST_HELD;
    if (room) this.held += 1;
    this.queue(row.number, { key, status, row: room ? row : null, complete: false });
  }

  private queue(execution: number, change: Waiting): void {
    const queue = this.queues.get(execution);
    if (queue !== undefined) {
      queue.push(change);
      return;
    }
    const fresh = [change];
    this.queues.set(execution, fresh);
    void this.drain(execution, fresh);
  }

  private async drain(execution: number, queue: Waiting[]): Promise<void> {
    let delay = FIRST_DELAY_MS;
    for (let change = queue[0]; change !== undefined && !this.closed; change = queue[0]) {
      try {
        const row = change.row ?? this.readBack(execution, change.key);
        if (row !== undefined) await this.sink?.(statusChange(row, change.status));
      } catch (error) {
        this.logger.warn({ err: error, delay }, "A status change could not be told and will be told again");
        await this.pause(delay);
        delay = Math.min(delay * 2, LONGEST_DELAY_MS);
        continue;
      }
      delay = FIRST_DELAY_MS;
      queue.shift();
      if (change.row !== null) this.held -= 1;
      if (!this.closed) this.forget(change.key);
    }
    this.queues.delete(execution);
  }

  /** The execution as it was when a change was made, as far as that is told. */
  private readBack(execution: number, key: number): ExecutionRow | undefined {
    const row = this.store.get("executions", execution);
    const end = this.store.get("outbox", key)?.end;
    return row === undefined || end === undefined ? row : { ...row, ...end, output: null };
  }

  /** Nobody waits for this: a change that is told again after a crash has been told at least once. */
  private forget(key: number): void {
    this.told.push(key);
    if (this.told.length >= MOST_TOLD) this.sweep();
    else this.sweeper ??= setTimeout(() => this.sweep(), SWEEP_MS).unref();
  }

  private sweep(): void {
    clearTimeout(this.sweeper);
    this.sweeper = undefined;
    const writes = this.told.splice(0).map((key): Write => ({ table: "outbox", key, remove: true }));
    if (writes.length > 0) this.store.write(writes).catch(() => {});
  }

  private pause(delay: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.waiting.delete(cancel);
        resolve();
      };
      const stop = this.clock.at(this.clock.now() + delay, done);
      const cancel = (): void => {
        stop();
        done();
      };
      this.waiting.add(cancel);
    });
  }
}

function* take<T>(items: Iterable<T>, count: number): Generator<T> {
  let left = count;
  for (const item of items) {
    if (left <= 0) return;
    left -= 1;
    yield item;
  }
}

/** Bytes of a text as escaped JSON, or more where that is far from being too much. */
function escapedSize(text: string | null): number {
  if (text === null) return 0;
  // A character becomes six bytes at most.
  const most = text.length * 6 + 2;
  return most * 2 <= MAX_EVENT_DATA_BYTES ? most : byteLength(JSON.stringify(text));
}

/** The event of a change. Input, then output, are left out where EventBridge could not carry them. */
function statusChange(row: ExecutionRow, status: ExecutionStatus): StatusChangeEvent {
  const ended = status !== "RUNNING";
  const output = ended ? row.output : null;
  const outputSize = escapedSize(output);
  const outputFits = outputSize <= MAX_EVENT_DATA_BYTES;
  const inputFits = escapedSize(row.input) + outputSize <= MAX_EVENT_DATA_BYTES;
  return {
    executionArn: row.arn,
    stateMachineArn: row.machineArn,
    stateMachineVersionArn: row.versionArn,
    stateMachineAliasArn: row.aliasArn,
    name: row.name,
    status,
    startDate: row.startedAt,
    stopDate: ended ? row.stoppedAt : null,
    input: inputFits ? row.input : null,
    inputDetails: { included: inputFits },
    output: outputFits ? output : null,
    outputDetails: output === null ? null : { included: outputFits },
    error: ended ? row.error : null,
    cause: ended ? row.cause : null,
  };
}
