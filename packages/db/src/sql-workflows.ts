import type { Json, RunError, RunStatus } from "@longhaul/kit";
import type { Tx } from "./database.js";
import { jsonb } from "./json.js";
import { one } from "./one.js";

/** A query that an organisation keeps, without its text. */
export interface SqlWorkflowCard {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly instanceId: string | null;
  readonly instanceName: string | null;
  readonly createdBy: { readonly id: string; readonly name: string } | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly version: number;
  /** Its newest run, if it has one. */
  readonly lastRun: { readonly id: string; readonly status: RunStatus; readonly createdAt: string } | null;
}

export interface SqlWorkflow extends SqlWorkflowCard {
  readonly sql: string;
  /** As the template's rules have parsed it. */
  readonly parameterSchema: Json;
  readonly savedValues: Readonly<Record<string, Json>>;
  readonly timeWindow: { readonly start: string; readonly end: string } | null;
  readonly templateId: string | null;
}

/** What of a SQL workflow is written; what is left out stays, in a new one it is empty. */
export interface SqlWorkflowFields {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly instanceId?: string | null | undefined;
  readonly sql?: string | undefined;
  readonly parameterSchema?: unknown;
  readonly savedValues?: Readonly<Record<string, unknown>> | undefined;
  readonly timeWindow?: { readonly start: string; readonly end: string } | null | undefined;
  /** Of a new one: what it was begun from. */
  readonly templateId?: string | undefined;
}

/** A run of a SQL workflow, as its history shows it. */
export interface Execution {
  readonly runId: string;
  readonly status: RunStatus;
  readonly error: RunError | null;
  /** AMC's own id, as soon as AMC has taken the query. */
  readonly amcExecutionId: string | null;
  readonly rows: number | null;
  readonly artifactId: string | null;
  readonly timeWindow: { readonly start: string; readonly end: string } | null;
  readonly parameters: Readonly<Record<string, Json>>;
  readonly createdBy: { readonly id: string; readonly name: string } | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

interface Position {
  readonly createdAt: string;
  readonly id: string;
}

interface Of {
  readonly organisationId: string;
}

interface Named extends Of {
  readonly id: string;
}

const person = (tx: Tx) =>
  tx`case when p.user_id is not null then json_build_object('id', p.user_id, 'name', p.display_name) end`;

function cardColumns(tx: Tx) {
  return tx`
    w.id, w.name, w.description, w.instance_id as "instanceId", i.name as "instanceName", ${person(tx)} as "createdBy",
    w.created_at as "createdAt", w.updated_at as "updatedAt", w.version,
    (select json_build_object('id', r.id, 'status', r.status, 'createdAt', r.created_at)
      from longhaul.sql_workflow_runs l join longhaul.runs r on r.id = l.run_id
      where l.sql_workflow_id = w.id order by l.created_at desc, l.run_id desc limit 1) as "lastRun"`;
}

/** The last changed first; `search` is a part of name or description. */
export async function list(
  tx: Tx,
  params: Of & { search?: string | undefined; before?: Position | undefined; limit: number },
): Promise<{ sqlWorkflows: SqlWorkflowCard[]; next: Position | null }> {
  const { organisationId, search = "", before, limit } = params;
  const pattern = `%${search.trim().replace(/[\\%_]/g, "\\$&")}%`;
  const rows = await tx<(SqlWorkflowCard & { cursorAt: string })[]>`
    select ${cardColumns(tx)}, w.updated_at::text as "cursorAt"
    from longhaul.sql_workflows w
    left join longhaul.amc_instances i on i.id = w.instance_id
    left join longhaul.profiles p on p.user_id = w.created_by
    where w.organisation_id = ${organisationId} and w.name || ' ' || w.description ilike ${pattern}
      and (${before?.id ?? null}::uuid is null
        or (w.updated_at, w.id) < (${before?.createdAt ?? null}::timestamptz, ${before?.id ?? null}::uuid))
    order by w.updated_at desc, w.id desc limit ${limit + 1}`;
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    sqlWorkflows: page.map(({ cursorAt: _, ...card }) => card),
    next: rows.length > limit && last ? { createdAt: last.cursorAt, id: last.id } : null,
  };
}

