import type { RunStep } from "@longhaul/kit";
import { describe, expect, it } from "vitest";
import { checkpointName, keptBefore, startingPoints } from "./checkpoints.js";

const at = (second: number) => `2026-11-22T10:00:0${second}.000Z`;
const step = (name: string, from: number, to: number | null, over: Partial<RunStep> = {}) =>
  ({
    step: name,
    itemPath: "",
    visit: 0,
    status: to === null ? "failed" : "succeeded",
    undoes: null,
    startedAt: at(from),
    finishedAt: to === null ? null : at(to),
    ...over,
  }) as RunStep;

const steps = [
  step("Vision", 0, 1),
  step("Story", 1, 2),
  step("DrawPage", 2, 3, { itemPath: "0" }),
  step("DrawPage", 2, 4, { itemPath: "1" }),
  step("Video", 5, null),
  step("Refund", 6, 7, { undoes: "Charge" }),
];

describe("checkpoints", () => {
  it("are named as the API names them", () => {
    expect(checkpointName(steps[1]!)).toBe("Story");
    expect(checkpointName({ step: "DrawPage", itemPath: "2/0", visit: 3 })).toBe("DrawPage[2/0]#3");
  });

  it("offer each step once to begin from, and no compensation", () => {
    expect(startingPoints(steps)).toEqual(["Vision", "Story", "DrawPage", "Video"]);
  });

  it("keep what was completed before the step began", () => {
    expect(keptBefore(steps, "DrawPage").map(checkpointName)).toEqual(["Vision", "Story"]);
    expect(keptBefore(steps, "Video").map(checkpointName)).toEqual([
      "Vision",
      "Story",
      "DrawPage[0]",
      "DrawPage[1]",
    ]);
    expect(keptBefore(steps, "Unknown")).toEqual([]);
  });
});
