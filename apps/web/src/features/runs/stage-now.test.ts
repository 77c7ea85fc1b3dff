import type { Run, StageState } from "@longhaul/kit";
import { expect, test } from "vitest";
import { secondsLeft, stageNow } from "./stage-now.js";

const stage = (key: string, status: StageState["status"]): StageState => ({
  ...{ key, label: key, weight: 1, fraction: 0, message: null },
  status,
});
const runWith = (status: Run["status"], ...stages: StageState[]) => ({ status, stages }) as Run;

test("a run that waits in the middle of a stage is in that stage still", () => {
  const run = runWith("running", stage("read", "done"), stage("train", "done"), stage("activate", "pending"));
  expect(stageNow(run)?.key).toBe("train");
});

test("what runs or has failed comes first, and before the first stage and after the last there is none", () => {
  expect(stageNow(runWith("running", stage("read", "done"), stage("train", "running")))?.key).toBe("train");
  expect(stageNow(runWith("failed", stage("read", "done"), stage("train", "failed")))?.key).toBe("train");
  expect(stageNow(runWith("running", stage("read", "pending")))).toBeNull();
  expect(stageNow(runWith("succeeded", stage("read", "done")))).toBeNull();
});

test("no time is foretold while a person is waited for, nor from the pace of a run that sleeps", () => {
  const start = "2026-11-22T12:00:00.000Z";
  const later = Date.parse(start) + 60_000;
  const half = (run: Run, typicalSeconds: number | null = null): Run => ({
    ...run,
    startedAt: start,
    progress: 0.5,
    typicalSeconds,
  });
  const working = runWith("running", stage("write", "done"), stage("send", "running"));
  const asleep = runWith("running", stage("write", "done"), stage("send", "pending"));
  expect(secondsLeft(half(working), later)).toBe(60);
  expect(secondsLeft(half(asleep), later)).toBeNull();
  expect(secondsLeft(half(asleep, 100), later)).toBe(40);
  expect(secondsLeft(half({ ...working, status: "waiting" } as Run, 100), later)).toBeNull();
});

test("what a run usually takes counts down, and says nothing of a run that has taken longer", () => {
  const start = "2026-11-22T12:00:00.000Z";
  const begun = (progress: number) =>
    ({
      ...runWith("running", stage("read", "running")),
      startedAt: start,
      progress,
      typicalSeconds: 12,
    }) as Run;
  const after = (seconds: number) => Date.parse(start) + seconds * 1000;
  expect(secondsLeft(begun(0), after(0))).toBe(12);
  expect(secondsLeft(begun(0), after(8))).toBe(4);
  expect(secondsLeft(begun(0), after(600))).toBeNull();
  expect(secondsLeft(begun(0.5), after(600))).toBe(600);
});