/** Null when the organisation has no such query. */
export async function get(tx: Tx, { organisationId, id }: Named): Promise<SqlWorkflow | null> {
  const [row] = await tx<SqlWorkflow[]>`
    select ${cardColumns(tx)}, w.sql, w.parameter_schema as "parameterSchema", w.saved_values as "savedValues",
      w.time_window as "timeWindow", w.template_id as "templateId"
    from longhaul.sql_workflows w
    left join longhaul.amc_instances i on i.id = w.instance_id
    left join longhaul.profiles p on p.user_id = w.created_by
    where w.organisation_id = ${organisationId} and w.id = ${id}`;
  return row ?? null;
}

/** @throws DatabaseRefusal FORBIDDEN, INSTANCE_NOT_FOUND, QUERY_TEMPLATE_NOT_FOUND, TOO_MANY_QUERIES */
export async function create(
  tx: Tx,
  { organisationId, ...fields }: Of & SqlWorkflowFields,
): Promise<{ id: string; version: number }> {
  return one(
    await tx<{ id: string; version: number }[]>`
    select id, version from longhaul.save_sql_workflow(${organisationId}, null, null, ${jsonb(tx, fields)})`,
  );
}

/** @throws DatabaseRefusal FORBIDDEN, INSTANCE_NOT_FOUND, SQL_WORKFLOW_NOT_FOUND, SQL_WORKFLOW_CHANGED (another version) */
export async function update(
  tx: Tx,
  { organisationId, id, version, ...fields }: Named & { version: number } & SqlWorkflowFields,
): Promise<{ id: string; version: number }> {
  return one(
    await tx<{ id: string; version: number }[]>`
    select id, version from longhaul.save_sql_workflow(${organisationId}, ${id}, ${version}, ${jsonb(tx, fields)})`,
  );
}

/** Keeps how the form was left. @throws DatabaseRefusal FORBIDDEN, SQL_WORKFLOW_NOT_FOUND */
export async function saveValues(
  tx: Tx,
  params: Named & Required<Pick<SqlWorkflowFields, "savedValues" | "timeWindow">>,
): Promise<void> {
  const { organisationId, id, savedValues, timeWindow } = params;
  await tx`
    select longhaul.save_sql_workflow_values(
      ${organisationId}, ${id}, ${jsonb(tx, savedValues)}, ${jsonb(tx, timeWindow ?? null)})`;
}

/** @throws DatabaseRefusal FORBIDDEN, SQL_WORKFLOW_NOT_FOUND */
export async function remove(tx: Tx, { organisationId, id }: Named): Promise<void> {
  await tx`select longhaul.delete_sql_workflow(${organisationId}, ${id})`;
}

/** A query's runs, the newest first; those that are in one of `statuses`, where these are given. */
export async function executions(
  tx: Tx,
  params: Named & {
    statuses?: readonly RunStatus[] | undefined;
    before?: Position | undefined;
    limit: number;
  },
): Promise<{ executions: Execution[]; next: Position | null }> {
  const { organisationId, id, statuses, before, limit } = params;
  const rows = await tx<(Execution & { cursorAt: string })[]>`
    select r.id as "runId", r.status, r.error,
      coalesce(r.output ->> 'amcExecutionId', (
        select s.output ->> 'executionId' from longhaul.run_steps s
        where s.run_id = r.id and s.step = 'Submit' and s.status = 'succeeded' limit 1)) as "amcExecutionId",
      (r.output -> 'rows')::bigint as rows, r.output ->> 'artifactId' as "artifactId",
      r.input -> 'timeWindow' as "timeWindow", coalesce(r.input -> 'parameters', '{}') as parameters,
      ${person(tx)} as "createdBy", r.created_at as "createdAt", r.started_at as "startedAt",
      r.finished_at as "finishedAt", l.created_at::text as "cursorAt"
    from longhaul.sql_workflow_runs l
    join longhaul.runs r on r.id = l.run_id and r.organisation_id = l.organisation_id
    left join longhaul.profiles p on p.user_id = r.created_by
    where l.organisation_id = ${organisationId} and l.sql_workflow_id = ${id}
      and (${statuses ? [...statuses] : null}::text[] is null or r.status = any (${[...(statuses ?? [])]}::text[]))
      and (${before?.id ?? null}::uuid is null
        or (l.created_at, l.run_id) < (${before?.createdAt ?? null}::timestamptz, ${before?.id ?? null}::uuid))
    order by l.created_at desc, l.run_id desc limit ${limit + 1}`;
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    executions: page.map(({ cursorAt: _, ...execution }) => execution),
    next: rows.length > limit && last ? { createdAt: last.cursorAt, id: last.runId } : null,
  };
}
