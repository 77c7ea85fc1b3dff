import type { Logger } from "../log.js";
import type { Delivery } from "../sqs/delivery.js";
import type { Queues } from "../sqs/queues.js";
import type { Mapping } from "./mapping.js";
import type { Account } from "./names.js";
import type { Lambda } from "./service.js";
import { type Chunk, chunksOf, failuresOf } from "./sqs-event.js";

const longPollMs = 20_000;
/** As many as one receive gives. */
const perReceive = 10;
/** Batches at a time where the mapping does not say. */
const standardConcurrency = 5;
/** How long it waits when the queue cannot be read. */
const troubleMs = 1_000;

export interface PollerOptions extends Account {
  readonly queues: Queues;
  readonly lambda: Lambda;
  readonly logger: Logger;
}

/**
 * Hands the messages of a queue to a function, in batches, several at a time. What the function has handled is deleted;
 * the rest becomes visible again when its visibility timeout ends.
 */
export class Poller {
  readonly #mapping: Mapping;
  readonly #options: PollerOptions;
  readonly #stop = new AbortController();
  readonly #invocations = new Set<Promise<void>>();
  readonly #polling: Promise<void>;

  constructor(mapping: Mapping, options: PollerOptions) {
    this.#mapping = mapping;
    this.#options = options;
    this.#polling = this.#poll();
  }

  /** Receives nothing more; resolves when what it handed over has ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#polling;
    await Promise.all(this.#invocations);
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stop;
    const concurrency = this.#mapping.maxConcurrency ?? standardConcurrency;
    while (!signal.aborted) {
      if (this.#invocations.size >= concurrency) {
        await Promise.race(this.#invocations);
        continue;
      }
      const batch = await this.#collect().catch(() => this.#pause());
      for (const chunk of chunksOf(batch, { ...this.#options, queueArn: this.#mapping.queueArn }))
        this.#start(chunk);
    }
  }

  #start(chunk: Chunk): void {
    const { logger } = this.#options;
    const { functionName } = this.#mapping;
    const invocation = this.#handle(chunk)
      .catch((error: unknown) => logger.warn(`${functionName} could not be given its messages.`, { error }))
      .finally(() => this.#invocations.delete(invocation));
    this.#invocations.add(invocation);
  }

  /** A batch: as full as it gets within the batching window that its first message opens. */
  async #collect(): Promise<Delivery[]> {
    const { batchSize, windowSeconds } = this.#mapping;
    const batch = await this.#receive(Math.min(perReceive, batchSize), longPollMs);
    const until = Date.now() + windowSeconds * 1000;
    while (batch.length > 0 && batch.length < batchSize && !this.#stop.signal.aborted) {
      const left = Math.max(0, until - Date.now());
      const more = await this.#receive(Math.min(perReceive, batchSize - batch.length), left);
      batch.push(...more);
      if (more.length === 0 && Date.now() >= until) break;
    }
    return batch;
  }

  async #receive(max: number, waitMs: number): Promise<Delivery[]> {
    const { queues } = this.#options;
    const queue = queues.findByArn(this.#mapping.queueArn);
    if (queue === undefined) throw new Error(`The queue ${this.#mapping.queueArn} does not exist.`);
    const { signal } = this.#stop;
    return queues.receive(queue, { max, waitMs, visibilitySeconds: null, signal });
  }

  async #handle({ deliveries, payload }: Chunk): Promise<void> {
    const { functionName, queueArn, reportsItemFailures } = this.#mapping;
    const { lambda, queues } = this.#options;
    const result = await lambda.invoke({ functionName, payload });
    if (result.functionError !== undefined) return;
    const ids = new Set(deliveries.map(({ messageId }) => messageId));
    const failed = reportsItemFailures ? failuresOf(result.payload, ids) : new Set<string>();
    const queue = queues.findByArn(queueArn);
    if (failed === null || queue === undefined) return;
    const handled = deliveries.filter(({ messageId }) => !failed.has(messageId));
    await queues.delete(
      queue,
      handled.map(({ receiptHandle }) => receiptHandle),
    );
  }

  #pause(): Promise<Delivery[]> {
    const { signal } = this.#stop;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        resolve([]);
      };
      const timer = setTimeout(done, troubleMs);
      if (signal.aborted) done();
      else signal.addEventListener("abort", done, { once: true });
    });
  }
}
