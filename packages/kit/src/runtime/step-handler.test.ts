import { describe, expect, it } from "vitest";
import { z } from "zod";
import { FatalError, RetryableError } from "../step/index.js";
import { bench, failing, fileId, gate, type Handle, payload, run, words } from "../testing/step-bench.js";

describe("a step that succeeds", () => {
  it("gives its output and stores it as the checkpoint", async () => {
    const { store, invoke } = bench(words);
    expect(await invoke()).toEqual({ output: { words: 2 }, completedAt: "2026-01-01T00:00:09.000Z" });
    expect(store.calls).toEqual(["lease", "succeed"]);
  });

  it("answers from the checkpoint ever after, without running", async () => {
    let runs = 0;
    const { invoke } = bench(async (input, ctx) => {
      runs += 1;
      return words(input, ctx);
    });
    expect(await invoke()).toEqual(await invoke());
    expect(runs).toBe(1);
  });

  it("makes a duplicate at the same moment wait, which then gives the same answer", async () => {
    let runs = 0;
    const finish = gate();
    const { clock, invoke } = bench(async () => {
      runs += 1;
      await finish.opened;
      return { words: runs };
    });
    const both = Promise.all([invoke(), invoke()]);
    await clock.pass(1_700);
    finish.open();
    await clock.pass(1_000);
    const [first, second] = await both;
    expect(second).toEqual(first);
    expect(runs).toBe(1);
  });

  it("survives a database that is away for a moment", async () => {
    const { store, clock, invoke } = bench(words);
    store.down.set("lease", 2).set("succeed", 3);
    const result = invoke();
    await clock.pass(5_000);
    expect(await result).toMatchObject({ output: { words: 2 } });
  });
});

describe("what a handler is told", () => {
  it("is the run, the try, and the same idempotency key for each repeat of this step only", async () => {
    const keys: string[] = [];
    const tries: number[] = [];
    const { invoke } = bench(async (_, ctx) => {
      keys.push(ctx.idempotencyKey);
      tries.push(ctx.try);
      expect(ctx).toMatchObject({ attempt: 1, correlationId: "c-1", run: { id: run, name: "A run" } });
      throw new RetryableError("Again.");
    });
    for (const visit of [0, 0, 1]) await failing(invoke({ ...payload, visit }));
    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).not.toBe(keys[0]);
    expect(tries).toEqual([1, 2, 3]);
  });
});

