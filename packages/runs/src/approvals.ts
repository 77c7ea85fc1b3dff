import { InvalidToken, SendTaskSuccessCommand, TaskDoesNotExist, TaskTimedOut } from "@aws-sdk/client-sfn";
import {
  type ApprovalAnswer,
  type ApprovalRequest,
  approvals,
  asCaller,
  asDispatcher,
  type Decided,
  type RunIsOver,
} from "@longhaul/db";
import type { Approval, Json } from "@longhaul/kit";
import { z } from "zod";
import { machineOf } from "./catalogue.js";
import { dispatchNext } from "./dispatch.js";
import type { Caller, RunsDependencies } from "./dependencies.js";
import { RunsRefusal, toInputIssue } from "./refusal.js";
import { tellSender } from "./webhooks/bell.js";

/**
 * Asks a person for a decision on behalf of a machine that waits with a task token. A decision that is there already (of
 * an earlier attempt, or copied) is told at once.
 */
export async function requestApproval(
  deps: RunsDependencies,
  request: ApprovalRequest,
): Promise<Decided | RunIsOver | { readonly kind: "open"; readonly approvalId: string }> {
  const answer = await asDispatcher(deps.db, (tx) => approvals.request(tx, request));
  if (answer.kind === "open") {
    const { runId, attempt, state } = request;
    deps.logger.info({ runId, attempt, state, approvalId: answer.approvalId }, "an approval was requested");
    await sendNext(deps);
  }
  if (answer.kind === "decided") await tell(deps, request.token, answer.answer);
  return answer;
}

/** A run that only waits for people leaves its slot: it may be another's turn. */
async function sendNext(deps: RunsDependencies): Promise<void> {
  try {
    await dispatchNext(deps);
  } catch (error) {
    // The reconciler dispatches within a minute; the question has been asked.
    deps.logger.warn({ err: error }, "runs could not be dispatched after an approval was requested");
  }
}

/** The deadline has passed: gives the decision that came in time, else enters the default (null: there is none). */
export async function expireApproval(
  { db }: Pick<RunsDependencies, "db">,
  params: Pick<ApprovalRequest, "runId" | "attempt" | "state" | "itemPath" | "visit"> & { default: Json },
): Promise<Decided | RunIsOver> {
  return asDispatcher(db, (tx) => approvals.expire(tx, params));
}

/**
 * Enters a member's decision, once only, and lets the run go on. The decision is stored first: should Step Functions not
 * hear of it now, the reconciler tells it.
 *
 * @throws RunsRefusal APPROVAL_NOT_FOUND; DECISION_INVALID with an issue per field of the form
 * @throws DatabaseRefusal FORBIDDEN, APPROVAL_DECIDED, APPROVAL_EXPIRED, RUN_ENDED, INPUT_TOO_LARGE
 */
export async function decideApproval(
  deps: RunsDependencies,
  caller: Caller,
  { approvalId, decision }: { approvalId: string; decision: unknown },
): Promise<ApprovalAnswer> {
  const { organisationId } = caller;
  const approval = await asCaller(deps.db, caller, (tx) => approvals.get(tx, { organisationId, approvalId }));
  if (!approval) throw new RunsRefusal("APPROVAL_NOT_FOUND", "There is no such request for approval.");
  const fit = parseDecision(approval, decision);
  const answer = await asCaller(deps.db, caller, (tx) =>
    approvals.decide(tx, { organisationId, approvalId, decision: fit }),
  );
  deps.logger.info({ approvalId, runId: approval.runId, userId: caller.userId }, "an approval was decided");
  try {
    await deliverDecision(deps, { approvalId });
  } catch (error) {
    deps.logger.warn({ err: error, approvalId }, "a decision could not be told yet");
  }
  await tellSender(deps);
  return answer;
}

/**
 * Tells Step Functions a decision that it has not heard.
 *
 * @returns "told"; "stale" where it does not wait for it any more; null where there is nothing to tell.
 * @throws what the SDK throws when Step Functions cannot be reached.
 */
export async function deliverDecision(
  deps: RunsDependencies,
  { approvalId, repair = null }: { approvalId: string; repair?: string | null },
): Promise<"told" | "stale" | null> {
  const found = await asDispatcher(deps.db, (tx) => approvals.undelivered(tx, { approvalId }));
  if (!found) return null;
  const { token, answer } = found;
  const told = await tell(deps, token, answer);
  await asDispatcher(deps.db, (tx) =>
    approvals.delivered(tx, { approvalId, token, repair: told === "told" ? repair : null }),
  );
  return told;
}

async function tell(
  { sfn }: RunsDependencies,
  taskToken: string,
  answer: ApprovalAnswer,
): Promise<"told" | "stale"> {
  try {
    await sfn.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(answer) }));
    return "told";
  } catch (error) {
    const stale = [TaskTimedOut, TaskDoesNotExist, InvalidToken].some((kind) => error instanceof kind);
    if (!stale) throw error;
    return "stale";
  }
}

/** As the form of the installed workflow has it; a form that is no longer installed is read from its JSON schema. */
function parseDecision({ workflow, state, form }: Approval, decision: unknown): Json {
  const known = machineOf(workflow)?.approvals.find(({ name }) => name === state)?.form;
  const parsed = (known ?? z.fromJSONSchema(form)).safeParse(decision);
  if (parsed.success) return JSON.parse(JSON.stringify(parsed.data)) as Json;
  const issues = parsed.error.issues.map(toInputIssue);
  throw new RunsRefusal("DECISION_INVALID", issues[0]?.message ?? "The decision is not valid.", issues);
}
