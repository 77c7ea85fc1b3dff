import { describe, expect, it, vi } from "vitest";
import { bench, failing, gate, onAbort, words } from "../testing/step-bench.js";

/** Grants the lease at once, and tells so `milliseconds` later. */
function slowLease(
  store: ReturnType<typeof bench>["store"],
  clock: ReturnType<typeof bench>["clock"],
  milliseconds: number,
) {
  const told = gate();
  const lease = store.lease.bind(store);
  store.lease = async (request) => {
    const answer = await lease(request);
    await told.opened;
    return answer;
  };
  return async (meanwhile = () => {}) => {
    await clock.pass(milliseconds);
    meanwhile();
    told.open();
    await clock.pass(0);
  };
}

describe("a step that is stopped", () => {
  it("hears of a cancel within a second", async () => {
    const { store, clock, invoke } = bench((_, ctx) => onAbort(ctx.signal));
    const failed = failing(invoke());
    await clock.pass(5_400);
    store.cancelRequested = true;
    const before = store.calls.length;
    await clock.pass(1_000);
    expect(await failed).toMatchObject({ name: "StepCancelled", code: "CANCELLED" });
    expect(store.calls.slice(before)).toHaveLength(2);
    expect(store.failures).toMatchObject([{ willRetry: false }]);
  });

  it("renews its lease every three seconds, and only reads in between", async () => {
    const { store, clock, invoke } = bench((_, ctx) => onAbort(ctx.signal));
    const failed = failing(invoke());
    await clock.pass(6_500);
    expect(store.calls).toEqual(["lease", "check", "check", "renew", "check", "check", "renew"]);
    store.cancelRequested = true;
    await clock.pass(1_000);
    await failed;
  });

  it("stops when its lease was taken, and writes nothing", async () => {
    const { store, clock, invoke } = bench((_, ctx) => onAbort(ctx.signal));
    const failed = failing(invoke());
    await clock.pass(100);
    store.holder = 99;
    await clock.pass(1_000);
    expect(await failed).toMatchObject({ name: "StepLeaseLost" });
    expect(store.failures).toEqual([]);
    expect(store.holder).toBe(99);
  });

  it("stops when it could not renew its lease for as long as that lasts", async () => {
    const { store, clock, invoke } = bench((_, ctx) => onAbort(ctx.signal));
    store.down.set("renew", 99).set("check", 99);
    const failed = failing(invoke());
    await clock.pass(9_500);
    expect(store.holder).toBe(1);
    await clock.pass(1_000);
    expect(await failed).toMatchObject({ name: "StepLeaseLost" });
  });

  it("stops when a renewal is not answered for as long as the lease lasts", async () => {
    const { store, clock, invoke } = bench((_, ctx) => onAbort(ctx.signal));
    const stopped = vi.fn();
    const failed = failing(invoke());
    failed.then(stopped, stopped);
    store.renew = () => new Promise(() => {});
    await clock.pass(9_900);
    expect(stopped).not.toHaveBeenCalled();
    await clock.pass(200);
    expect(await failed).toMatchObject({ name: "StepLeaseLost" });
  });

  it("stops when it was busy for seconds before the first look, and that is not answered", async () => {
    const { store, clock, invoke } = bench((_, ctx) => onAbort(ctx.signal));
    const stopped = vi.fn();
    const failed = failing(invoke());
    failed.then(stopped, stopped);
    store.renew = () => new Promise(() => {});
    await clock.pass(500);
    clock.block(4_000);
    await clock.pass(5_400);
    expect(stopped).not.toHaveBeenCalled();
    await clock.pass(200);
    expect(await failed).toMatchObject({ name: "StepLeaseLost" });
  });

  it("renews a lease whose grant was long on its way before it does anything", async () => {
    const handled = vi.fn(words);
    const { store, clock, invoke } = bench(handled);
    const answer = slowLease(store, clock, 4_000);
    const result = invoke();
    await answer();
    expect(await result).toMatchObject({ output: { words: 2 } });
    expect(store.calls).toEqual(["lease", "renew", "succeed"]);
    expect(handled).toHaveBeenCalledTimes(1);
  });

  it("does not begin when its lease was over before it heard of it", async () => {
    const { store, clock, invoke } = bench(() => expect.fail("The handler ran."));
    const answer = slowLease(store, clock, 11_000);
    const failed = failing(invoke());
    await answer(() => (store.holder = 99));
    expect(await failed).toMatchObject({ name: "StepLeaseLost" });
    expect(store.failures).toEqual([]);
  });

  it("is stopped before the Lambda's end, even if the handler does not listen", async () => {
    const { store, clock, invoke } = bench(() => new Promise(() => {}), { remainingMs: 20_000 });
    const failed = failing(invoke());
    await clock.pass(19_200);
    expect(await failed).toMatchObject({ name: "StepTimedOut", code: "STEP_TIMED_OUT" });
    expect(store.failures).toMatchObject([{ willRetry: true }]);
  });

  it.each(["append", "stream", "fail"] as const)(
    "has taken too long, and not failed by the store, when that has no time left to answer its %s",
    async (method) => {
      const { store, clock, invoke } = bench(
        async (_, ctx) => {
          await new Promise<void>((resolve) => clock.after(18_000, resolve));
          ctx.log.info("Counting.");
          ctx.stream("words").write("one");
          return new Promise(() => {});
        },
        { remainingMs: 20_000 },
      );
      Object.assign(store, { [method]: () => new Promise(() => {}) });
      const failed = failing(invoke());
      await clock.pass(19_900);
      expect(await failed).toMatchObject({ name: "StepTimedOut", code: "STEP_TIMED_OUT" });
    },
  );

  it("keeps what it finished after a cancel", async () => {
    const { store, clock, invoke } = bench(async (_, ctx) => {
      await onAbort(ctx.signal).catch(() => {});
      return { words: 5 };
    });
    const result = invoke();
    store.cancelRequested = true;
    await clock.pass(1_100);
    expect(await result).toMatchObject({ output: { words: 5 } });
  });

  it.each([
    ["cancelled", "CANCELLED"],
    ["ended", "RUN_ENDED"],
    ["stale_attempt", "STALE_ATTEMPT"],
  ] as const)("does not begin when the run is %s", async (reason, code) => {
    const { store, invoke } = bench(() => expect.fail("The handler ran."));
    store.ended = reason;
    expect(await failing(invoke())).toMatchObject({ name: "StepCancelled", code });
  });

  it("gives up waiting for another holder while there is time to say so", async () => {
    const { store, clock, invoke } = bench(words, { remainingMs: 10_000 });
    store.holder = 7;
    const failed = failing(invoke());
    await clock.pass(9_000);
    expect(await failed).toMatchObject({ name: "StepBusy" });
    expect(store.failures).toEqual([]);
  });
});
