import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Records } from "../store/record-store.js";
import { keyOf, nextFiring, SchedulerClock } from "./clock.js";
import { type Schedule, settingsSchema } from "./records.js";

const begin = Date.parse("2026-03-01T00:00:00Z");
const minute = 60_000;

beforeEach(() => void vi.useFakeTimers({ now: begin }));
afterEach(() => void vi.useRealTimers());

function memory(): Records<Schedule> {
  const map = new Map<string, Schedule>();
  return {
    get: (key) => map.get(key),
    values: () => [...map.values()],
    put: async (key, value) => void map.set(key, value),
    remove: async (key) => void map.delete(key),
  };
}

function scheduleOf(over: object = {}, target: object = {}): Schedule {
  const settings = settingsSchema.parse({
    ScheduleExpression: "rate(10 minutes)",
    FlexibleTimeWindow: { Mode: "OFF" },
    Target: { Arn: "arn:f", RoleArn: "arn:aws:iam::000000000000:role/r", ...target },
    ...over,
  });
  const schedule = { name: "s", settings, created: begin, modified: begin, next: null, firings: [] };
  return { ...schedule, next: nextFiring(schedule, begin) };
}

/** A clock over schedules in memory; `calls` are the minutes at which the target was called. */
function clockOver(schedules: Records<Schedule>, answer: (calls: number) => Promise<void> = async () => {}) {
  const calls: number[] = [];
  const problems: string[] = [];
  const clock = new SchedulerClock({
    schedules,
    arnOf: ({ name }) => `arn:${name}`,
    call: (_, payload) => {
      calls.push((Date.now() - begin) / minute);
      expect(payload).toBe("{}");
      return answer(calls.length);
    },
    logger: { info() {}, warn() {}, error: (message: string) => void problems.push(message) },
  });
  return { clock, calls, problems };
}

it("fires again and again, and not before it is started", async () => {
  const schedules = memory();
  const schedule = scheduleOf();
  await schedules.put(keyOf(schedule), schedule);
  const { clock, calls } = clockOver(schedules);
  await vi.advanceTimersByTimeAsync(5 * minute);
  clock.start();
  await vi.advanceTimersByTimeAsync(30 * minute);
  expect(calls).toEqual([10, 20, 30]);
  clock.close();
  await vi.advanceTimersByTimeAsync(30 * minute);
  expect(calls).toHaveLength(3);
});

it("makes up for one firing of those that were missed, and goes on", async () => {
  const schedules = memory();
  const schedule = scheduleOf();
  await schedules.put(keyOf(schedule), schedule);
  await vi.advanceTimersByTimeAsync(45 * minute);
  const { clock, calls } = clockOver(schedules);
  clock.start();
  await vi.advanceTimersByTimeAsync(10 * minute);
  expect(calls).toEqual([45, 50]);
  clock.close();
});

it("tries a target that fails again, after growing pauses, as often as the policy says", async () => {
  const schedules = memory();
  const schedule = scheduleOf({}, { RetryPolicy: { MaximumRetryAttempts: 2 } });
  await schedules.put(keyOf(schedule), schedule);
  const { clock, calls, problems } = clockOver(schedules, () => Promise.reject(new Error("no")));
  clock.start();
  await vi.advanceTimersByTimeAsync(11 * minute);
  expect(calls.map((at) => Math.round((at - 10) * 60))).toEqual([0, 1, 3]);
  expect(problems).toHaveLength(1);
  expect(schedules.get(keyOf(schedule))?.firings).toEqual([]);
  clock.close();
});

it("goes on with a firing that a stop has interrupted", async () => {
  const schedules = memory();
  const schedule = scheduleOf();
  await schedules.put(keyOf(schedule), schedule);
  const stopped = clockOver(schedules, () => new Promise(() => {}));
  stopped.clock.start();
  await vi.advanceTimersByTimeAsync(10 * minute);
  stopped.clock.close();
  expect(schedules.get(keyOf(schedule))?.firings).toHaveLength(1);
  const { clock, calls } = clockOver(schedules);
  clock.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(calls).toEqual([10]);
  expect(schedules.get(keyOf(schedule))?.firings).toEqual([]);
  clock.close();
});

it("fires between its first and its last date only", () => {
  const dates = { StartDate: begin / 1000 + 3600, EndDate: begin / 1000 + 2 * 3600 };
  const schedule = scheduleOf(dates);
  expect(nextFiring(schedule, begin)).toBe(begin + 60 * minute);
  expect(nextFiring(schedule, begin + 115 * minute)).toBe(begin + 120 * minute);
  expect(nextFiring(schedule, begin + 120 * minute)).toBeNull();
});
