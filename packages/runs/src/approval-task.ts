import type { ApprovalAnswer } from "@longhaul/db";
import { type Json, roleSchema } from "@longhaul/kit";
import { endedError, taskError } from "@longhaul/kit/runtime";
import { z } from "zod";
import { expireApproval, requestApproval } from "./approvals.js";
import type { RunsDependencies } from "./dependencies.js";

const jsonText = z.string().transform((text, context): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    context.addIssue({ code: "custom", message: "must be JSON" });
    return z.NEVER;
  }
});

const key = {
  run: z.uuid(),
  attempt: z.number().int().positive(),
  state: z.string().min(1).max(80),
  itemPath: z.string().max(400),
  visit: z.number().int().nonnegative(),
};

const payloadSchema = z.union([
  z.object({
    ...key,
    /** The deadline has passed: there is to be a decision now. */
    expire: z.literal(true),
    /** What is decided when nobody has decided; null: nothing is. */
    default: z.json().default(null),
  }),
  z.object({
    ...key,
    expire: z.literal(false).default(false),
    stage: z.string().nullish(),
    /** Of the task that waits. */
    token: z.string().min(1).max(2048),
    approval: z.object({
      title: z
        .string()
        .trim()
        .min(1)
        .transform((title) => [...title].slice(0, 500).join("")),
      role: roleSchema,
      deadline: z.iso.datetime({ offset: true }).nullish(),
      /** The JSON schema of the decision. */
      form: jsonText.pipe(z.record(z.string(), z.json())),
      details: z.json().default({}),
    }),
  }),
]);

/**
 * The Task of an approval. With a token it asks a person, and the machine waits for the token; with `expire` it answers
 * with the decision there is at the deadline: a person's that came in time, else the default.
 *
 * @throws Error under the names that machines know: StepCancelled for a run that takes no more work from this execution,
 *   FatalError for a payload that is none.
 */
export async function approvalTask(
  deps: RunsDependencies,
  payload: unknown,
): Promise<ApprovalAnswer | { approvalId: string }> {
  const parsed = payloadSchema.safeParse(payload);
  if (!parsed.success) throw malformed(parsed.error);
  const { run: runId, attempt, state, itemPath, visit } = parsed.data;
  const checkpoint = { runId, attempt, state, itemPath, visit };
  const answer = parsed.data.expire
    ? await expireApproval(deps, { ...checkpoint, default: parsed.data.default })
    : await requestApproval(deps, { ...checkpoint, ...asked(parsed.data) });
  switch (answer.kind) {
    case "decided":
      return answer.answer;
    case "open":
      return { approvalId: answer.approvalId };
    case "ended":
      throw endedError(answer.reason, state);
  }
}

function asked({
  stage = null,
  token,
  approval,
}: Extract<z.output<typeof payloadSchema>, { expire: false }>) {
  const { title, role, deadline = null, form, details } = approval;
  return { stage, token, title, role, deadline, form, details };
}

function malformed(cause: Error): Error {
  const message = "An approval was asked for with a malformed payload.";
  return taskError("fatal", { code: "PAYLOAD_INVALID", state: "Approval", message, cause });
}
