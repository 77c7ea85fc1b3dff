import { describe, expect, it } from "vitest";
import { FatalError, RetryableError } from "../step/index.js";
import { bench, failing } from "../testing/step-bench.js";

const declared = { retryAfter: { maxSeconds: 600 } };
const now = Date.parse("2026-01-01T00:00:00.000Z");
const busy = (retryAfter?: number | Date) => async () => {
  throw new RetryableError("The model is busy.", {
    code: "MODEL_BUSY",
    ...(retryAfter !== undefined && { retryAfter }),
  });
};
const told = { code: "MODEL_BUSY", message: "The model is busy.", step: "CountWords" };

async function thrownBy(handle: () => Promise<never>, options: Parameters<typeof bench>[1] = declared) {
  const { store, invoke } = bench(handle, options);
  const thrown = await invoke().then(
    () => null,
    (error: Error) => error,
  );
  return { store, name: thrown?.name, message: JSON.parse(thrown?.message ?? "null") as unknown };
}

describe("a RetryableError that names its time", () => {
  it.each([
    [30, "2026-01-01T00:00:30.000Z"],
    [new Date(now + 45_500), "2026-01-01T00:00:46.000Z"],
    [0, "2026-01-01T00:00:00.000Z"],
    [-5, "2026-01-01T00:00:00.000Z"],
    [86_400, "2026-01-01T00:10:00.000Z"],
    [Number.POSITIVE_INFINITY, "2026-01-01T00:10:00.000Z"],
  ])("%s is thrown as RetryAfter with the time within the step's bounds", async (retryAfter, at) => {
    const { store, name, message } = await thrownBy(busy(retryAfter));
    expect(name).toBe("RetryAfter");
    expect(message).toEqual({ at, error: told });
    expect(store.failures).toEqual([{ error: told, willRetry: true, retryAt: at }]);
  });

  it.each([undefined, Number.NaN, new Date(Number.NaN)])(
    "%s is no time: the policy decides",
    async (retryAfter) => {
      const { name, message } = await thrownBy(busy(retryAfter));
      expect(name).toBe("RetryableError");
      expect(message).toEqual(told);
    },
  );

  it("is like any other in a step that does not declare it", async () => {
    const { name, store } = await thrownBy(busy(30), {});
    expect(name).toBe("RetryableError");
    expect(store.failures).toMatchObject([{ willRetry: true, retryAt: null }]);
  });

  it("ends the step once the policy's tries are used up", async () => {
    const { store, invoke } = bench(busy(1), declared);
    const names = [];
    for (let tries = 1; tries <= 3; tries += 1) names.push((await failing(invoke())).name);
    expect(names).toEqual(["RetryAfter", "RetryAfter", "FatalError"]);
    expect(store.failures.map(({ willRetry }) => willRetry)).toEqual([true, true, false]);
  });

  it("comes back whole where no machine waited for it", async () => {
    const { invoke } = bench(busy(1), declared);
    expect(await failing(invoke())).toEqual({ name: "RetryAfter", ...told });
  });

  it("is not what a FatalError can ask for", async () => {
    const { name } = await thrownBy(async () => {
      throw Object.assign(new FatalError("No."), { retryAfter: 5 });
    });
    expect(name).toBe("FatalError");
  });
});
