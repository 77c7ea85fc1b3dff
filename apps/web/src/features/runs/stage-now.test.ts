import type { Run, StageState } from "@longhaul/kit";
import { expect, test } from "vitest";
import { stageNow } from "./stage-now.js";

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
