import { expect, test } from "vitest";
import { createRateLimiter } from "./rate-limit.js";

function limiter(perMinute: number) {
  const clock = { time: 0, now: () => clock.time };
  return { clock, limits: createRateLimiter(clock, perMinute) };
}

test("a burst of a quarter of the rate passes, and what comes after it is told when to come back", () => {
  const { limits } = limiter(240);
  for (let count = 0; count < 60; count += 1) expect(limits.take("a")).toBe(0);
  expect(limits.take("a")).toBe(1);
});

test("it fills again evenly, and never beyond a burst", () => {
  const { clock, limits } = limiter(240);
  for (let count = 0; count < 60; count += 1) limits.take("a");
  clock.time = 500;
  expect([limits.take("a"), limits.take("a"), limits.take("a")]).toEqual([0, 0, 1]);
  clock.time = 3_600_000;
  for (let count = 0; count < 60; count += 1) expect(limits.take("a")).toBe(0);
  expect(limits.take("a")).toBe(1);
});

test("a clock that is set back keeps nobody out for longer", () => {
  const { clock, limits } = limiter(60);
  clock.time = 3_600_000;
  for (let count = 0; count < 15; count += 1) expect(limits.take("a")).toBe(0);
  clock.time = 0;
  expect(limits.take("a")).toBe(1);
  clock.time = 1_000;
  expect(limits.take("a")).toBe(0);
});

test("one caller's requests take nothing from another's", () => {
  const { limits } = limiter(4);
  expect(limits.take("a")).toBe(0);
  expect(limits.take("a")).toBe(15);
  expect(limits.take("b")).toBe(0);
});

test("what costs more than a bucket holds passes while it is full, and empties it", () => {
  const { limits } = limiter(40);
  expect(limits.take("a", 20)).toBe(0);
  expect(limits.take("a")).toBe(2);
});
