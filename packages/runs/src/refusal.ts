/** Why a use case refused. */
export type RefusalCode =
  | "WORKFLOW_NOT_FOUND"
  | "WORKFLOW_NOT_DEPLOYED"
  | "RUN_NOT_FOUND"
  | "STEP_NOT_FOUND"
  | "APPROVAL_NOT_FOUND"
  | "INPUT_INVALID"
  | "OUTPUT_INVALID"
  | "DECISION_INVALID"
  | "INPUT_TOO_LARGE"
  | "SEALING_UNAVAILABLE";

/** One thing that is wrong with an input; `path` leads to the field. */
export interface InputIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** A use case refused what it was asked for; `message` and `issues` are for the person who asked. */
export class RunsRefusal extends Error {
  override readonly name = "RunsRefusal";

  constructor(
    readonly code: RefusalCode,
    message: string,
    readonly issues: readonly InputIssue[] = [],
  ) {
    super(message);
  }
}
