import type { RunStep } from "@longhaul/kit";
import { allNodes, type MachineGraph } from "../../graph/nodes.js";

export interface ToUndo {
  step: string;
  compensation: string;
  /** For how many items or visits. */
  times: number;
}

/** Which compensations a cancel would run now, in the reverse order of what they take back. */
export function compensationsOf(graph: MachineGraph, steps: readonly RunStep[]): ToUndo[] {
  const found = new Map<string, ToUndo>();
  for (const { name, compensation } of allNodes(graph)) {
    const times = steps.filter(({ step, status }) => step === name && status === "succeeded").length;
    if (compensation && times > 0) found.set(name, { step: name, compensation, times });
  }
  const lastEnd = (name: string) =>
    steps.findLast(({ step, status }) => step === name && status === "succeeded")?.finishedAt ?? "";
  return [...found.values()].sort((a, b) => (lastEnd(a.step) < lastEnd(b.step) ? 1 : -1));
}
