import type { z } from "zod";

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

/** What zod prints of a value that is not there, where its schema has no words of its own. */
const missing = /^Invalid input: expected .*, received undefined$/;

/** An issue of zod's for the person who sent the input. */
export function toInputIssue({ path, message }: z.core.$ZodIssue): InputIssue {
  const parts = path.map((part) => (typeof part === "symbol" ? String(part) : part));
  if (parts.length === 0 || !missing.test(message)) return { path: parts, message };
  return { path: parts, message: `"${parts.join(".")}" is needed.` };
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
