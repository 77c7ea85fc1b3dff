import { randomBytes } from "node:crypto";
import { AwsError } from "@longhaul/stepfunctions";
import type { Account } from "../lambda/names.js";
import { type Delivery, deliveryOf, noteReceive, type ReceiveOptions } from "./delivery.js";
import { queueDoesNotExist } from "./errors.js";
import type { Faults } from "./faults.js";
import { LiveQueue, type Message } from "./live-queue.js";
import { isExpired, newState, stateOf } from "./message-state.js";
import { type Receipt, readReceipt } from "./receipt.js";
import type { Content, MessageState, QueueRecord } from "./records.js";
import { maxVisibilitySeconds } from "./settings.js";
import { Changes, type QueueStore } from "./store.js";

/** Messages of a queue that may be in flight at a time. Source: "Amazon SQS message quotas". */
const maxInFlight = 120_000;

export interface QueuesOptions extends Account {
  readonly store: QueueStore;
  readonly faults: Faults;
  readonly maxInFlight?: number;
}

/** The queues of the account: what is in which, and every change of it. Changes are on disk when they resolve. */
export class Queues {
  readonly #options: QueuesOptions;
  readonly #store: QueueStore;
  readonly #byName = new Map<string, LiveQueue>();
  #lastSeq: number;
  #closed = false;

