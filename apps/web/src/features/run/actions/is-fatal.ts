import type { Run } from "@longhaul/kit";

/** Whether the step that a run failed with, or its machine, has ruled out that trying the same again helps. */
export const isFatal = (run: Run): boolean => run.status === "failed" && run.error.fatal === true;
