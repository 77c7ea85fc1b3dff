import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { FatalError, RetryableError, type StepContext } from "../step/index.js";
import { bench, failing, fileId, gate, onAbort } from "../testing/step-bench.js";

describe("progress and log", () => {
  it("reach the run's log in batches, at most four a second, the last progress of each", async () => {
    const finish = gate();
    const { store, clock, invoke } = bench(async (_, ctx) => {
      for (let index = 1; index <= 100; index += 1) ctx.progress(index / 200, `row ${index}`);
      ctx.log.info("half way", { rows: 100 });
      await finish.opened;
      ctx.progress(0.2);
      ctx.progress(Number.NaN);
      ctx.progress(7);
      return { words: 1 };
    });
    const result = invoke();
    await clock.pass(900);
    expect(store.calls).toEqual(["lease", "append"]);
    finish.open();
    await clock.pass(10);
    await result;
    expect(store.events).toEqual([
      {
        type: "log",
        at: "2026-01-01T00:00:00.000Z",
        level: "info",
        message: "half way",
        fields: { rows: 100 },
      },
      { type: "progress", at: "2026-01-01T00:00:00.000Z", fraction: 0.5, message: "row 100" },
      { type: "progress", at: "2026-01-01T00:00:00.900Z", fraction: 1, message: null },
    ]);
  });

  it("never go back", async () => {
    const { store, clock, invoke } = bench(async (_, ctx) => {
      for (const fraction of [0.5, 0.2]) {
        ctx.progress(fraction, `at ${fraction}`);
        await new Promise<void>((resolve) => clock.after(300, resolve));
      }
      return { words: 1 };
    });
    const result = invoke();
    await clock.pass(1_000);
    await result;
    expect(store.events).toMatchObject([
      { fraction: 0.5, message: "at 0.5" },
      { fraction: 0.5, message: "at 0.2" },
    ]);
  });

  it("go along with a failure", async () => {
    const { store, invoke } = bench(async (_, ctx) => {
      ctx.log.error("no good", { why: new Error("x") });
      throw new FatalError("No good.");
    });
    await failing(invoke());
    expect(store.events).toMatchObject([{ level: "error", message: "no good", fields: { why: "Error: x" } }]);
  });

  it("are bounded, whatever a handler logs", async () => {
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    const { store, invoke } = bench(async (_, ctx) => {
      ctx.log.info("x".repeat(100_000), circular);
      ctx.log.info("big", { data: "y".repeat(100_000) });
      for (let line = 0; line < 5_000; line += 1) ctx.log.debug("line");
      return { words: 1 };
    });
    await invoke();
    expect(store.events).toHaveLength(201);
    expect(store.events.at(-1)).toMatchObject({
      level: "warn",
      message: expect.stringContaining("4802 more"),
    });
    expect(JSON.stringify(store.events.slice(0, 2)).length).toBeLessThan(10_000);
  });

  it("bring news of a cancel by themselves", async () => {
    const { store, clock, invoke } = bench((_, ctx) => {
      ctx.progress(0.1);
      return onAbort(ctx.signal);
    });
    store.cancelRequested = true;
    const failed = failing(invoke());
    await clock.pass(300);
    expect(await failed).toMatchObject({ name: "StepCancelled" });
    expect(store.calls).toEqual(["lease", "append", "fail"]);
  });
});

describe("files", () => {
  it("are read from a place on, and written with size and hash", async () => {
    const bytes = Buffer.from("ell");
    const { store, objects, invoke } = bench(async (_, ctx) => {
      const { stream, size } = await ctx.artifacts.open(fileId, { start: 1 });
      const written = await ctx.artifacts.write("out.txt", "text/plain", stream.values());
      return { words: size, pad: written.sha256 };
    });
    objects.files.set(`org/${fileId}/in.txt`, Buffer.from("hell"));
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    expect(await invoke()).toMatchObject({ output: { words: 7, pad: sha256 } });
    expect(objects.files.get(`org/${fileId}/out.txt`)).toEqual(bytes);
    expect(store.artifacts).toEqual([{ id: fileId, size: 3, sha256 }]);
  });

  it.each(["", "a/b", "..", "a\\b", "a\nb", "x".repeat(201)])("are never named %j", async (name) => {
    const { invoke } = bench(async (_, ctx) => {
      await ctx.artifacts.write(name, "text/plain", (async function* () {})());
      return { words: 1 };
    });
    expect(await failing(invoke())).toMatchObject({ name: "StepFailed" });
  });

  it("are not written by who lost the lease", async () => {
    const { store, objects, invoke } = bench(async (_, ctx) => {
      store.holder = 99;
      await ctx.artifacts.write("out.txt", "text/plain", (async function* () {})());
      return { words: 1 };
    });
    expect(await failing(invoke())).toMatchObject({ name: "StepLeaseLost" });
    expect(objects.files.size).toBe(0);
  });
});

