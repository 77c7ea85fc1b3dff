import { randomUUID } from "node:crypto";
import { AwsError } from "@longhaul/stepfunctions";
import type { Logger } from "../log.js";
import { invalidValue, unsupported } from "./errors.js";
import type { LiveQueue } from "./live-queue.js";
import type { Queues } from "./queues.js";
import type { MoveTask } from "./records.js";
import { Changes, type QueueStore } from "./store.js";

/** Messages moved in one transaction where no rate is asked for. */
const batch = 500;
/** Tasks that are remembered of each queue; ListMessageMoveTasks shows ten at most. */
const remembered = 10;

/** What stops a task, in the words of FailureReason. */
class Failure extends Error {}

/** Tasks that move messages of dead-letter queues back; one that a kill interrupted goes on at the next start. */
export class MoveTasks {
  readonly #queues: Queues;
  readonly #store: QueueStore;
  readonly #logger: Logger;
  readonly #tasks = new Map<string, MoveTask>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #timers = new Map<NodeJS.Timeout, () => void>();
  #closed = false;

  constructor(queues: Queues, store: QueueStore, logger: Logger) {
    this.#queues = queues;
    this.#store = store;
    this.#logger = logger;
    for (const task of store.tasks()) this.#tasks.set(task.handle, task);
    for (const { handle, status } of this.#tasks.values())
      if (status === "RUNNING" || status === "CANCELLING") this.#run(handle);
  }

  /** @throws AwsError when the queue is nobody's dead-letter queue, or has a task that runs */
  async start(source: LiveQueue, destinationArn: string | null, rate: number | null): Promise<MoveTask> {
    const sourceArn = this.#queues.arn(source);
    if (this.#queues.sourcesOf(source).length === 0) {
      throw invalidValue(sourceArn, "SourceArn", "Source queue must be configured as a Dead Letter Queue.");
    }
    if (this.list(sourceArn).some(isActive)) {
      throw unsupported(
        "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
      );
    }
    const task: MoveTask = {
      ...{ sourceArn, destinationArn, rate, started: Date.now(), moved: 0, failure: null },
      handle: Buffer.from(JSON.stringify({ taskId: randomUUID(), sourceArn })).toString("base64"),
      toMove: source.counts(Date.now()).ready,
      status: "RUNNING",
    };
    const changes = new Changes();
    for (const old of this.list(sourceArn).slice(remembered - 1)) {
      this.#tasks.delete(old.handle);
      changes.removeTask(old.handle);
    }
    await this.#keep(task, changes);
    this.#run(task.handle);
    return task;
  }

  /** Newest first. */
  list(sourceArn: string): MoveTask[] {
    const own = [...this.#tasks.values()].filter((task) => task.sourceArn === sourceArn);
    return own.toSorted((a, b) => b.started - a.started);
  }

  /** @throws AwsError ResourceNotFoundException when there is no such task, or none that runs */
  async cancel(handle: string): Promise<MoveTask> {
    const task = this.#tasks.get(handle);
    if (task?.status !== "RUNNING") {
      throw new AwsError("ResourceNotFoundException", "Task does not exist, or it does not run.", 404);
    }
    await this.#keep({ ...task, status: "CANCELLING" });
    this.#endPauses();
    await this.#running.get(handle);
    return this.#tasks.get(handle) ?? task;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#endPauses();
    await Promise.all(this.#running.values());
  }

  #run(handle: string): void {
    const running = this.#work(handle).finally(() => this.#running.delete(handle));
    this.#running.set(handle, running);
  }

  async #work(handle: string): Promise<void> {
    try {
      for (let task = this.#tasks.get(handle); task !== undefined; task = this.#tasks.get(handle)) {
        if (this.#closed) return;
        if (task.status === "CANCELLING") return await this.#keep({ ...task, status: "CANCELLED" });
        if (task.status !== "RUNNING") return;
        const moved = await this.#moveSome(task);
        const now = this.#tasks.get(handle) ?? task;
        if (moved === 0 && now.status === "RUNNING") await this.#keep({ ...now, status: "COMPLETED" });
        if (task.rate !== null && moved > 0) await this.#pause(pauseMs(task.rate));
      }
    } catch (error) {
      const task = this.#tasks.get(handle);
      const failure = error instanceof Failure ? error.message : "InternalError";
      if (!(error instanceof Failure)) this.#logger.error("A message move task failed.", { error });
      if (task !== undefined) await this.#keep({ ...task, status: "FAILED", failure }).catch(() => {});
    }
  }

  #moveSome(task: MoveTask): Promise<number> {
    const { sourceArn, destinationArn, rate, moved, toMove } = task;
    const source = this.#queues.findByArn(sourceArn);
    if (source === undefined) throw new Failure("AWS.SimpleQueueService.NonExistentQueue");
    const some = rate === null ? batch : Math.ceil((rate * pauseMs(rate)) / 1000);
    // What arrives meanwhile, perhaps by this very task, is not its business.
    const to = (from: string | null) => {
      const target = destinationArn ?? from;
      if (target === null) throw new Failure("CouldNotDetermineMessageSource");
      const queue = this.#queues.findByArn(target);
      if (queue === undefined) throw new Failure("AWS.SimpleQueueService.NonExistentQueue");
      return queue;
    };
    return this.#queues.moveBack(source, Math.min(some, toMove - moved), to, (count, changes) => {
      // Remembered before it is written: who cancels meanwhile keeps this count.
      const counted = { ...(this.#tasks.get(task.handle) ?? task), moved: moved + count };
      this.#tasks.set(task.handle, counted);
      changes.putTask(counted);
    });
  }

  async #keep(task: MoveTask, changes = new Changes()): Promise<void> {
    this.#tasks.set(task.handle, task);
    await this.#store.write(changes.putTask(task));
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, milliseconds);
      this.#timers.set(timer, resolve);
    });
  }

  #endPauses(): void {
    for (const [timer, resolve] of this.#timers) {
      clearTimeout(timer);
      resolve();
    }
    this.#timers.clear();
  }
}

export function isActive({ status }: MoveTask): boolean {
  return status === "RUNNING" || status === "CANCELLING";
}

/** Slow tasks move one message at a time, quick ones some ten times a second. */
function pauseMs(rate: number): number {
  return rate >= 10 ? 100 : Math.ceil(1000 / rate);
}
