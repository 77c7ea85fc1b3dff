import type { RunStatus } from "@longhaul/kit";
import type { Tx } from "./database.js";

/** A run of the workflow campaign, as the list shows it. */
export interface ListedCampaign {
  readonly runId: string;
  readonly name: string;
  readonly status: RunStatus;
  readonly goal: string;
  readonly channels: readonly string[];
  readonly segments: number;
  readonly recipients: number;
  readonly sendAt: string | null;
  readonly sent: number;
  readonly failed: number;
  /** A person is asked to approve its drafts. */
  readonly waitsForApproval: boolean;
  /** Null until it has ended. */
  readonly outcome: "sent" | "rejected" | null;
  readonly createdAt: string;
}

/** Newest first, 100 at most. As caller. */
export async function list(tx: Tx, params: { organisationId: string }): Promise<ListedCampaign[]> {
  return await tx<ListedCampaign[]>`
    select r.id as "runId", r.name, r.status, r.input ->> 'goal' as goal,
      coalesce(r.input -> 'channels', '[]') as channels,
      jsonb_array_length(coalesce(r.input -> 'segments', '[]')) as segments,
      jsonb_array_length(coalesce(r.input -> 'recipients', '[]')) as recipients,
      r.input ->> 'sendAt' as "sendAt", r.created_at as "createdAt", r.output ->> 'outcome' as outcome,
      exists (select from longhaul.approvals a where a.run_id = r.id and a.status = 'open') as "waitsForApproval",
      m.sent, m.failed
    from longhaul.runs r
    cross join lateral (
      select count(*) filter (where state = 'sent')::integer as sent, count(*) filter (where state = 'failed')::integer as failed
      from longhaul.campaign_messages where run_id = r.id) m
    where r.organisation_id = ${params.organisationId} and r.workflow = 'campaign'
    order by r.created_at desc, r.id desc limit 100`;
}
