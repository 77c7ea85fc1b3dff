import { AwsError } from "@longhaul/stepfunctions";
import { oldCode } from "./errors.js";

export interface BatchFailure {
  readonly Id: string;
  readonly SenderFault: boolean;
  readonly Code: string;
  readonly Message: string;
}

export interface Batch<T> {
  /** The entries that passed, in their order. */
  readonly good: readonly { readonly id: string; readonly value: T }[];
  /** The answer, from what became of the good ones. */
  results(successful: readonly object[], failed?: readonly BatchFailure[]): object;
}

/**
 * Checks a batch as a whole, and each of its entries alone.
 *
 * @throws AwsError when it is empty, too long, or its ids are not distinct and well-formed
 */
export function batchOf<Entry extends { readonly Id: string }, T>(
  entries: readonly Entry[],
  max: number,
  check: (entry: Entry) => T,
): Batch<T> {
  if (entries.length === 0)
    throw new AwsError("EmptyBatchRequest", "There should be at least one entry in the request.");
  if (entries.length > max) {
    const about = `Maximum number of entries per request are ${max}. You have sent ${entries.length}.`;
    throw new AwsError("TooManyEntriesInBatchRequest", about);
  }
  checkIds(entries.map(({ Id }) => Id));
  const good: { id: string; value: T }[] = [];
  const bad: BatchFailure[] = [];
  for (const entry of entries) {
    try {
      good.push({ id: entry.Id, value: check(entry) });
    } catch (error) {
      bad.push(batchFailure(entry.Id, error));
    }
  }
  return {
    good,
    results: (successful, failed = []) => ({ Successful: successful, Failed: [...bad, ...failed] }),
  };
}

/** How one entry's error is told. @throws what is no error of the caller's */
export function batchFailure(id: string, error: unknown): BatchFailure {
  if (!(error instanceof AwsError)) throw error;
  return { Id: id, SenderFault: true, Code: oldCode(error.code), Message: error.message };
}

function checkIds(ids: readonly string[]): void {
  const wrong = ids.find((id) => !/^[A-Za-z0-9_-]{1,80}$/.test(id));
  if (wrong !== undefined) {
    throw new AwsError(
      "InvalidBatchEntryId",
      "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
    );
  }
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) throw new AwsError("BatchEntryIdsNotDistinct", `Id ${twice} repeated.`);
}
