import type { Json, RunError } from "@longhaul/kit";
import type { Tx } from "./database.js";
import { one } from "./one.js";

/** How far a version is: what its run says while it goes on, and what was kept of it afterwards. */
export type TwinState = "queued" | "training" | "cancelling" | "ready" | "failed" | "cancelled";

export interface TwinDocument {
  readonly name: string;
  readonly kind: string;
  readonly characters: number;
  /** Why it was left out; null where it was read. */
  readonly refused: string | null;
}

export interface TwinEpoch {
  readonly epoch: number;
  readonly trainPerplexity: number;
  readonly validationPerplexity: number;
  readonly validationMrr: number;
}

export interface TwinVersion {
  readonly version: number;
  readonly state: TwinState;
  readonly active: boolean;
  /** Null when the run was not kept any longer. */
  readonly runId: string | null;
  readonly documents: readonly TwinDocument[];
  readonly epochs: readonly TwinEpoch[];
  readonly persona: Json;
  readonly failure: Pick<RunError, "code" | "message"> | null;
  readonly createdBy: string | null;
  readonly createdAt: string;
  readonly endedAt: string | null;
}

export interface Twin {
  readonly id: string;
  readonly name: string;
  /** The version that answers; null until one is ready. */
  readonly activeVersion: number | null;
  /** The run that deletes it, while it does. */
  readonly removingRunId: string | null;
  readonly createdAt: string;
}

/** A twin as the list shows it, with what its newest version has come to. */
export interface ListedTwin extends Twin {
  readonly state: TwinState;
  readonly version: number;
  readonly documents: number;
  readonly lastEpoch: TwinEpoch | null;
}

/** As caller. Where a run is tried again, what was kept of it counts no longer. */
function versionColumns(tx: Tx) {
  return tx`
    v.version, v.run_id as "runId", v.epochs, v.persona, v.created_at as "createdAt", v.ended_at as "endedAt",
    v.version = t.active_version is true as active, p.display_name as "createdBy",
    (select coalesce(jsonb_agg(d - 'key' order by n), '[]')
      from jsonb_array_elements(v.documents) with ordinality x (d, n)) as documents,
    case
      when v.outcome is distinct from 'ready' and r.finished_at is null and r.status in ('queued', 'cancelling') then r.status
      when v.outcome is distinct from 'ready' and r.id is not null and r.finished_at is null then 'training'
      when v.outcome is not null then v.outcome
      when r.status = 'cancelled' then 'cancelled'
      else 'failed' end as state,
    case when v.outcome is distinct from 'ready' and (r.id is null or r.finished_at is not null) then
      coalesce(v.failure, jsonb_build_object('code', r.error ->> 'code', 'message', r.error ->> 'message')) end as failure`;
}

/** Newest first, 200 at most. As caller. */
export async function list(tx: Tx, params: { organisationId: string }): Promise<ListedTwin[]> {
  return await tx<ListedTwin[]>`
    select t.id, t.name, t.active_version as "activeVersion", t.removing_run as "removingRunId", t.created_at as "createdAt",
      last.state, last.version, jsonb_array_length(last.documents) as documents, last.epochs -> -1 as "lastEpoch"
    from longhaul.twins t
    cross join lateral (
      select ${versionColumns(tx)} from longhaul.twin_versions v
      left join longhaul.runs r on r.id = v.run_id
      left join longhaul.profiles p on p.user_id = v.created_by
      where v.twin_id = t.id order by v.version desc limit 1) last
    where t.organisation_id = ${params.organisationId}
    order by t.created_at desc, t.id desc limit 200`;
}

/** A twin with its versions, the newest first. As caller. */
export async function get(
  tx: Tx,
  params: { organisationId: string; twinId: string },
): Promise<(Twin & { readonly versions: readonly TwinVersion[] }) | null> {
  const { organisationId, twinId } = params;
  const [twin] = await tx<Twin[]>`
    select t.id, t.name, t.active_version as "activeVersion", t.removing_run as "removingRunId", t.created_at as "createdAt"
    from longhaul.twins t where t.organisation_id = ${organisationId} and t.id = ${twinId}`;
  if (!twin) return null;
  const versions = await tx<TwinVersion[]>`
    select ${versionColumns(tx)} from longhaul.twin_versions v
    join longhaul.twins t on t.id = v.twin_id
    left join longhaul.runs r on r.id = v.run_id
    left join longhaul.profiles p on p.user_id = v.created_by
    where v.organisation_id = ${organisationId} and v.twin_id = ${twinId} order by v.version desc limit 100`;
  return { ...twin, versions };
}

/**
 * Gives a run of digital-twin its twin: the next version of `twinId`, or a new twin. As caller.
 *
 * @throws DatabaseRefusal ORGANISATION_NOT_FOUND, FORBIDDEN, RUN_NOT_FOUND, TWIN_NOT_FOUND, TWIN_IN_TRAINING,
 *   TWIN_BEING_REMOVED.
 */
export async function open(
  tx: Tx,
  params: { organisationId: string; runId: string; twinId: string | null; name: string },
): Promise<{ twinId: string; version: number }> {
  const { organisationId, runId, twinId, name } = params;
  return one(
    await tx<{ twinId: string; version: number }[]>`
    select twin_id as "twinId", version from longhaul.open_twin(${organisationId}, ${runId}, ${twinId}, ${name})`,
  );
}

/** The twin that a run of digital-twin makes a version of. As caller. */
export async function ofRun(
  tx: Tx,
  params: { organisationId: string; runId: string },
): Promise<{ twinId: string; version: number } | null> {
  const [row] = await tx<{ twinId: string; version: number }[]>`
    select twin_id as "twinId", version from longhaul.twin_versions
    where organisation_id = ${params.organisationId} and run_id = ${params.runId}`;
  return row ?? null;
}

/** Makes a version answer. As caller. @throws DatabaseRefusal FORBIDDEN, TWIN_NOT_FOUND, VERSION_NOT_READY. */
export async function activate(
  tx: Tx,
  params: { organisationId: string; twinId: string; version: number },
): Promise<void> {
  await tx`select longhaul.activate_twin_version(${params.organisationId}, ${params.twinId}, ${params.version})`;
}

/** Notes the run that deletes the twin. As caller. @throws DatabaseRefusal TWIN_NOT_FOUND, TWIN_BEING_REMOVED. */
export async function openRemoval(
  tx: Tx,
  params: { organisationId: string; runId: string; twinId: string },
): Promise<void> {
  await tx`select longhaul.open_twin_removal(${params.organisationId}, ${params.runId}, ${params.twinId})`;
}
