import type { RunStep } from "@longhaul/kit";

/** A checkpoint's name as the API takes it: "Story", in a map "DrawPage[2]", of a loop's later visit "Ask#3". */
export function checkpointName({
  step,
  itemPath,
  visit,
}: Pick<RunStep, "step" | "itemPath" | "visit">): string {
  return `${step}${itemPath && `[${itemPath}]`}${visit > 0 ? `#${visit}` : ""}`;
}

/** The steps that a run can be done anew from, each once, in the order in which it came to them. */
export function startingPoints(steps: readonly RunStep[]): string[] {
  return [...new Set(steps.filter(({ undoes }) => undoes === null).map(({ step }) => step))];
}

/** What was completed before the run came to `from`: what a run from there starts with, and what can be edited. */
export function keptBefore(steps: readonly RunStep[], from: string): RunStep[] {
  const first = steps.find(({ step }) => step === from);
  if (!first) return [];
  return steps.filter(
    ({ step, status, undoes, finishedAt }) =>
      step !== from &&
      undoes === null &&
      status === "succeeded" &&
      finishedAt !== null &&
      finishedAt <= first.startedAt,
  );
}

/** The value a text stands for, or why it stands for none. */
export function readJson(text: string): { value: unknown } | { error: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { error: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}
