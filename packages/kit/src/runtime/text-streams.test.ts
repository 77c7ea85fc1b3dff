import { describe, expect, it } from "vitest";
import { bench, failing, gate } from "../testing/step-bench.js";

describe("a text stream", () => {
  it("sends what was written within 250 ms together, and the rest before the step ends", async () => {
    const finish = gate();
    const { store, clock, invoke } = bench(async (_, ctx) => {
      const story = ctx.stream("story");
      for (const word of ["Once ", "upon ", "a "]) story.write(word);
      await finish.opened;
      ctx.stream("story").write("time.");
      return { words: 4 };
    });
    const result = invoke();
    await clock.pass(900);
    expect(store.texts).toEqual([{ name: "story", offset: 0, text: "Once upon a " }]);
    finish.open();
    await clock.pass(10);
    await result;
    expect(store.texts.at(-1)).toEqual({ name: "story", offset: 12, text: "time." });
    expect(store.calls).toEqual(["lease", "stream", "stream", "succeed"]);
    expect(store.events).toEqual([]);
  });

  it("keeps several streams apart and each in order", async () => {
    const { store, clock, invoke } = bench(async (_, ctx) => {
      for (let round = 0; round < 3; round += 1) {
        ctx.stream("a").write(`a${round}`);
        ctx.stream("b").write(`b${round}`);
        await new Promise<void>((resolve) => clock.after(300, resolve));
      }
      return { words: 1 };
    });
    const result = invoke();
    await clock.pass(1_000);
    await result;
    const of = (stream: string) => store.texts.filter(({ name }) => name === stream);
    expect(of("a").map(({ offset, text }) => `${offset}${text}`)).toEqual(["0a0", "2a1", "4a2"]);
    expect(of("b").map(({ text }) => text)).toEqual(["b0", "b1", "b2"]);
  });

  it("parts long texts, but never a surrogate pair", async () => {
    const text = `x${"🦊".repeat(20_000)}`;
    const { store, invoke } = bench(async (_, ctx) => {
      ctx.stream("story").write(text);
      return { words: 1 };
    });
    await invoke();
    expect(store.texts.length).toBeGreaterThan(2);
    expect(store.texts.map((piece) => piece.text).join("")).toBe(text);
    for (const piece of store.texts) expect(piece.text).not.toMatch(/\p{Surrogate}/u);
    expect(store.texts.every((piece, index) => index === 0 || piece.text.codePointAt(0)! > 0xffff)).toBe(
      true,
    );
  });

  it("is shown with a gap where a step writes more than can be sent", async () => {
    const { store, invoke } = bench(async (_, ctx) => {
      ctx.stream("story").write("x".repeat(100_000));
      return { words: 1 };
    });
    await invoke();
    expect(store.texts[0]?.offset).toBe(36_000);
    expect(store.texts.reduce((sum, { text }) => sum + text.length, 0)).toBe(64_000);
  });

  it("costs the step nothing when it cannot be sent", async () => {
    const { store, invoke } = bench(async (_, ctx) => {
      ctx.stream("story").write("lost");
      return { words: 1 };
    });
    store.down.set("stream", 1);
    expect(await invoke()).toMatchObject({ output: { words: 1 } });
  });

  it("brings news of a cancel by itself", async () => {
    const { store, clock, invoke } = bench((_, ctx) => {
      ctx.stream("story").write("never read");
      return new Promise((__, reject) => ctx.signal.addEventListener("abort", () => reject(new Error("x"))));
    });
    store.cancelRequested = true;
    const failed = failing(invoke());
    await clock.pass(300);
    expect(await failed).toMatchObject({ name: "StepCancelled" });
  });

  it.each(["", "x".repeat(81)])("is never named %j", async (name) => {
    const { invoke } = bench(async (_, ctx) => {
      ctx.stream(name);
      return { words: 1 };
    });
    expect(await failing(invoke())).toMatchObject({ name: "StepFailed" });
  });
});