describe("a step that fails", () => {
  it.each<[string, Handle, object, boolean]>([
    [
      "FatalError",
      async () => {
        throw new FatalError("The file is not a table.", { code: "NOT_A_TABLE", cause: new Error("line 1") });
      },
      { code: "NOT_A_TABLE", message: "The file is not a table.", cause: "Error: line 1" },
      false,
    ],
    [
      "RetryableError",
      async () => {
        throw new RetryableError("The service is busy.");
      },
      { code: "STEP_FAILED", message: "The service is busy." },
      true,
    ],
    [
      "StepFailed",
      async () => {
        throw new TypeError("x is not a function", { cause: "y" });
      },
      {
        code: "STEP_FAILED",
        message: "CountWords failed unexpectedly.",
        cause: "TypeError: x is not a function <- y",
      },
      true,
    ],
    [
      "StepFailed",
      async () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- handlers may throw anything
        throw "just text";
      },
      { code: "STEP_FAILED", message: "CountWords failed unexpectedly.", cause: "just text" },
      true,
    ],
    ["FatalError", async () => ({ words: "two" }), { code: "STEP_OUTPUT_INVALID" }, false],
    ["FatalError", async () => ({ words: Number.NaN }), { code: "STEP_OUTPUT_INVALID" }, false],
    [
      "FatalError",
      async () => ({ words: 1, pad: "é".repeat(130_000) }),
      { code: "STEP_OUTPUT_TOO_LARGE" },
      false,
    ],
    ["FatalError", (_, ctx) => ctx.artifacts.open("../etc"), { code: "ARTIFACT_NOT_FOUND" }, false],
    ["FatalError", (_, ctx) => ctx.artifacts.open(fileId), { code: "ARTIFACT_NOT_FOUND" }, false],
  ])("is thrown as %s and noted (%#)", async (name, handle, error, willRetry) => {
    const { store, invoke } = bench(handle);
    expect(await failing(invoke())).toMatchObject({ name, step: "CountWords", ...error });
    expect(store.failures).toMatchObject([{ error: expect.objectContaining(error), willRetry }]);
  });

  it("says in the process's log where it was thrown, unless the handler chose the error", async () => {
    const logged: object[] = [];
    const error = (fields: object) => void logged.push(fields);
    const logger = { debug() {}, info() {}, warn() {}, error };
    const thrown = new TypeError("x is not a function");
    await failing(bench(() => Promise.reject(thrown), { logger }).invoke());
    expect(logged).toMatchObject([{ run, step: "CountWords", err: thrown }]);
    await failing(bench(() => Promise.reject(new FatalError("No table.")), { logger }).invoke());
    expect(logged).toHaveLength(1);
  });

  it("says that it will be retried only as often as its policy grants", async () => {
    const { store, invoke } = bench(async () => {
      throw new RetryableError("Again.");
    });
    for (let tries = 1; tries <= 3; tries += 1) await failing(invoke());
    expect(store.failures.map(({ willRetry }) => willRetry)).toEqual([true, true, false]);
  });

  it.each<[string, () => unknown, string]>([
    [
      "an error that is its own cause's cause",
      () => {
        const [outer, inner] = [new Error("outer"), new Error("inner")];
        return Object.assign(outer, { cause: Object.assign(inner, { cause: outer }) });
      },
      "Error: outer <- Error: inner <- Error: outer",
    ],
    [
      "an error whose message throws",
      () =>
        Object.defineProperty(new Error("x"), "message", {
          get: () => {
            throw new Error("y");
          },
        }),
      "What was thrown cannot be read.",
    ],
    [
      "an error whose name is a symbol",
      () => Object.assign(new Error("x"), { name: Symbol("odd") }),
      "Symbol(odd): x",
    ],
    [
      "what cannot be looked at",
      () =>
        new Proxy(
          {},
          {
            getPrototypeOf: () => {
              throw new Error("trap");
            },
          },
        ),
      "What was thrown cannot be read.",
    ],
    ["nothing", () => undefined, ""],
  ])("is recorded as one where a handler throws %s", async (_, thrown, cause) => {
    const { store, invoke } = bench(async () => {
      throw thrown();
    });
    const failed = await failing(invoke());
    expect(failed).toMatchObject({ name: "StepFailed", code: "STEP_FAILED" });
    expect(failed.cause ?? "").toContain(cause);
    expect(store.failures).toMatchObject([{ willRetry: true }]);
  });

  it("has a message that is text, whatever the handler made of it", async () => {
    const { invoke } = bench(async () => {
      throw Object.assign(new FatalError("x"), { message: { not: "text" } });
    });
    expect(await failing(invoke())).toMatchObject({ name: "FatalError", message: "[object Object]" });
  });

  it("is not asked where its input's schema wants a promise", async () => {
    const input = z.object({ text: z.string().refine(async () => true) });
    const { store, invoke } = bench(words, { input });
    expect(await failing(invoke())).toMatchObject({ name: "FatalError", code: "STEP_INPUT_INVALID" });
    expect(store.failures).toMatchObject([{ willRetry: false }]);
  });

  it("is told of input that does not fit, and of a payload that is none", async () => {
    const { store, invoke } = bench(words);
    expect(await failing(invoke({ ...payload, input: { text: 7 } }))).toMatchObject({
      name: "FatalError",
      code: "STEP_INPUT_INVALID",
    });
    for (const bad of [null, { ...payload, run: "x" }, { ...payload, state: "Other" }]) {
      expect(await failing(invoke(bad))).toMatchObject({ name: "FatalError", code: "PAYLOAD_INVALID" });
    }
    expect(store.calls).toEqual(["lease", "fail"]);
  });

  it("lets Step Functions try again when the database stays away", async () => {
    const { store, clock, invoke } = bench(words);
    store.down.set("succeed", 99);
    const failed = failing(invoke());
    await clock.pass(10_000);
    expect(await failed).toMatchObject({ name: "StepStoreFailed", code: "STEP_STORE_FAILED" });
  });

  it.each(["lease", "succeed", "append", "stream"] as const)(
    "lets Step Functions try again before Lambda ends it, when the database never answers its %s",
    async (method) => {
      const { store, clock, invoke } = bench(
        async (_, ctx) => {
          ctx.log.info("Counting.");
          ctx.stream("words").write("one");
          await new Promise<void>((resolve) => clock.after(2_000, resolve));
          return { words: 2 };
        },
        { remainingMs: 20_000 },
      );
      Object.assign(store, { [method]: () => new Promise(() => {}) });
      const failed = failing(invoke());
      await clock.pass(19_900);
      expect(await failed).toMatchObject({ name: "StepStoreFailed", code: "STEP_STORE_FAILED" });
    },
  );
});
