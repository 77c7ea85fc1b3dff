import { defineContract, runErrorOf } from "@longhaul/kit";
import { defineMachine, eq } from "@longhaul/kit/machine";
import { defineStep } from "@longhaul/kit/step";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { openRun, stepError } from "./scripted-run.js";

const page = z.object({ text: z.string().max(2_000), lines: z.array(z.string().max(200)).max(20) });
const contract = defineContract({
  name: "print-book",
  title: "Print a book",
  description: "Page by page.",
  input: z.object({ pages: z.array(page).max(8), title: z.string().max(80) }),
  output: z.object({ printed: z.array(z.unknown()), side: z.unknown() }),
  stages: { print: { label: "Printing", weight: 1 } },
  runName: ({ title }) => title,
});
const stage = "print";
const timeoutSeconds = 30;
const open = defineStep({
  name: "OpenPress",
  stage,
  input: z.object({ title: z.string() }),
  output: z.object({ press: z.string().max(20) }),
  timeoutSeconds,
});
const draw = defineStep({
  name: "DrawPage",
  stage,
  input: z.object({ text: z.string(), page: z.number(), press: z.string() }),
  output: z.object({ image: z.string().max(60) }),
  timeoutSeconds,
});
const setLine = defineStep({
  name: "SetLine",
  stage,
  input: z.object({ line: z.string(), page: z.number(), title: z.string() }),
  output: z.object({ set: z.string().max(60) }),
  timeoutSeconds,
  retry: { maxAttempts: 1, intervalSeconds: 1, backoffRate: 1, maxDelaySeconds: 2 },
});
const book = {
  title: "T",
  pages: [
    { text: "one", lines: ["a", "b"] },
    { text: "two", lines: [] },
    { text: "three", lines: ["c"] },
  ],
};
const scripts = {
  OpenPress: () => ({ press: "P" }),
  DrawPage: ({ input }: { input: { text: string; page: number } }) => ({
    image: `${input.page}:${input.text}`,
  }),
  SetLine: ({ input }: { input: { line: string; page: number } }) => ({ set: `${input.page}${input.line}` }),
};

/** Pages in a map, the lines of each page in a map inside. */
const nested = (mode: "inline" | "distributed") =>
  defineMachine(contract, (flow) =>
    flow
      .step(open, ({ input }) => ({ title: input.title }))
      .map("Pages", {
        items: ({ input }) => input.pages,
        as: "page",
        mode,
        maxConcurrency: 2,
        item: (each) =>
          each
            .step(draw, ({ page: own, pageIndex, openPress }) => ({
              text: own.text,
              page: pageIndex,
              press: openPress.press,
            }))
            .map("Lines", {
              items: ({ page: own }) => own.lines,
              item: (line) =>
                line
                  .step(setLine, ({ item, pageIndex, input }) => ({
                    line: item,
                    page: pageIndex,
                    title: input.title,
                  }))
                  .yield(({ setLine: done, index }) => ({ set: done.set, at: index })),
            })
            .yield(({ drawPage, lines }) => ({ image: drawPage.image, lines })),
      })
      .succeed("Printed", ({ pages }) => ({ printed: pages, side: null })),
  );

