import type { Approval, Json, Role } from "@longhaul/kit";
import type { Tx } from "./database.js";
import { jsonb } from "./json.js";
import { one } from "./one.js";

/** What a machine gets of an approval, and its checkpoint keeps. */
export interface ApprovalAnswer {
  /** As the form has it; null where nobody decided and the workflow has no default. */
  readonly decision: Json;
  readonly decidedBy: { readonly id: string; readonly name: string } | null;
  /** ISO 8601. */
  readonly decidedAt: string;
  readonly byDefault: boolean;
}

interface ApprovalKey {
  readonly runId: string;
  readonly attempt: number;
  readonly state: string;
  readonly itemPath: string;
  readonly visit: number;
}

export interface ApprovalRequest extends ApprovalKey {
  readonly stage: string | null;
  readonly title: string;
  readonly role: Role;
  /** JSON schema of the decision. */
  readonly form: { readonly [name: string]: Json };
  readonly details: Json;
  readonly deadline: string | null;
  readonly token: string;
}

/** The run takes no more work from this attempt. */
export interface RunIsOver {
  readonly kind: "ended";
  readonly reason: "cancelled" | "ended" | "stale_attempt";
}
export interface Decided {
  readonly kind: "decided";
  readonly answer: ApprovalAnswer;
}

/** Asks for a decision, or finds that it was given. Asked again, the same approval gets the new token. As dispatcher. */
export async function request(
  tx: Tx,
  r: ApprovalRequest,
): Promise<Decided | RunIsOver | { readonly kind: "open"; readonly approvalId: string }> {
  return one(
    await tx<{ answer: Awaited<ReturnType<typeof request>> }[]>`
    select longhaul.request_approval(${r.runId}, ${r.attempt}, ${r.state}, ${r.itemPath}, ${r.visit}, ${r.stage}, ${r.title},
      ${r.role}, ${jsonb(tx, r.form)}, ${jsonb(tx, r.details)}, ${r.deadline}::text::timestamptz, ${r.token}) as answer`,
  ).answer;
}

/** Enters the default (null: there is none) of an approval that nobody has decided in time. As dispatcher. */
export async function expire(
  tx: Tx,
  params: ApprovalKey & { readonly default: Json },
): Promise<Decided | RunIsOver> {
  const { runId, attempt, state, itemPath, visit } = params;
  return one(
    await tx<{ answer: Decided | RunIsOver }[]>`
    select longhaul.expire_approval(${runId}, ${attempt}, ${state}, ${itemPath}, ${visit}, ${jsonb(tx, params.default)})
      as answer`,
  ).answer;
}

/**
 * Enters the caller's decision. Of several at the same moment the first counts.
 *
 * @throws DatabaseRefusal ORGANISATION_NOT_FOUND, FORBIDDEN, APPROVAL_NOT_FOUND, APPROVAL_DECIDED, APPROVAL_EXPIRED,
 *   RUN_ENDED, INPUT_TOO_LARGE.
 */
export async function decide(
  tx: Tx,
  params: { organisationId: string; approvalId: string; decision: Json },
): Promise<ApprovalAnswer> {
  const { organisationId, approvalId, decision } = params;
  return one(
    await tx<{ answer: ApprovalAnswer }[]>`
    select longhaul.decide_approval(${organisationId}, ${approvalId}, ${jsonb(tx, decision)}) as answer`,
  ).answer;
}

/** A decision that Step Functions is still to be told; null where it was. As dispatcher. */
export async function undelivered(
  tx: Tx,
  params: { approvalId: string },
): Promise<{ token: string; answer: ApprovalAnswer } | null> {
  const [row] = await tx<{ token: string; answer: ApprovalAnswer }[]>`
    select token, answer from longhaul.undelivered_decision(${params.approvalId})`;
  return row ?? null;
}

/** Notes that the token was answered, or can no longer be; `repair` goes into the run's log. As dispatcher. */
export async function delivered(
  tx: Tx,
  params: { approvalId: string; token: string; repair: string | null },
): Promise<void> {
  await tx`select longhaul.approval_resolved(${params.approvalId}, ${params.token}, ${params.repair})`;
}

/** Decisions that were not told for `olderThanSeconds`; each is handed out once per such while. As dispatcher. */
export async function stale(
  tx: Tx,
  params: { olderThanSeconds: number; limit: number },
): Promise<readonly string[]> {
  const rows = await tx<{ id: string }[]>`
    select id from longhaul.unresolved_approvals(${params.olderThanSeconds}, ${params.limit}) id`;
  return rows.map(({ id }) => id);
}

function selected(tx: Tx) {
  return tx`
    select a.id, a.organisation_id as "organisationId", a.run_id as "runId", r.workflow, r.name as "runName", a.state,
      a.item_path as "itemPath", a.visit, a.title, a.role, a.form, a.details, a.status, a.decision,
      case when a.decided_by is not null then
        jsonb_build_object('id', a.decided_by, 'name', coalesce(p.display_name, 'Former member')) end as "decidedBy",
      a.decided_at as "decidedAt", a.deadline, a.created_at as "createdAt"
    from longhaul.approvals a
    join longhaul.runs r on r.id = a.run_id
    left join longhaul.profiles p on p.user_id = a.decided_by`;
}

/** As caller. */
export async function get(
  tx: Tx,
  params: { organisationId: string; approvalId: string },
): Promise<Approval | null> {
  const [row] = await tx<Approval[]>`
    ${selected(tx)} where a.organisation_id = ${params.organisationId} and a.id = ${params.approvalId}`;
  return row ?? null;
}

/** Those of one run, in the order in which they were asked. As caller. */
export async function ofRun(tx: Tx, params: { organisationId: string; runId: string }): Promise<Approval[]> {
  return await tx<Approval[]>`
    ${selected(tx)} where a.organisation_id = ${params.organisationId} and a.run_id = ${params.runId}
    order by a.created_at, a.id`;
}

export interface ListApprovals {
  readonly organisationId: string;
  /** Default: all of them. */
  readonly status?: Approval["status"] | undefined;
  /** Continue after this one, as `next` of the page before gave it. */
  readonly before?: { readonly createdAt: string; readonly id: string } | null | undefined;
  readonly limit: number;
}

export interface ApprovalPage {
  readonly approvals: Approval[];
  readonly next: { readonly createdAt: string; readonly id: string } | null;
}

/** Newest first. As caller. */
export async function list(tx: Tx, params: ListApprovals): Promise<ApprovalPage> {
  const { organisationId, status, before, limit } = params;
  const rows = await tx<(Approval & { cursorAt: string })[]>`
    select listed.*, c.created_at::text as "cursorAt"
    from (${selected(tx)}
      where a.organisation_id = ${organisationId} ${status ? tx`and a.status = ${status}` : tx``}
        ${before ? tx`and (a.created_at, a.id) < (${before.createdAt}::text::timestamptz, ${before.id})` : tx``}
      order by a.created_at desc, a.id desc limit ${limit + 1}) listed
    join longhaul.approvals c on c.id = listed.id
    order by c.created_at desc, c.id desc`;
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    approvals: page.map(({ cursorAt: _, ...approval }) => approval),
    next: rows.length > limit && last ? { createdAt: last.cursorAt, id: last.id } : null,
  };
}
