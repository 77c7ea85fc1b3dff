/** What the process ends with. `run` tells the outcome of the execution; the help says so too. */
export const exitStatus = {
  SUCCEEDED: 0,
  FAILED: 1,
  /** Nothing was run: arguments, a file, the definition or the data folder. */
  notDone: 2,
  TIMED_OUT: 3,
  ABORTED: 4,
  /** A defect of the command itself. */
  defect: 70,
  interrupted: 130,
} as const;
