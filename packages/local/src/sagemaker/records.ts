import type { CreateRequest } from "./requests.js";

export type Status = "InProgress" | "Completed" | "Failed" | "Stopping" | "Stopped";

/** Of SecondaryStatus, what jobs here go through. */
export type Secondary =
  | "Starting"
  | "Downloading"
  | "Training"
  | "Uploading"
  | "Restarting"
  | "Stopping"
  | "Stopped"
  | "MaxRuntimeExceeded"
  | "Completed"
  | "Failed";

export interface Transition {
  readonly status: Secondary;
  /** In ms since 1970, as all times here. */
  readonly start: number;
  readonly end: number | null;
  readonly message: string;
}

export interface JobRecord {
  readonly name: string;
  readonly arn: string;
  readonly request: CreateRequest;
  readonly created: number;
  readonly modified: number;
  readonly trainingStarted: number | null;
  readonly ended: number | null;
  readonly status: Status;
  readonly secondary: Secondary;
  readonly transitions: readonly Transition[];
  readonly failure: string | null;
  /** The last value of each metric. */
  readonly metrics: Readonly<Record<string, { readonly value: number; readonly at: number }>>;
  readonly model: string | null;
  /** Why it is to end before its time. */
  readonly stopping: "asked" | "too long" | null;
}

const messages: Readonly<Record<Secondary, string>> = {
  Starting: "Starting the training job",
  Downloading: "Downloading input data",
  Training: "Training image download completed. Training in progress.",
  Uploading: "Uploading generated training model",
  Restarting: "Restarting the training job",
  Stopping: "Stopping the training job",
  Stopped: "Training job stopped",
  MaxRuntimeExceeded: "Training job runtime exceeded MaxRuntimeInSeconds provided",
  Completed: "Training job completed",
  Failed: "Training job failed",
};

export const isOver = ({ status }: JobRecord): boolean =>
  status === "Completed" || status === "Failed" || status === "Stopped";

/** The record after it has come to another secondary status. */
export function moved(job: JobRecord, secondary: Secondary, message = messages[secondary]): JobRecord {
  const now = Date.now();
  const before = job.transitions.map((one) => (one.end === null ? { ...one, end: now } : one));
  const over = ["Stopped", "MaxRuntimeExceeded", "Completed", "Failed"].includes(secondary);
  return {
    ...job,
    secondary,
    modified: now,
    transitions: [...before, { status: secondary, start: now, end: over ? now : null, message }],
  };
}
