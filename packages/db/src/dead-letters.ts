import type { Tx } from "./database.js";
import { one } from "./one.js";

interface OfRun {
  readonly organisationId: string;
  readonly runId: string;
}

/** Why a queue has given a run up, and how often. */
export interface DeadLetter {
  /** What was in the queue. */
  readonly message: { readonly runId: string; readonly attempt: number };
  /** For the engineer: how the message ended. */
  readonly cause: string | null;
  /** How often this run was given up, this time included. */
  readonly times: number;
  /** What stood in its way, the latest first: five at most. */
  readonly reasons: readonly { readonly at: string; readonly reason: string }[];
}

/** Null where the run is none of the organisation's dead letters. */
export async function get(tx: Tx, params: OfRun): Promise<DeadLetter | null> {
  const [row] = await tx<DeadLetter[]>`
    select jsonb_build_object('runId', r.id, 'attempt', r.attempt) as message, r.error ->> 'cause' as cause,
      (select count(*)::integer from longhaul.run_events e
        where e.run_id = r.id and e.type = 'run.failed' and e.data -> 'error' ->> 'code' = 'DEAD_LETTERED') as times,
      (select coalesce(jsonb_agg(jsonb_build_object('at', to_char(w.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'reason', w.data ->> 'reason') order by w.seq desc), '[]')
        from (select e.at, e.seq, e.data from longhaul.run_events e
          where e.run_id = r.id and e.type = 'run.queued' and e.data ->> 'reason' is not null
          order by e.seq desc limit 5) w) as reasons
    from longhaul.runs r
    where r.organisation_id = ${params.organisationId} and r.id = ${params.runId} and r.status = 'failed'
      and r.error ->> 'code' = 'DEAD_LETTERED'`;
  return row ?? null;
}

/**
 * Queues all again that were there at `until`, 500 at a time.
 *
 * @throws DatabaseRefusal FORBIDDEN, ORGANISATION_NOT_FOUND.
 */
export async function requeueAll(
  tx: Tx,
  params: { organisationId: string; until: string },
): Promise<{ requeued: number }> {
  return one(
    await tx<{ requeued: number }[]>`
    select longhaul.requeue_runs(${params.organisationId}, ${params.until}) as requeued`,
  );
}

/**
 * Takes one out for good; its run stays failed. For admins.
 *
 * @throws DatabaseRefusal RUN_NOT_DEAD_LETTERED, FORBIDDEN, ORGANISATION_NOT_FOUND.
 */
export async function drop(tx: Tx, params: OfRun): Promise<void> {
  await tx`select longhaul.drop_dead_letter(${params.organisationId}, ${params.runId})`;
}