describe.each(["inline", "distributed"] as const)("a map in a map, the outer one %s,", (mode) => {
  it("keeps checkpoints apart by item path, and yields typed lists in order", async () => {
    await using run = await openRun(nested(mode), scripts);
    const { output, status, cause } = await run.attempt(book);
    expect(status, cause).toBe("SUCCEEDED");
    expect(output).toEqual({
      side: null,
      printed: [
        {
          image: "0:one",
          lines: [
            { set: "0a", at: 0 },
            { set: "0b", at: 1 },
          ],
        },
        { image: "1:two", lines: [] },
        { image: "2:three", lines: [{ set: "2c", at: 0 }] },
      ],
    });
    expect(run.keys().sort()).toEqual([
      "DrawPage 0 0",
      "DrawPage 1 0",
      "DrawPage 2 0",
      "OpenPress  0",
      "SetLine 0/0 0",
      "SetLine 0/1 0",
      "SetLine 2/0 0",
    ]);
    for (const call of run.calls)
      expect(call).toMatchObject({ run: "r-1", attempt: 1, correlationId: "c-1" });
    expect(run.calls.find(({ state }) => state === "SetLine")?.input).toEqual({
      line: "a",
      page: 0,
      title: "T",
    });
  });

  it("gives a list of one, and of none", async () => {
    await using run = await openRun(nested(mode), scripts);
    const one = await run.attempt({ ...book, pages: [{ text: "solo", lines: [] }] });
    expect(one.output).toEqual({ side: null, printed: [{ image: "0:solo", lines: [] }] });
    const none = await run.attempt({ ...book, pages: [] });
    expect(none.output).toEqual({ side: null, printed: [] });
  });
});

describe("a parallel", () => {
  const machine = defineMachine(
    contract,
    (flow) =>
      flow
        .step(open, ({ input }) => ({ title: input.title }))
        .parallel("Sides", {
          front: (side) =>
            side
              .step(draw, ({ input, openPress }) => ({ text: input.title, page: 0, press: openPress.press }))
              .yield(({ drawPage }) => [drawPage.image]),
          back: (side) =>
            side
              .choice("KindOfBack", (kind) =>
                kind
                  .when(
                    ({ input }) => eq(input.title, "none"),
                    (none) => none.fail("NoBack", { code: "NO_BACK", message: "{There} is no back." }),
                  )
                  .when(
                    ({ input }) => eq(input.title, "plain"),
                    (plain) => plain.yield(() => ({ plain: true, set: null })),
                  )
                  .otherwise((set) => set),
              )
              .step(setLine, ({ input }) => ({ line: input.title, page: 1, title: input.title }))
              .yield(({ setLine: done }) => ({ plain: false, set: done.set })),
        })
        .wait("Dry", { seconds: 5 })
        .succeed("Printed", ({ sides }) => ({ printed: sides.front, side: sides.back })),
    { onFailure: (failed, error) => failed.fail("NotPrinted", error) },
  );
  const titled = (title: string) => ({ title, pages: [] });

  it("gives each branch's result by its name, early or late", async () => {
    await using run = await openRun(machine, scripts);
    expect((await run.attempt(titled("T"))).output).toEqual({
      printed: ["0:T"],
      side: { plain: false, set: "1T" },
    });
    expect(run.keys().sort()).toEqual(["DrawPage  0", "OpenPress  0", "SetLine  0"]);
    const again = await run.attempt(titled("plain"));
    expect(again.output).toMatchObject({ side: { plain: true, set: null } });
    // The wait behind both counts from the last checkpoint in either.
    expect(again.duration).toBe(0);
  });

  it("fails with the error of the step or state that failed in it", async () => {
    const thrown = { code: "NO_INK", message: "No ink.", step: "SetLine" };
    await using run = await openRun(machine, {
      ...scripts,
      SetLine: () => {
        throw stepError("RetryableError", thrown);
      },
    });
    const failed = await run.attempt(titled("T"));
    expect(failed.states.at(-1)).toBe("NotPrinted");
    expect(runErrorOf(failed)).toEqual(thrown);
    expect(run.keys().filter((key) => key === "SetLine  0")).toHaveLength(2);
    const stated = await run.attempt(titled("none"));
    expect(runErrorOf(stated)).toEqual({ code: "NO_BACK", message: "{There} is no back.", fatal: true });
  });

  it("says in its own words what the platform says", async () => {
    await using run = await openRun(machine, {
      ...scripts,
      SetLine: () => {
        throw Object.assign(new Error("RequestId: 1 Error: Runtime exited"), { name: "Runtime.ExitError" });
      },
    });
    expect(runErrorOf(await run.attempt(titled("T")))).toMatchObject({
      code: "STEP_FAILED",
      message: "Sides failed unexpectedly.",
      step: "Sides",
    });
  });
});
