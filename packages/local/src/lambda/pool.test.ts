import { afterEach, expect, it, vi } from "vitest";
import { Pool } from "./pool.js";
import type { Outcome, ProcessListener } from "./process.js";
import type { Pooled } from "./slot.js";

afterEach(() => void vi.useRealTimers());

interface FakeProcess {
  readonly name: string;
  readonly listener: ProcessListener;
  /** What it was given, in order: a number and what it is about. */
  readonly given: { id: number; payload: string }[];
}

/** Processes that do what a test says. */
function processes() {
  const started: FakeProcess[] = [];
  const fake = (name: string, concurrency: number): Pooled => ({
    ...{ name, concurrency, reservedConcurrency: null },
    onLine: () => {},
    start(listener) {
      const process: FakeProcess = { name, listener, given: [] };
      started.push(process);
      queueMicrotask(() => listener.ready());
      let ended: () => void = () => {};
      const gone = new Promise<void>((resolve) => (ended = resolve));
      return {
        invoke: ({ id, payload }) => void process.given.push({ id, payload }),
        ping: () => listener.heard(),
        kill: () => {
          listener.ended({ kind: "exit", code: null, signal: "SIGKILL" });
          ended();
        },
        gone,
      };
    },
  });
  return { started, fake };
}

const invocation = (payload: string) => ({
  ...{ functionName: "function", requestId: payload, payload, timeoutMs: 60_000 },
  onLine: () => {},
});

const done: Outcome & { kind: "result" } = { kind: "result", payload: "done" };
const settled = () => new Promise((resolve) => setImmediate(resolve));

it("gives a place to who has waited longest, whatever function that is of", async () => {
  const { started, fake } = processes();
  const pool = new Pool({ concurrency: 1, processes: 24, idleMs: 60_000 });
  const [busy, other] = [fake("busy", 1), fake("other", 1)];
  const ended: string[] = [];
  const run = (pooled: Pooled, payload: string) =>
    pool.run(pooled, invocation(payload)).then(() => ended.push(payload));
  const runs = [run(busy, "busy 1"), run(busy, "busy 2"), run(other, "other"), run(busy, "busy 3")];
  const answerOne = () => {
    const held = started.flatMap(({ listener, given }) =>
      given.splice(0).map(({ id }) => ({ listener, id })),
    );
    expect(held).toHaveLength(1);
    for (const { listener, id } of held) listener.answered(id, done, 0);
  };
  while (ended.length < 4) {
    await settled();
    answerOne();
    await settled();
  }
  await Promise.all(runs);
  expect(ended).toEqual(["busy 1", "busy 2", "other", "busy 3"]);
  await pool.close();
});

it("tells the caller, and nobody else, that no process can be started", async () => {
  const pool = new Pool({ concurrency: 1, processes: 24, idleMs: 60_000 });
  const { started, fake } = processes();
  const refused: Pooled = {
    ...fake("refused", 1),
    start() {
      throw new Error("spawn ENOMEM");
    },
  };
  const first = pool.run(fake("other", 1), invocation("first"));
  // It has to wait, so that it is started when nobody asks any more.
  const second = expect(pool.run(refused, invocation("second"))).rejects.toThrow("spawn ENOMEM");
  await settled();
  for (const { listener, given } of started) for (const { id } of given) listener.answered(id, done, 0);
  expect(await first).toEqual(done);
  await second;
  await pool.close();
});

it("lets those that may share a process pass one that waits to be alone", async () => {
  vi.useFakeTimers();
  const { started, fake } = processes();
  const pool = new Pool({ concurrency: 1, processes: 2, idleMs: 60_000 });
  const pooled = fake("function", 64);
  const run = (payload: string) => void pool.run(pooled, invocation(payload)).catch(() => {});
  run("old");
  await vi.advanceTimersByTimeAsync(500);
  run("lost 1");
  run("lost 2");
  await vi.advanceTimersByTimeAsync(50);
  // One of them runs alone now, for long, and the other waits for that.
  started[1]?.listener.ended({ kind: "exit", code: 1, signal: null });
  await vi.advanceTimersByTimeAsync(500);
  run("later");
  await vi.advanceTimersByTimeAsync(500);
  expect(started.map(({ given }) => given.map(({ payload }) => payload))).toEqual([
    ["old", "later"],
    ["lost 1", "lost 2"],
    ["lost 1"],
  ]);
  await pool.close();
});

it("starts one process of each kind before anybody asks, and keeps it however long it is free", async () => {
  vi.useFakeTimers();
  const { started, fake } = processes();
  const pool = new Pool({ concurrency: 1, processes: 24, idleMs: 1_000 });
  const [kept, other] = [fake("kept", 64), fake("other", 64)];
  await pool.warm([kept, kept]);
  expect(started.map(({ name }) => name)).toEqual(["kept"]);
  const answerAll = () => {
    for (const { listener, given } of started)
      for (const { id } of given.splice(0)) listener.answered(id, done, 0);
  };
  const run = async () => {
    const both = [kept, other].map((pooled) => pool.run(pooled, invocation("any")));
    await vi.advanceTimersByTimeAsync(10);
    answerAll();
    await Promise.all(both);
  };
  await run();
  await vi.advanceTimersByTimeAsync(10_000);
  await run();
  expect(started.map(({ name }) => name)).toEqual(["kept", "other", "other"]);
  await pool.close();
});
