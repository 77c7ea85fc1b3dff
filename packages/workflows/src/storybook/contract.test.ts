import { describe, expect, it } from "vitest";
import { z } from "zod";
import { story } from "../story/contract.js";
import { vision } from "../vision/contract.js";
import { storybook } from "./contract.js";
import { storybookMachine } from "./machine.js";
import { simulateFailure } from "./simulation.js";

const drawing = "018f2f6e-7d1c-7c3e-9a55-0d3a4c1f9b21";

describe("the input", () => {
  it.each(["Mia", "Zoë", "O'Brien", "Anna-Lena", "李明", "Мария", "St. John", "n̈a"])(
    "takes the name %s",
    (childName) => {
      expect(storybook.input.parse({ drawing, childName })).toMatchObject({
        pages: 6,
        childName: childName.normalize("NFC"),
      });
    },
  );

  it.each([
    ["", "Write the child's name."],
    ["   ", "Write the child's name."],
    ["x".repeat(10_000), "Keep the name under 60 characters."],
    ["<b>Mia</b>", "A name begins with a letter"],
    ["Mia & Tom", "A name begins with a letter"],
    ["Mia\nTom", "A name begins with a letter"],
    ["Mia\u202egnp", "A name begins with a letter"],
    ["=cmd()", "A name begins with a letter"],
    ["%{name}", "A name begins with a letter"],
  ])("refuses the name %j", (childName, message) => {
    expect(JSON.stringify(storybook.input.safeParse({ drawing, childName }).error?.issues)).toContain(
      message,
    );
  });

  it.each([3, 9, 4.5])("refuses %d pages", (pages) => {
    expect(storybook.input.safeParse({ drawing, childName: "Mia", pages }).success).toBe(false);
  });

  it("tells forms of all three workflows a title, a description and an example of every field", () => {
    for (const { input } of [storybook, vision, story]) {
      const { properties = {} } = z.toJSONSchema(input as z.ZodType, { io: "input" });
      for (const field of Object.values(properties)) {
        expect(field).toMatchObject({ title: expect.any(String), description: expect.any(String) });
        expect((field as { examples?: unknown[] }).examples).toHaveLength(1);
      }
    }
    const { properties = {} } = z.toJSONSchema(storybook.input, { io: "input" });
    expect(properties["drawing"]).toMatchObject({ format: "longhaul-artifact", maxBytes: 15_728_640 });
  });
});

describe("the stages", () => {
  it("are told in these words", () => {
    expect(Object.values(storybook.stages).map(({ label }) => label)).toEqual([
      "Analyzing your drawing...",
      "Writing your story...",
      "Creating illustrations...",
      "Recording narration...",
      "Assembling your storybook...",
    ]);
  });
});

describe("the machine", () => {
  it("draws and reads three pages at a time, each with a checkpoint of its own", () => {
    const { States } = storybookMachine.definition((step) => `arn:${step}`);
    for (const [map, step] of [
      ["Pictures", "DrawPage"],
      ["Narration", "RecordPage"],
    ] as const) {
      expect(States[map]).toMatchObject({ Type: "Map", MaxConcurrency: 3 });
      expect(JSON.stringify(States[map])).toContain(`"state":"${step}"`);
      expect(JSON.stringify(States[map])).toMatch(/"itemPath":"\{% .*Index/);
    }
    expect(storybookMachine.warnings).toEqual([]);
  });
});

describe("simulated failures", () => {
  const ctx = { simulation: true, attempt: 2, try: 1 };
  it.each([
    [{ step: "Story" }, true],
    [{ step: "Video" }, false],
    [{ step: "Story", onTry: 1 }, true],
    [{ step: "Story", onTry: 2 }, false],
    [{ step: "Story", onAttempt: 1 }, false],
    [{ step: "Story", onAttempt: 2, onTry: 1 }, true],
  ] as const)("%j in attempt 2, try 1: %s", (failStep, fails) => {
    const call = () => simulateFailure("Story", { failStep }, ctx);
    if (fails) expect(call).toThrow(expect.objectContaining({ code: "SIMULATED_FAILURE" }));
    else expect(call).not.toThrow();
    expect(() => simulateFailure("Story", { failStep }, { ...ctx, simulation: false })).not.toThrow();
  });
});
