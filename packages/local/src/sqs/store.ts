import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync } from "node:fs";
import { type Database, open, type RootDatabase } from "lmdb";
import type { Content, MessageState, MoveTask, QueueRecord } from "./records.js";

/** Changes that are on disk together or not at all. */
export class Changes {
  readonly #writes: ((store: Tables) => void)[] = [];

  putQueue(queue: QueueRecord): this {
    return this.#add(({ queues }) => queues.put(queue.name, queue));
  }

  removeQueue({ name }: QueueRecord): this {
    return this.#add(({ queues }) => queues.remove(name));
  }

  putContent(seq: number, content: Content): this {
    return this.#add(({ contents }) => contents.put(seq, content));
  }

  /** The state as it is now, whatever becomes of it before this is written. */
  putState(queueId: string, seq: number, state: MessageState): this {
    const copy = { ...state };
    return this.#add(({ states }) => states.put([queueId, seq], copy));
  }

  removeState(queueId: string, seq: number): this {
    return this.#add(({ states }) => states.remove([queueId, seq]));
  }

  removeMessage(queueId: string, seq: number): this {
    this.removeState(queueId, seq);
    return this.#add(({ contents }) => contents.remove(seq));
  }

  putTask(task: MoveTask): this {
    return this.#add(({ tasks }) => tasks.put(task.handle, task));
  }

  removeTask(handle: string): this {
    return this.#add(({ tasks }) => tasks.remove(handle));
  }

  get empty(): boolean {
    return this.#writes.length === 0;
  }

  run(tables: Tables): void {
    for (const write of this.#writes) write(tables);
  }

  #add(write: (tables: Tables) => unknown): this {
    this.#writes.push(write);
    return this;
  }
}

interface Tables {
  readonly queues: Database<QueueRecord, string>;
  readonly contents: Database<Content, number>;
  readonly states: Database<MessageState, [string, number]>;
  readonly tasks: Database<MoveTask, string>;
}

/** Queues and messages on disk. A change has been synced when its promise resolves. */
export class QueueStore {
  readonly #root: RootDatabase;
  readonly #tables: Tables;
  /** What receipt handles are signed with. */
  readonly secret: Buffer;

  private constructor(root: RootDatabase, tables: Tables, secret: Buffer) {
    this.#root = root;
    this.#tables = tables;
    this.secret = secret;
  }

  static async open(folder: string): Promise<QueueStore> {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o700);
    // As in the engine's store: a commit is seen, and its promise resolves, once it is on disk.
    const root = open({ path: folder, overlappingSync: false, maxDbs: 5 });
    const tables = {
      queues: root.openDB<QueueRecord, string>({ name: "queues" }),
      contents: root.openDB<Content, number>({ name: "contents" }),
      states: root.openDB<MessageState, [string, number]>({ name: "states" }),
      tasks: root.openDB<MoveTask, string>({ name: "tasks" }),
    };
    const meta = root.openDB<string, string>({ name: "meta" });
    const kept = meta.get("secret");
    const secret = kept === undefined ? randomBytes(32) : Buffer.from(kept, "hex");
    if (kept === undefined) await meta.put("secret", secret.toString("hex"));
    return new QueueStore(root, tables, secret);
  }

  queues(): QueueRecord[] {
    return [...this.#tables.queues.getRange()].map(({ value }) => value);
  }

  tasks(): MoveTask[] {
    return [...this.#tables.tasks.getRange()].map(({ value }) => value);
  }

  *states(queueId: string): Generator<{ seq: number; state: MessageState }> {
    const start: [string, number] = [queueId, 0];
    const end: [string, number] = [queueId, Number.MAX_SAFE_INTEGER];
    for (const { key, value } of this.#tables.states.getRange({ start, end }))
      yield { seq: key[1], state: value };
  }

  lastSeq(): number {
    for (const key of this.#tables.contents.getKeys({ reverse: true, limit: 1 })) return key;
    return 0;
  }

  content(seq: number): Content | undefined {
    return this.#tables.contents.get(seq);
  }

  /** Changes are written in the order of these calls. */
  async write(changes: Changes): Promise<void> {
    if (changes.empty) return;
    await this.#root.transaction(() => changes.run(this.#tables));
  }

  async close(): Promise<void> {
    await this.#root.close();
  }
}
