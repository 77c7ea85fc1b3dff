import type { Json } from "../json.js";
import type { Notification, Priority, RunError } from "../run.js";
import type { Delivery, StartedBy } from "../step/step.js";

/** The key of a checkpoint. `itemPath` is "" outside maps; `visit` counts from 0 in loops. */
export interface StepKey {
  readonly run: string;
  readonly state: string;
  readonly itemPath: string;
  readonly visit: number;
}

/** Proof of holding a step: every write carries it and has no effect once a higher fence was given out. */
export interface StepLease {
  readonly key: StepKey;
  readonly fence: number;
}

export interface LeaseRequest extends StepKey {
  readonly attempt: number;
  readonly stage: string;
  readonly input: Json;
  /**
   * Of a compensation: the state whose effect it takes back. `state` is then "Refund(Charge)", and the input is the
   * store's affair: what that state was given and gave.
   */
  readonly undoes?: string | null;
  /** Who asks, for the log: the Lambda request. */
  readonly owner: string;
  readonly leaseSeconds: number;
}

export interface LeasedRun {
  readonly organisationId: string;
  readonly name: string;
  readonly priority: Priority;
  readonly startedBy: StartedBy | null;
  readonly correlationId: string;
}

export type LeaseAnswer =
  /** The caller runs the handler. `try` is 1 for the first lease of this step in this attempt. */
  | {
      readonly kind: "acquired";
      readonly fence: number;
      readonly try: number;
      /** How often the step was undone before: it is done anew, for third parties too. */
      readonly generation: number;
      readonly context: LeasedRun;
      /** Of a compensation: { input, output } of what it takes back. */
      readonly input?: Json;
    }
  /** There is a checkpoint: the caller answers with it. */
  | { readonly kind: "done"; readonly output: Json; readonly completedAt: string }
  /** Somebody else holds an unexpired lease; ask again after `retryAfterMs`. */
  | { readonly kind: "busy"; readonly retryAfterMs: number }
  /** The run takes no more work from this attempt. Also for a run that does not exist. */
  | { readonly kind: "ended"; readonly reason: "cancelled" | "ended" | "stale_attempt" };

/**
 * `held` stays true as long as nobody else took the lease, even after it ran out: a laptop that slept
 * goes on where it was. `cancelRequested` is the run's.
 */
export interface LeaseState {
  readonly held: boolean;
  readonly cancelRequested: boolean;
}

/** `at` is the step's clock, ISO 8601 in UTC; the order in the run's log is the array's. */
export type StepEvent =
  | {
      readonly type: "progress";
      readonly at: string;
      readonly fraction: number;
      readonly message: string | null;
    }
  | {
      readonly type: "log";
      readonly at: string;
      readonly level: "debug" | "info" | "warn" | "error";
      readonly message: string;
      readonly fields: { readonly [name: string]: Json } | null;
    };

export interface StoredArtifact {
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
  /** Where its bytes are in the bucket. */
  readonly path: string;
}

export type RecordAnswer =
  | { readonly kind: "answered"; readonly answer: Json }
  /** What the function refuses; the sentence is for the user. */
  | { readonly kind: "refused"; readonly code: string; readonly message: string }
  /** Nothing was called: the lease is lost, or the run has ended. */
  | { readonly kind: "lost" };

/**
 * What the step runtime needs from the database. Each method is one short transaction; none is open
 * while a handler runs. A write whose fence is no longer the highest changes nothing and says so.
 * A method that rejects leaves the outcome unknown: the runtime lets Step Functions try again.
 */
export interface StepStore {
  /** Gives the step to the caller, or says why not. Writes step.started. */
  lease(request: LeaseRequest): Promise<LeaseAnswer>;
  /** Extends the lease to `leaseSeconds` from now. */
  renew(lease: StepLease & { readonly leaseSeconds: number }): Promise<LeaseState>;
  /** Reads only: the cheap question asked every second between renewals. */
  check(lease: StepLease): Promise<LeaseState>;
  /** Appends to the run's log in order; the last progress becomes the step's. Nothing when not held. */
  append(write: StepLease & { readonly events: readonly StepEvent[] }): Promise<LeaseState>;
  /** Stores the checkpoint, the events and step.succeeded. `completedAt` is the store's clock. */
  succeed(
    write: StepLease & { readonly output: Json; readonly events: readonly StepEvent[] },
  ): Promise<{ readonly held: true; readonly completedAt: string } | { readonly held: false }>;
  /** Stores the error, the events, and step.retrying or step.failed; frees the lease at once. */
  fail(
    write: StepLease & {
      readonly error: RunError;
      readonly willRetry: boolean;
      /** When, where a third party has said it (ISO 8601). */
      readonly retryAt: string | null;
      readonly events: readonly StepEvent[];
    },
  ): Promise<{ readonly held: boolean }>;
  /**
   * Shows watchers the next piece of a growing text; `offset` is where it begins, in UTF-16 units. Nothing is
   * stored, and nothing is sent when not held.
   */
  stream(
    write: StepLease & { readonly name: string; readonly offset: number; readonly text: string },
  ): Promise<LeaseState>;
  /** A pending artifact of kind "output", a new one for each lease and name. Null when not held. */
  createArtifact(
    write: StepLease & { readonly name: string; readonly contentType: string },
  ): Promise<{ readonly id: string; readonly path: string } | null>;
  /**
   * Makes it ready, with artifact.created, in place of what an earlier lease of the same step wrote
   * under the same name.
   */
  finishArtifact(
    write: StepLease & { readonly id: string; readonly size: number; readonly sha256: string },
  ): Promise<{ readonly held: boolean }>;
  /** A ready artifact of the run's organisation, or null. */
  openArtifact(read: { readonly key: StepKey; readonly id: string }): Promise<StoredArtifact | null>;
  /** Calls a function of the product's tables for the run of the step, see StepRecords. */
  callRecord(write: StepLease & { readonly name: string; readonly args: Json }): Promise<RecordAnswer>;
  recordDelivery(write: StepLease & { readonly delivery: Delivery }): Promise<{ readonly held: boolean }>;
  /** The latest delivery that this step recorded, with status "sent" before "failed". */
  findDelivery(read: { readonly key: StepKey }): Promise<Notification | null>;
}
