import { expect, it, vi } from "vitest";
import { Faults } from "./faults.js";
import { MoveTasks } from "./move-tasks.js";
import { Queues } from "./queues.js";
import type { Content, MessageState, MoveTask, QueueRecord } from "./records.js";
import type { Changes, QueueStore } from "./store.js";

const logger = { info() {}, warn() {}, error() {} };
const content: Content = { body: "a letter", attributes: {}, traceHeader: null, group: null };

/** What is on disk, and how many writes it takes until the process is gone. */
class Disk {
  readonly queueTable = new Map<string, QueueRecord>();
  readonly stateTable = new Map<string, { key: [string, number]; state: MessageState }>();
  readonly taskTable = new Map<string, MoveTask>();
  readonly contentTable = new Map<number, Content>();
  left = Number.POSITIVE_INFINITY;

  /** A process's view of it; the view of an earlier process never writes again. */
  open(): QueueStore {
    const table = <K, V>(map: Map<K, V>) => ({
      put: (key: K, value: V) => map.set(key, value),
      remove: (key: K) => map.delete(key),
    });
    const tables = {
      queues: table(this.queueTable),
      contents: table(this.contentTable),
      tasks: table(this.taskTable),
      states: {
        put: (key: [string, number], state: MessageState) =>
          this.stateTable.set(key.join("/"), { key, state }),
        remove: (key: [string, number]) => this.stateTable.delete(key.join("/")),
      },
    };
    let dead = false;
    return {
      queues: () => [...this.queueTable.values()],
      tasks: () => [...this.taskTable.values()],
      lastSeq: () => Math.max(0, ...this.contentTable.keys()),
      states: (id: string) =>
        [...this.stateTable.values()]
          .filter(({ key }) => key[0] === id)
          .map(({ key, state }) => ({ seq: key[1], state: { ...state } })),
      write: async (changes: Changes) => {
        dead ||= this.left === 0;
        if (dead) return new Promise(() => {});
        this.left -= 1;
        changes.run(tables as never);
      },
    } as unknown as QueueStore;
  }

  start() {
    const store = this.open();
    const queues = new Queues({
      store,
      faults: new Faults(),
      region: "us-east-1",
      accountId: "000000000000",
    });
    return { queues, tasks: new MoveTasks(queues, store, logger) };
  }
}

/** Queue "work" has the dead-letter queue "dead", in which three letters lie. */
async function threeDeadLetters() {
  const disk = new Disk();
  const first = disk.start();
  const dead = await first.queues.create({ name: "dead", attributes: {}, tags: {} });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: first.queues.arn(dead), maxReceiveCount: 1 });
  const work = await first.queues.create({ name: "work", attributes: { RedrivePolicy }, tags: {} });
  await first.queues.send([0, 1, 2].map(() => ({ queue: dead, content })));
  return { disk, ...first, dead, to: first.queues.arn(work) };
}

it.each([0, 1, 2])("counts what it moved, killed %s writes after its start", async (writes) => {
  const { disk, tasks, dead, to } = await threeDeadLetters();
  disk.left = 1 + writes;
  await tasks.start(dead, to, null);
  await new Promise((resolve) => setImmediate(resolve));

  disk.left = Number.POSITIVE_INFINITY;
  const again = disk.start();
  const task = () => again.tasks.list(again.queues.arnOf("dead"))[0];
  await vi.waitFor(() => expect(task()?.status).toBe("COMPLETED"));
  expect(task()).toMatchObject({ moved: 3, toMove: 3 });
  expect(again.queues.find("work")?.counts(Date.now()).ready).toBe(3);
  expect(again.queues.find("dead")?.counts(Date.now()).ready).toBe(0);
});
