import type { RunEvent } from "@longhaul/kit";
import { describe, expect, it } from "vitest";
import { ticksOf, timelineOf } from "./bars.js";

const start = Date.parse("2026-11-22T10:00:00.000Z");
let seq = 0;
const event = (second: number, type: RunEvent["type"], over: Partial<RunEvent> = {}): RunEvent => {
  seq += 1;
  return {
    runId: "r",
    seq,
    type,
    at: new Date(start + second * 1000).toISOString(),
    attempt: 1,
    step: null,
    itemPath: null,
    visit: null,
    stage: null,
    data: {},
    ...over,
  };
};
const ofStep = (step: string, over: Partial<RunEvent> = {}) => ({ step, itemPath: "", visit: 0, ...over });
const seconds = (rows: ReturnType<typeof timelineOf>["rows"], label: string) =>
  rows
    .find((row) => row.label === label)
    ?.bars.map(({ kind, from, to }) => [kind, (from - start) / 1000, (to - start) / 1000]);

describe("timelineOf", () => {
  it("holds all that it draws, also while the end of a long log is on its way, or a clock is behind", () => {
    const log = [
      event(0, "run.queued"),
      event(2, "run.started"),
      event(3, "step.started", ofStep("Charge")),
      event(9, "step.succeeded", ofStep("Charge")),
      event(10, "step.started", ofStep("Ship")),
    ];
    for (const now of [0, start - 1000, start + 4000]) {
      const { from, to, rows } = timelineOf(log, now);
      expect([from - start, to - start]).toEqual([0, 10_000]);
      for (const bar of rows.flatMap(({ bars }) => bars)) expect(bar.to).toBeLessThanOrEqual(to);
    }
  });

  it("has an axis before the log's first line has come", () => {
    expect(timelineOf([], start)).toMatchObject({ from: start, to: start + 1, rows: [] });
  });

  it("draws a bar for each try, and what lies between as a wait", () => {
    const { rows, from, to } = timelineOf(
      [
        event(0, "run.queued"),
        event(2, "run.started"),
        event(3, "step.started", { ...ofStep("Charge"), data: { try: 1 } }),
        event(4, "step.retrying", { ...ofStep("Charge"), data: { try: 1 } }),
        event(6, "step.started", { ...ofStep("Charge"), data: { try: 2 } }),
        event(9, "step.succeeded", ofStep("Charge")),
        event(10, "run.succeeded"),
      ],
      start + 99_000,
    );
    expect([from, to]).toEqual([start, start + 10_000]);
    expect(seconds(rows, "The run")).toEqual([["waiting", 0, 2]]);
    expect(seconds(rows, "Charge")).toEqual([
      ["failed", 3, 4],
      ["waiting", 4, 6],
      ["succeeded", 6, 9],
    ]);
  });

  it("lets what still goes on reach to now, and stops it where the run has ended", () => {
    const log = [
      event(0, "run.queued"),
      event(1, "run.started"),
      event(2, "step.started", ofStep("Draw", { itemPath: "3" })),
    ];
    expect(seconds(timelineOf(log, start + 7000).rows, "Draw[3]")).toEqual([["running", 2, 7]]);
    const cancelled = [...log, event(5, "run.cancelled")];
    expect(seconds(timelineOf(cancelled, start + 7000).rows, "Draw[3]")).toEqual([["stopped", 2, 5]]);
  });

  it("shows how long a person took, and when another attempt began", () => {
    const log = [
      event(0, "run.queued"),
      event(1, "approval.requested", ofStep("Release")),
      event(4, "approval.decided", ofStep("Release")),
      event(5, "run.failed"),
      event(6, "run.retried", { attempt: 2 }),
    ];
    const { rows, attempts } = timelineOf(log, start + 8000);
    expect(seconds(rows, "Release")).toEqual([["waiting", 1, 4]]);
    expect(attempts).toEqual([{ at: start + 6000, attempt: 2 }]);
  });
});

describe("ticksOf", () => {
  it("labels round times, never too many of them", () => {
    expect(ticksOf(10, 6)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(ticksOf(0.4, 5)).toEqual([0, 0.1, 0.2, 0.3, 0.4]);
    for (const length of [3, 61, 500, 9999, 400_000, 9_000_000])
      expect(ticksOf(length, 6).length).toBeLessThanOrEqual(7);
  });
});
