/** The names of the functions that are no workflow's: machines, manifest and infrastructure call them by these. */
export const houseFunctions = {
  /** Asks a person (with a task token), or takes the decision that there is at the deadline (`expire`). */
  approvals: "longhaul-approvals",
  /** Lists what the undo of a run has to take back. */
  compensations: "longhaul-compensations",
  statusChanged: "longhaul-status-changed",
  reconciler: "longhaul-reconciler",
  retention: "longhaul-retention",
} as const;
