import { isFinal, type Run, type StageState } from "@longhaul/kit";

/**
 * The stage that a person is told about: the one that runs or failed, else the one that has begun last, in whose middle the run
 * may be waiting; null before the first and at the end.
 */
export function stageNow(run: Run): StageState | null {
  const { stages } = run;
  const failed = stages.find(({ status }) => status === "failed");
  if (failed) return failed;
  if (isFinal(run.status)) return null;
  const running = stages.findLast(({ status }) => status === "running");
  return running ?? stages.findLast(({ status }) => status !== "pending") ?? null;
}

/**
 * Seconds that a run will probably still take: by how long it usually takes, unless it has taken longer, and by
 * how far it has got in its time; null while neither says anything, and while a person is waited for. While no stage is at work the run may sleep
 * until a moment that only its machine knows: its pace says nothing of that.
 */
export function secondsLeft(run: Run, now: number): number | null {
  if (run.status !== "running" || !run.startedAt) return null;
  const elapsed = Math.max(0, (now - Date.parse(run.startedAt)) / 1000);
  const { progress, typicalSeconds } = run;
  const working = run.stages.some(({ status }) => status === "running");
  const byPace = working && progress >= 0.1 && elapsed >= 3 ? (elapsed * (1 - progress)) / progress : null;
  // A habit that the run has outlasted says nothing any more.
  if (typicalSeconds === null || elapsed >= typicalSeconds) return byPace;
  const byHabit = Math.min(typicalSeconds * (1 - progress), typicalSeconds - elapsed);
  return byPace === null ? byHabit : byPace * progress + byHabit * (1 - progress);
}