  constructor(options: QueuesOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#lastSeq = options.store.lastSeq();
    const now = Date.now();
    for (const record of this.#store.queues()) {
      const queue = new LiveQueue(record);
      for (const { seq, state } of this.#store.states(record.id)) queue.add(seq, state, now);
      this.#byName.set(record.name, queue);
    }
  }

  list(): LiveQueue[] {
    return [...this.#byName.values()];
  }

  arn(queue: LiveQueue): string {
    return this.arnOf(queue.record.name);
  }

  arnOf(name: string): string {
    const { region, accountId } = this.#options;
    return `arn:aws:sqs:${region}:${accountId}:${name}`;
  }

  find(name: string): LiveQueue | undefined {
    return this.#byName.get(name);
  }

  findByArn(arn: string): LiveQueue | undefined {
    const prefix = this.arnOf("");
    return arn.startsWith(prefix) ? this.#byName.get(arn.slice(prefix.length)) : undefined;
  }

  /** Queues whose redrive policy names this one. */
  sourcesOf(queue: LiveQueue): LiveQueue[] {
    const arn = this.arn(queue);
    return this.list().filter(({ settings }) => settings.redrive?.targetArn === arn);
  }

  async create(given: Pick<QueueRecord, "name" | "attributes" | "tags">): Promise<LiveQueue> {
    const now = Math.floor(Date.now() / 1000);
    const record = { ...given, id: randomBytes(8).toString("hex"), created: now, modified: now };
    const queue = new LiveQueue(record);
    this.#byName.set(record.name, queue);
    await this.#store.write(new Changes().putQueue(record));
    return queue;
  }

  async update(queue: LiveQueue, change: Partial<Pick<QueueRecord, "attributes" | "tags">>): Promise<void> {
    const record = { ...queue.record, ...change, modified: Math.floor(Date.now() / 1000) };
    queue.update(record);
    await this.#store.write(new Changes().putQueue(record));
  }

  async remove(queue: LiveQueue): Promise<void> {
    const changes = new Changes().removeQueue(queue.record);
    this.#byName.delete(queue.record.name);
    this.#empty(queue, changes);
    queue.wake();
    await this.#store.write(changes);
  }

  async purge(queue: LiveQueue): Promise<void> {
    const changes = new Changes();
    this.#empty(queue, changes);
    await this.#store.write(changes);
  }

  /** Adds messages, all or none of them; they can be received once they are on disk. */
  async send(
    messages: readonly { queue: LiveQueue; content: Content; delaySeconds?: number | undefined }[],
  ): Promise<string[]> {
    const changes = new Changes();
    const now = Date.now();
    const added = messages.map(({ queue, content, delaySeconds = queue.settings.delaySeconds }) => {
      const seq = ++this.#lastSeq;
      const state = newState(now, now + delaySeconds * 1000);
      changes.putContent(seq, content).putState(queue.record.id, seq, state);
      return { queue, seq, state };
    });
    await this.#store.write(changes);
    for (const { queue, seq, state } of added) {
      if (this.#lives(queue)) queue.add(seq, state, Date.now());
      else await this.#store.write(new Changes().removeMessage(queue.record.id, seq));
    }
    return added.map(({ state }) => state.messageId);
  }

  /** @throws AwsError QueueDoesNotExist when it goes away meanwhile, OverLimit when too many are in flight */
  async receive(queue: LiveQueue, options: ReceiveOptions): Promise<Delivery[]> {
    const until = Date.now() + options.waitMs;
    for (;;) {
      if (options.signal?.aborted || this.#closed) return [];
      if (!this.#lives(queue)) throw queueDoesNotExist();
      const now = Date.now();
      const taken = await this.#take(queue, options, now);
      if (taken.length > 0 || now >= until) return taken;
      await queue.arrival(now, until, options.signal);
    }
  }

  /** Deletes what was received. As on AWS, the handle of an earlier receive deletes nothing, and none is missed twice. */
  async delete(queue: LiveQueue, handles: readonly string[]): Promise<void> {
    const changes = new Changes();
    for (const handle of handles) {
      const { seq, receipt } = this.receipt(queue, handle);
      const message = queue.find(seq);
      if (message?.receipt !== receipt) continue;
      if (message.doubled === "owed") this.#deliverAgain(queue, message, changes);
      else {
        queue.remove(message);
        changes.removeMessage(queue.record.id, seq);
      }
    }
    await this.#store.write(changes);
  }

  receipt(queue: LiveQueue, handle: string): Receipt {
    return readReceipt(handle, queue.record.id, this.#store.secret);
  }

  /** @throws AwsError MessageNotInflight, and InvalidParameterValue beyond twelve hours from its receive */
  async changeVisibility(queue: LiveQueue, handle: string, seconds: number): Promise<void> {
    const { seq, receipt } = this.receipt(queue, handle);
    const message = queue.find(seq);
    const now = Date.now();
    queue.counts(now);
    if (message?.receipt !== receipt || message.place !== "flight") {
      throw new AwsError("MessageNotInflight", "The message referred to is not in flight.");
    }
    const until = now + seconds * 1000;
    if (until > (message.lastReceivedAt ?? now) + maxVisibilitySeconds * 1000) {
      const about = `Total VisibilityTimeout for the message is beyond the limit [${maxVisibilitySeconds} seconds]`;
      throw new AwsError(
        "InvalidParameterValueException",
        `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: ${about}.`,
      );
    }
    if (seconds === 0) {
      message.visibleAt = now;
      queue.show(message);
    } else queue.hide(message, until);
    await this.#store.write(new Changes().putState(queue.record.id, seq, stateOf(message)));
  }

  /**
   * Moves up to `max` visible messages out of a dead-letter queue, as new messages, each to where `to` says.
   *
   * @param count adds what is kept about the move to what is written with it, so that a kill leaves both or neither
   * @returns how many were moved; 0 when none was visible
   */
  async moveBack(
    queue: LiveQueue,
    max: number,
    to: (source: string | null) => LiveQueue,
    count: (moved: number, changes: Changes) => void,
  ): Promise<number> {
    const changes = new Changes();
    const now = Date.now();
    const moves: { target: LiveQueue; seq: number; state: MessageState }[] = [];
    while (moves.length < max) {
      const message = queue.next(now);
      if (message === undefined) break;
      let target: LiveQueue;
      try {
        target = to(message.source);
      } catch (error) {
        queue.show(message);
        if (moves.length === 0) throw error;
        break;
      }
      const state = newState(now, now + target.settings.delaySeconds * 1000);
      queue.remove(message);
      changes.removeState(queue.record.id, message.seq).putState(target.record.id, message.seq, state);
      moves.push({ target, seq: message.seq, state });
    }
    if (moves.length > 0) count(moves.length, changes);
    await this.#store.write(changes);
    for (const { target, seq, state } of moves) target.add(seq, state, Date.now());
    return moves.length;
  }

  /** Deletes what is older than its queue keeps. */
  async expire(): Promise<void> {
    const changes = new Changes();
    const now = Date.now();
    for (const queue of this.list()) {
      for (const message of queue.messages())
        if (isExpired(queue, message, now)) this.#drop(queue, message, changes);
    }
    await this.#store.write(changes);
  }

  /** Ends all waiting. */
  close(): void {
    this.#closed = true;
    for (const queue of this.list()) queue.wake();
  }

  #lives(queue: LiveQueue): boolean {
    return this.#byName.get(queue.record.name) === queue;
  }

  #empty(queue: LiveQueue, changes: Changes): void {
    for (const message of [...queue.messages()]) this.#drop(queue, message, changes);
  }

  #drop(queue: LiveQueue, message: Message, changes: Changes): void {
    queue.remove(message);
    changes.removeMessage(queue.record.id, message.seq);
  }

  async #take(queue: LiveQueue, options: ReceiveOptions, now: number): Promise<Delivery[]> {
    const changes = new Changes();
    const taken: { message: Message; receipt: string }[] = [];
    const visibleAgain: Message[] = [];
    const limit = this.#options.maxInFlight ?? maxInFlight;
    const until = now + (options.visibilitySeconds ?? queue.settings.visibilitySeconds) * 1000;
    while (taken.length < options.max) {
      if (queue.counts(now).flight >= limit) {
        if (taken.length > 0 || options.waitMs > 0) break;
        throw new AwsError("OverLimit", `Too many messages are in flight: ${limit} is the most.`);
      }
      const message = queue.next(now);
      if (message === undefined) break;
      if (isExpired(queue, message, now)) this.#drop(queue, message, changes);
      else if (!this.#bury(queue, message, changes)) {
        const receipt = noteReceive(message, now, () => this.#options.faults.duplicates(queue.record.name));
        if (message.doubled === "done" && message.receipt !== receipt) visibleAgain.push(message);
        else if (until <= now) visibleAgain.push(message);
        else queue.hide(message, until);
        taken.push({ message, receipt });
        changes.putState(queue.record.id, message.seq, stateOf(message));
      }
    }
    for (const message of visibleAgain) queue.show(message);
    const deliveries = taken.map(({ message, receipt }) => deliveryOf(this.#store, queue, message, receipt));
    await this.#store.write(changes);
    return deliveries;
  }

  #deliverAgain(queue: LiveQueue, message: Message, changes: Changes): void {
    message.doubled = "done";
    message.receipt = "";
    message.visibleAt = Date.now();
    queue.show(message);
    changes.putState(queue.record.id, message.seq, stateOf(message));
  }

  /** Moves a message that was received as often as its redrive policy allows. @returns whether it did */
  #bury(queue: LiveQueue, message: Message, changes: Changes): boolean {
    const { redrive } = queue.settings;
    if (redrive === null || message.receivesHere < redrive.maxReceives) return false;
    const target = this.findByArn(redrive.targetArn);
    if (target === undefined || target === queue) return false;
    const { seq } = message;
    const state: MessageState = {
      ...stateOf(message),
      ...{ visibleAt: Date.now(), receivesHere: 0, receipt: "", doubled: "no", source: this.arn(queue) },
    };
    queue.remove(message);
    changes.removeState(queue.record.id, seq).putState(target.record.id, seq, state);
    target.add(seq, state, Date.now());
    return true;
  }
}