describe("limits of files", () => {
  const reading = (options: Parameters<StepContext["artifacts"]["open"]>[1]) =>
    bench(async (_, ctx) => ({ words: (await ctx.artifacts.open(fileId, options)).size }));
  const one = async function* (bytes: number) {
    yield Buffer.alloc(bytes);
  };

  it("are asked of the file's row before a byte is read", async () => {
    const { objects, invoke } = reading({ maxBytes: 6 });
    expect(await failing(invoke())).toMatchObject({ name: "FatalError", code: "ARTIFACT_TOO_LARGE" });
    expect(objects.reads).toBe(0);
  });

  it.each([
    [["text/plain"], true],
    [["image/*", "text/*"], true],
    [["image/*"], false],
    [["text"], false],
    [[], false],
  ])("of the types %j it may be read: %s", async (contentTypes, readable) => {
    const { objects, invoke } = reading({ contentTypes });
    objects.files.set(`org/${fileId}/in.txt`, Buffer.from("hello"));
    if (readable) expect(await invoke()).toMatchObject({ output: { words: 7 } });
    else expect(await failing(invoke())).toMatchObject({ code: "ARTIFACT_TYPE_REFUSED" });
  });

  it("hold for what Storage really gives, too", async () => {
    const { objects, invoke } = bench(async (_, ctx) => {
      const { bytes } = await ctx.artifacts.read(fileId, { maxBytes: 7 });
      return { words: bytes.length };
    });
    objects.files.set(`org/${fileId}/in.txt`, Buffer.from("1234567"));
    expect(await invoke()).toMatchObject({ output: { words: 7 } });
    const large = bench(async (_, ctx) => ({
      words: (await ctx.artifacts.read(fileId, { maxBytes: 7 })).bytes.length,
    }));
    large.objects.files.set(`org/${fileId}/in.txt`, Buffer.from("12345678"));
    expect(await failing(large.invoke())).toMatchObject({ code: "ARTIFACT_TOO_LARGE" });
  });

  it.each([
    [10, 10, true],
    [11, 10, false],
    [52_428_801, 99_999_999, false],
  ])("let %d bytes be written where %d are allowed: %s", async (bytes, maxBytes, fits) => {
    const { store, invoke } = bench(async (_, ctx) => {
      const { size } = await ctx.artifacts.write("out", "image/png", one(bytes), { maxBytes });
      return { words: size };
    });
    if (fits) expect(await invoke()).toMatchObject({ output: { words: bytes } });
    else expect(await failing(invoke())).toMatchObject({ name: "FatalError", code: "ARTIFACT_TOO_LARGE" });
    expect(store.artifacts).toHaveLength(fits ? 1 : 0);
  });

  it.each(["", "png", "text/html\r\nx-evil: 1", "a/b; c"])(
    "know that %j is no content type",
    async (type) => {
      const { invoke } = bench(async (_, ctx) => {
        await ctx.artifacts.write("out", type, one(1));
        return { words: 1 };
      });
      expect(await failing(invoke())).toMatchObject({ name: "StepFailed" });
    },
  );
});

describe("deliveries", () => {
  it("are found by the step's repeat", async () => {
    const delivery = {
      channel: "EMAIL",
      recipient: "a@example.org",
      subject: "Done",
      body: "Done.",
      status: "sent",
      providerMessageId: "m-1",
      error: null,
    } as const;
    let sent = 0;
    const { invoke } = bench(async (_, ctx) => {
      if (!(await ctx.deliveries.find())) {
        sent += 1;
        await ctx.deliveries.record(delivery);
        throw new RetryableError("Cut off after sending.");
      }
      return { words: sent };
    });
    await failing(invoke());
    expect(await invoke()).toMatchObject({ output: { words: 1 } });
  });
});

describe("records", () => {
  it("are kept through the store, for as long as the step is held", async () => {
    const { store, invoke } = bench(async (_, ctx) => {
      expect(await ctx.records.call("activate_twin", { version: 2 })).toEqual({ number: 1 });
      store.holder = null;
      await ctx.records.call("activate_twin", { version: 3 });
      return { words: 1 };
    });
    expect(await failing(invoke())).toMatchObject({ name: "StepLeaseLost" });
    expect(store.records).toEqual([{ name: "activate_twin", args: { version: 2 } }]);
  });

  it("that are refused end the step with the function's sentence", async () => {
    const { store, invoke } = bench(async (_, ctx) => {
      await ctx.records.call("activate_twin", null);
      return { words: 1 };
    });
    store.refusal = { kind: "refused", code: "TWIN_GONE", message: "This twin was deleted." };
    expect(await failing(invoke())).toMatchObject({
      name: "FatalError",
      code: "TWIN_GONE",
      message: "This twin was deleted.",
    });
  });

  it("have names that are names", async () => {
    const { store, invoke } = bench(async (_, ctx) => {
      await ctx.records.call("x; drop table runs", null);
      return { words: 1 };
    });
    await failing(invoke());
    expect(store.records).toEqual([]);
  });
});
