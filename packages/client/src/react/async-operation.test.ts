import type { RunUpdate } from "@longhaul/api";
import type { Run, RunEvent } from "@longhaul/kit";
import { afterEach, expect, test, vi } from "vitest";
import { RunFailed } from "../errors.js";
import { LiveTransport } from "../live/transport.js";
import type { Longhaul } from "../longhaul.js";
import { AsyncOperation } from "./async-operation.js";

afterEach(() => vi.useRealTimers());

/** A client whose feed says what the test says. */
function scripted() {
  let say = (_update: RunUpdate) => {};
  const subscribe = (
    _input: object,
    on: { onData(message: { data: RunUpdate }): void; onComplete(): void },
  ) => {
    say = (data) => {
      on.onData({ data });
      if (data.run.status !== "running") on.onComplete();
    };
    return { unsubscribe: () => {} };
  };
  const client = { runs: { watch: { subscribe } } };
  const longhaul = { connection: { client, transport: new LiveTransport(null) } } as unknown as Longhaul;
  const tell = (seq: number, state: object) =>
    say({ run: { id: "r", lastSeq: seq, ...state } as Run, events: [{ seq } as RunEvent] });
  return { longhaul, tell };
}

function memory() {
  const kept = new Map<string, string>();
  const store = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  return { key: "k", store };
}

const start = () => Promise.resolve({ runId: "r" });

test("is starting at once, and succeeds at the end of the run and not of the request", async () => {
  vi.useFakeTimers();
  const { longhaul, tell } = scripted();
  const onSuccess = vi.fn();
  const operation = new AsyncOperation<[], number>(longhaul, () => ({ onSuccess }), null);
  const executing = operation.execute(start, []);
  expect(operation.get()).toEqual({ status: "starting" });
  const again = vi.fn(start);
  await operation.execute(again, []);
  expect(again).not.toHaveBeenCalled();
  await executing;
  expect(operation.get()).toMatchObject({ status: "running", runId: "r" });
  tell(1, { status: "running" });
  expect(onSuccess).not.toHaveBeenCalled();
  tell(2, { status: "succeeded", output: 42 });
  await vi.advanceTimersByTimeAsync(200);
  expect(operation.get()).toMatchObject({ status: "succeeded", output: 42 });
  expect(onSuccess).toHaveBeenCalledExactlyOnceWith(42, expect.objectContaining({ id: "r" }));
});

test("a run that fails, and a start that is refused, are told as errors", async () => {
  const { longhaul, tell } = scripted();
  const onError = vi.fn();
  const operation = new AsyncOperation<[], number>(longhaul, () => ({ onError }), null);
  await operation.execute(() => Promise.reject(new Error("refused")), []);
  expect(operation.get()).toMatchObject({ status: "failed", runId: null, error: { message: "refused" } });
  await operation.execute(start, []);
  tell(1, { status: "failed", error: { code: "X", message: "No rows." } });
  const state = operation.get();
  expect(state.status === "failed" && state.error).toBeInstanceOf(RunFailed);
  expect(onError).toHaveBeenCalledTimes(2);
});

test("is taken up after a reload, and tells the end once over all reloads", async () => {
  const { longhaul, tell } = scripted();
  const kept = memory();
  const first = new AsyncOperation<[], number>(longhaul, () => ({}), kept);
  await first.execute(start, []);

  const second = scripted();
  const onSuccess = vi.fn();
  const reloaded = new AsyncOperation<[], number>(second.longhaul, () => ({ onSuccess }), kept);
  reloaded.resume();
  expect(reloaded.get()).toMatchObject({ status: "running", runId: "r" });
  second.tell(1, { status: "succeeded", output: 7 });
  expect(onSuccess).toHaveBeenCalledTimes(1);

  const third = scripted();
  const later = new AsyncOperation<[], number>(third.longhaul, () => ({ onSuccess }), kept);
  later.resume();
  third.tell(1, { status: "succeeded", output: 7 });
  expect(later.get()).toMatchObject({ status: "succeeded", output: 7 });
  expect(onSuccess).toHaveBeenCalledTimes(1);
  later.reset();
  expect(later.get()).toEqual({ status: "idle" });
  expect(kept.store.getItem("k")).toBeNull();
  tell(1, { status: "running" });
});
