/** What happens to training jobs that start from now on: one dies in the middle, or its program stands still. */
export type TrainingFault = "none" | "die" | "freeze";

/** Faults of training that a test or a developer asks for. */
export class TrainingFaults {
  next: TrainingFault = "none";
}
