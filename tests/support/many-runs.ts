import { randomUUID } from "node:crypto";
import { asDispatcher, type Database, dispatch, type Dispatchable } from "@longhaul/db";
import type postgres from "postgres";
import type { Tenant } from "./tenants.js";

export interface ManyRuns {
  readonly count: number;
  readonly userId?: string;
  readonly priority?: string;
}

/** Queues runs as start_runs does, many at once: the queue that they fill is woken, and nobody else is told. */
export async function queueMany(
  admin: postgres.Sql,
  { organisationId, people }: Pick<Tenant, "organisationId" | "people">,
  { count, userId = people.operator.userId, priority = "normal" }: ManyRuns,
): Promise<void> {
  await admin`
    with started as (
      insert into longhaul.runs (organisation_id, workflow, name, priority, status, input, stages, definition_hash,
        correlation_id, created_by, last_seq)
      select ${organisationId}, 'data-import', 'Run ' || n, ${priority}, 'queued', '{}',
        '[{"key": "read", "label": "Reading", "weight": 1, "steps": 1, "fraction": 0, "status": "pending", "message": null}]',
        ${"0".repeat(64)}, ${randomUUID()}, ${userId}, 1
      from generate_series(1, ${count}::integer) n
      returning id, organisation_id, priority
    ), logged as (
      insert into longhaul.run_events (run_id, seq, organisation_id, type, at, attempt)
      select id, 1, organisation_id, 'run.queued', clock_timestamp(), 1 from started
    ), woken as (
      insert into longhaul.queue_wakes (organisation_id, user_id) select ${organisationId}, ${userId} where ${count}::integer > 0
    )
    insert into longhaul.run_attempts (run_id, attempt, organisation_id, user_id, rank, execution_name, execution_input)
    select id, 1, organisation_id, ${userId}, longhaul.priority_rank(priority), id || '-1', '{}' from started`;
}

/** What one dispatcher takes at one moment. */
export function takeNext(db: Database, limit: number): Promise<Dispatchable[]> {
  return asDispatcher(db, (tx) => dispatch.next(tx, { limit, holdSeconds: 30 }));
}

/** Ends a run that was taken, as its execution's end does. */
export async function endRun(db: Database, { runId, attempt }: Dispatchable): Promise<void> {
  const outcome = { status: "failed", error: { code: "TEST", message: "It has ended." } } as const;
  await asDispatcher(db, (tx) => dispatch.close(tx, { runId, attempt, outcome }));
}
