import { setImmediate as turn } from "node:timers/promises";
import { expect, it, vi } from "vitest";
import { gather } from "./gather.js";

class TakenBack extends Error {}

/** A store whose batches are answered when the test says so. */
function store(most = 100, atOnce = 1) {
  const batches: { requests: readonly number[]; answer(): void; fail(error: Error): void }[] = [];
  const call = gather<number, string>(
    (requests) =>
      new Promise((resolve, reject) => {
        const answer = () => resolve(requests.map((n) => `answer ${n}`));
        batches.push({ requests, answer, fail: reject });
      }),
    { most, atOnce, apart: (error) => error instanceof TakenBack },
  );
  return { call, batches, sizes: () => batches.map(({ requests }) => requests) };
}

it("takes what comes in one turn together, and what comes meanwhile in the next, in order", async () => {
  const { call, batches, sizes } = store();
  const first = [call(1), call(2), call(3)];
  await turn();
  const later = [call(4), call(5)];
  await turn();
  expect(sizes()).toEqual([[1, 2, 3]]);
  batches[0]?.answer();
  expect(await Promise.all(first)).toEqual(["answer 1", "answer 2", "answer 3"]);
  await turn();
  expect(sizes()).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
  batches[1]?.answer();
  expect(await Promise.all(later)).toEqual(["answer 4", "answer 5"]);
});

it("takes no more at a time than it may, and no more batches", async () => {
  const { call, batches, sizes } = store(2, 2);
  const calls = [1, 2, 3, 4, 5].map(call);
  await turn();
  expect(sizes()).toEqual([
    [1, 2],
    [3, 4],
  ]);
  batches[1]?.answer();
  await turn();
  await turn();
  expect(sizes()).toHaveLength(3);
  batches[0]?.answer();
  batches[2]?.answer();
  expect(await Promise.all(calls)).toHaveLength(5);
});

it("fails all callers of a batch whose outcome nobody knows, and goes on with the next", async () => {
  const { call, batches } = store();
  const calls = [call(1), call(2)];
  await turn();
  const next = call(3);
  batches[0]?.fail(new Error("The connection broke."));
  for (const one of calls) await expect(one).rejects.toThrow("The connection broke.");
  await turn();
  await turn();
  batches[1]?.answer();
  expect(await next).toBe("answer 3");
});

it("tries each alone of a batch that was taken back: only the one that is at fault hears of it", async () => {
  const { call, batches, sizes } = store();
  const calls = [call(1), call(2), call(3)];
  await turn();
  batches[0]?.fail(new TakenBack("One of them is wrong."));
  await turn();
  expect(sizes().slice(1)).toEqual([[1], [2], [3]]);
  batches[1]?.answer();
  batches[2]?.fail(new TakenBack("It is this one."));
  batches[3]?.answer();
  expect(await calls[0]).toBe("answer 1");
  await expect(calls[1]).rejects.toThrow("It is this one.");
  expect(await calls[2]).toBe("answer 3");
});

it("does not give one's answer to another when there are too few", async () => {
  const call = gather<number, number>(async (requests) => requests.slice(1), {
    ...{ most: 10, atOnce: 1, apart: () => false },
  });
  const calls = await Promise.allSettled([call(1), call(2)]);
  expect(calls.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});

it("sends apart what is large together, and alone what is large alone", async () => {
  const batches: string[][] = [];
  const call = gather(
    async (requests: readonly string[]) => {
      batches.push([...requests]);
      return requests;
    },
    { most: 10, atOnce: 1, apart: () => false, size: (request) => request.length, mostSize: 4 },
  );
  const asked = ["aa", "bb", "c", "dddddd", "e", "f"];
  expect(await Promise.all(asked.map(call))).toEqual(asked);
  expect(batches).toEqual([["aa", "bb"], ["c"], ["dddddd"], ["e", "f"]]);
});

it("lets the first of a batch wait for others where it is told to", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const batches: number[][] = [];
    const call = gather<number, number>(
      async (requests) => {
        batches.push([...requests]);
        return requests;
      },
      { most: 10, atOnce: 1, apart: () => false, waitMs: 20 },
    );
    const calls = [call(1)];
    vi.advanceTimersByTime(19);
    calls.push(call(2));
    await turn();
    expect(batches).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(await Promise.all(calls)).toEqual([1, 2]);
    expect(batches).toEqual([[1, 2]]);
  } finally {
    vi.useRealTimers();
  }
});
