import { byteLength } from "../json.js";
import type { Logger, StatusChangeEvent } from "../ports.js";
import type { ExecutionRow, ExecutionStatus, Store, Write } from "../store/store.js";
import type { Clock } from "./clock.js";

/** Input and output that EventBridge carries, together and as escaped JSON. */
const MAX_EVENT_DATA_BYTES = 248 * 1024;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 30_000;

type Sink = (event: StatusChangeEvent) => Promise<void>;

/**
 * Tells status changes to the embedder, at least once each: a change is kept from the write that makes it until the sink
 * has resolved. Changes of one execution are told in order.
 */
export class StatusEvents {
  private next: number;
  private readonly queues = new Map<number, number[]>();
  private readonly waiting = new Set<() => void>();
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

  /** The write that keeps a change, to go with the write that makes it; `tell` when it is on disk. */
  keep(row: ExecutionRow, status: ExecutionStatus): { writes: Write[]; tell: () => void } {
    // As on AWS, neither EXPRESS executions nor the items of a map run are told of.
    const untold = this.sink === undefined || row.type === "EXPRESS" || row.mapRun !== null;
    if (untold) return { writes: [], tell: () => {} };
    const execution = row.number;
    const key = this.next;
    this.next += 1;
    return {
      writes: [{ table: "outbox", key, value: { execution, status } }],
      tell: () => this.enqueue(execution, key),
    };
  }

  /** Takes up what was kept before a restart. */
  resume(): void {
    if (this.sink === undefined) return;
    for (const { key, value } of this.store.range("outbox")) this.enqueue(value.execution, key);
  }

  close(): void {
    this.closed = true;
    for (const cancel of this.waiting) cancel();
  }

  private enqueue(execution: number, key: number): void {
    const queue = this.queues.get(execution);
    if (queue !== undefined) {
      queue.push(key);
      return;
    }
    const fresh = [key];
    this.queues.set(execution, fresh);
    void this.drain(execution, fresh);
  }

  private async drain(execution: number, queue: number[]): Promise<void> {
    for (let key = queue[0]; key !== undefined && !this.closed; key = queue[0]) {
      await this.deliver(key);
      queue.shift();
    }
    this.queues.delete(execution);
  }

  private async deliver(key: number): Promise<void> {
    for (let delay = FIRST_DELAY_MS; !this.closed; delay = Math.min(delay * 2, LONGEST_DELAY_MS)) {
      try {
        const kept = this.store.get("outbox", key);
        const row = kept === undefined ? undefined : this.store.get("executions", kept.execution);
        if (kept !== undefined && row !== undefined) await this.sink?.(statusChange(row, kept.status));
        if (!this.closed) await this.store.write([{ table: "outbox", key, remove: true }]);
        return;
      } catch (error) {
        this.logger.warn({ err: error, delay }, "A status change could not be told and will be told again");
        await this.pause(delay);
      }
    }
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

/** The event of a change. Input, then output, are left out where EventBridge could not carry them. */
function statusChange(row: ExecutionRow, status: ExecutionStatus): StatusChangeEvent {
  const ended = status !== "RUNNING";
  const output = ended ? row.output : null;
  const size = (text: string | null): number => (text === null ? 0 : byteLength(JSON.stringify(text)));
  const inputFits = size(row.input) + size(output) <= MAX_EVENT_DATA_BYTES;
  const outputFits = size(output) <= MAX_EVENT_DATA_BYTES;
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
