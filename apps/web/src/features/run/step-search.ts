import type { RunStep } from "@longhaul/kit";

const statuses: readonly RunStep["status"][] = [
  "failed",
  "running",
  "retrying",
  "waiting",
  "succeeded",
  "undone",
];

/** The filter of the steps, as the URL carries it. */
export interface StepSearch {
  status?: RunStep["status"];
}

/** Reads the URL; what is not understood is left out. */
export function parseStepSearch(search: Record<string, unknown>): StepSearch {
  const status = statuses.find((one) => one === search["status"]);
  return status ? { status } : {};
}

/** The states that there are among the steps, and how many are in each; what somebody looks for comes first. */
export function statesOf(steps: readonly RunStep[]): [status: RunStep["status"], count: number][] {
  const count = (status: RunStep["status"]) => steps.filter((step) => step.status === status).length;
  return statuses
    .map((status): [RunStep["status"], number] => [status, count(status)])
    .filter(([, found]) => found > 0);
}
