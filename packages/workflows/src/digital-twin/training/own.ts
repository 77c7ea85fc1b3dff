import { FatalError, type StepContext } from "@longhaul/kit/step";

/**
 * Sees that a key of the training bucket is the run's organisation's. A place comes to a step in what an earlier one gave, and
 * that may be edited when a run is begun anew; the steps themselves reach the objects of all organisations.
 *
 * @throws FatalError TRAINING_ELSEWHERE
 */
export function requireOwn(key: string, { organisationId }: StepContext["run"]): void {
  const parts = key.split("/");
  if (parts[0] === organisationId && !parts.includes("..") && !parts.includes(".")) return;
  elsewhere();
}

/** @throws FatalError TRAINING_ELSEWHERE */
export function elsewhere(): never {
  throw new FatalError("A place was given that is not this organisation's.", { code: "TRAINING_ELSEWHERE" });
}
