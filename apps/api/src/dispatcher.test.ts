import type { Dispatchable, Taken } from "@longhaul/db";
import type { Dispatched, RunsDependencies } from "@longhaul/runs";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import type { Clock } from "./clock.js";
import { createDispatcher } from "./dispatcher.js";

/** A dispatcher whose rounds take and end when the test says so. */
function scripted() {
  const rounds: {
    readonly taken: Taken | undefined;
    take(): void;
    end(retryInSeconds?: number | null): void;
    fail(): void;
  }[] = [];
  const timers: { at: number; work: () => void }[] = [];
  let now = 0;
  const clock: Clock = {
    now: () => now,
    every: () => () => {},
    after(milliseconds, work) {
      const timer = { at: now + milliseconds, work };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
  };
  const dispatch: Parameters<typeof createDispatcher>[3] = (_, { onTaken, taken } = {}) =>
    new Promise((resolve, reject) => {
      const none: Dispatched = { sent: 0, postponed: 0, refused: 0, published: 0, retryInSeconds: null };
      rounds.push({
        taken,
        take: () => onTaken?.(),
        end: (retryInSeconds = null) => resolve({ ...none, retryInSeconds }),
        fail: () => reject(new Error("the database is away")),
      });
    });
  const dispatcher = createDispatcher({} as RunsDependencies, clock, pino({ level: "silent" }), dispatch);
  return {
    dispatcher,
    rounds,
    timers,
    pass(milliseconds: number) {
      now += milliseconds;
      for (const timer of timers.filter(({ at }) => at <= now)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.work();
      }
    },
  };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("the dispatcher", () => {
  it("looks once more for all that comes while it looks", async () => {
    const { dispatcher, rounds } = scripted();
    dispatcher.soon();
    for (let n = 0; n < 5; n += 1) dispatcher.soon();
    expect(rounds).toHaveLength(1);
    rounds[0]?.end();
    await settled();
    expect(rounds).toHaveLength(2);
    rounds[1]?.end();
    await settled();
    expect(rounds).toHaveLength(2);
  });

  it("takes what has come while it sends, and has two rounds under way at most", async () => {
    const { dispatcher, rounds } = scripted();
    dispatcher.soon();
    rounds[0]?.take();
    expect(rounds).toHaveLength(1);
    dispatcher.soon();
    expect(rounds).toHaveLength(2);
    rounds[1]?.take();
    dispatcher.soon();
    expect(rounds).toHaveLength(2);
    rounds[0]?.end();
    await settled();
    expect(rounds).toHaveLength(3);
  });

  it("comes back at the earliest time that a round has named, whatever later ones know of", async () => {
    const { dispatcher, rounds, timers, pass } = scripted();
    dispatcher.soon();
    rounds[0]?.end(2);
    await settled();
    for (const retryInSeconds of [null, 10]) {
      dispatcher.soon();
      rounds.at(-1)?.end(retryInSeconds);
      await settled();
    }
    expect(timers).toHaveLength(1);
    pass(1_999);
    expect(rounds).toHaveLength(3);
    pass(1);
    expect(rounds).toHaveLength(4);
  });

  it("sends at once what a start has taken, whoever looks at the queue meanwhile", async () => {
    const { dispatcher, rounds, timers } = scripted();
    const taken: Taken = { due: [{ runId: "r" } as Dispatchable], someWait: false, tellWebhooks: false };
    for (let n = 0; n < 3; n += 1) dispatcher.send(taken);
    expect(rounds.map((round) => round.taken)).toEqual([taken, taken, taken]);
    dispatcher.soon();
    expect(rounds).toHaveLength(4);
    expect(rounds[3]?.taken).toBeUndefined();
    rounds[0]?.end(5);
    await settled();
    expect(timers).toHaveLength(1);
    dispatcher.send({ due: [], someWait: false, tellWebhooks: false });
    expect(rounds).toHaveLength(4);
  });

  it("goes on after a round that failed", async () => {
    const { dispatcher, rounds } = scripted();
    dispatcher.soon();
    dispatcher.soon();
    rounds[0]?.fail();
    await settled();
    expect(rounds).toHaveLength(2);
  });

  it("closes when its rounds have ended, and begins none after", async () => {
    const { dispatcher, rounds } = scripted();
    dispatcher.soon();
    dispatcher.soon();
    let closed = false;
    const closing = dispatcher.close().then(() => {
      closed = true;
    });
    await settled();
    expect(closed).toBe(false);
    rounds[0]?.end(1);
    await closing;
    expect(rounds).toHaveLength(1);
  });
});
