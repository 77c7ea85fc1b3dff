/** What becomes of a run whose start was not accepted. */
export type SendFailure =
  /** `reason` has no full stop: when it is tried again is to follow. */
  { kind: "postponed"; reason: string } | { kind: "refused"; code: string; message: string };

/** How often something is tried that only a change of the deployment can mend, before the run fails. */
export const patience = 10;

const permanent: Readonly<Record<string, string>> = {
  InvalidArn: "The workflow's state machine has an address that is not valid.",
  InvalidName: "The run's name was not accepted.",
  InvalidExecutionInput: "The run's input was not accepted.",
  ValidationException: "The start of this run was not accepted.",
};

const untilDeployed: Readonly<Record<string, string>> = {
  StateMachineDoesNotExist: "This workflow is not installed at the moment",
  StateMachineDeleting: "This workflow is being removed",
  AccessDeniedException: "Longhaul is not allowed to start this workflow",
};

const versionGone =
  "The version of the workflow that this run began with is no longer deployed. Run it anew to use the present one.";

const crowded = new Set([
  "Throttled",
  "ThrottledException",
  "ThrottlingException",
  "TooManyRequestsException",
  "ExecutionLimitExceeded",
  "ServiceQuotaExceededException",
]);

/**
 * Sorts what StartExecution threw. Only what can never be accepted fails the run; the reasons are for the
 * people who wait.
 *
 * @param tries how often this run was sent, this time included.
 * @param goesOn whether it was to go on with the version of its workflow that it began with, which no deployment
 *   brings back.
 */
export function sendFailureOf(error: unknown, tries: number, goesOn = false): SendFailure {
  const name = error instanceof Error ? error.name : "";
  const never = permanent[name];
  if (never) return { kind: "refused", code: "START_REFUSED", message: never };
  if (goesOn && (name === "StateMachineDoesNotExist" || name === "StateMachineDeleting")) {
    return { kind: "refused", code: "VERSION_GONE", message: versionGone };
  }
  const missing = untilDeployed[name];
  if (missing && tries >= patience) {
    return { kind: "refused", code: "WORKFLOW_NOT_DEPLOYED", message: `${missing}.` };
  }
  if (missing) return { kind: "postponed", reason: missing };
  if (isThrottled(error)) return { kind: "postponed", reason: "AWS is throttling" };
  return { kind: "postponed", reason: "The service that executes runs cannot be reached" };
}

/** Whether a service asked for fewer calls. */
export function isThrottled(error: unknown): boolean {
  return error instanceof Error && crowded.has(error.name);
}

/** What a person who waits for a postponed run reads. */
export function postponedUntil(reason: string, retrySeconds: number): string {
  return `${reason}, next try in ${Math.max(1, Math.round(retrySeconds))} s.`;
}

/** Seconds until the next try: 2, 4, 8 ... 60, each up to a half longer so that runs do not return together. */
export function backoffSeconds(tries: number, random: () => number = Math.random): number {
  const base = Math.min(60, 2 ** Math.min(tries, 6));
  return base * (1 + random() / 2);
}
