import { expect, test } from "vitest";
import { VirtualClock } from "./clock.js";
import { Wakes } from "./wakes.js";

test("timeouts of tasks that ended long before them are forgotten", async () => {
  const clock = new VirtualClock();
  const woken: number[] = [];
  const wakes = new Wakes(clock, async (execution) => void woken.push(execution));
  wakes.set(1, clock.now() + 1_000);
  wakes.set(2, clock.now() + 7_200_000);
  for (let execution = 3; execution < 20_000; execution += 1) {
    wakes.set(execution, clock.now() + 3_600_000);
    wakes.set(execution, null);
  }
  expect(wakes.size).toBeLessThan(2_000);
  await clock.advance(7_200_000);
  expect(woken).toEqual([1, 2]);
});
