import type { Json } from "@longhaul/kit";
import type { Tx } from "./database.js";
import { jsonb } from "./json.js";
import { one } from "./one.js";

/** A query to begin from. */
export interface QueryTemplate {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly category: string;
  readonly sql: string;
  readonly parameterSchema: Json;
  readonly visibility: "private" | "public";
  /** How many people have begun from it. */
  readonly usageCount: number;
  readonly forkedFrom: string | null;
  /** Whose it is: the organisation's own, another one's that has published it, or one that comes with the product. */
  readonly owner: "own" | "other" | "house";
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What of a template is written; what is left out stays, in a new one it is empty. */
export interface QueryTemplateFields {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly category?: string | undefined;
  readonly sql?: string | undefined;
  readonly parameterSchema?: unknown;
  readonly visibility?: "private" | "public" | undefined;
}

interface Position {
  readonly usageCount: number;
  readonly id: string;
}

export interface ListQueryTemplates {
  readonly organisationId: string;
  /** Words, or their beginnings, of name, category and description. */
  readonly search?: string | undefined;
  readonly category?: string | undefined;
  /** Only the organisation's own. */
  readonly own?: boolean | undefined;
  readonly before?: Position | undefined;
  readonly limit: number;
}

interface Named {
  readonly organisationId: string;
  readonly id: string;
}

function columns(tx: Tx, organisationId: string) {
  return tx`
    t.id, t.name, t.description, t.category, t.sql, t.parameter_schema as "parameterSchema", t.visibility,
    t.usage_count as "usageCount", t.forked_from as "forkedFrom", t.created_at as "createdAt", t.updated_at as "updatedAt",
    case when t.organisation_id = ${organisationId} then 'own' when t.organisation_id is null then 'house'
      else 'other' end as owner`;
}

/** The most used first: the organisation's own, and those that are public. */
export async function list(
  tx: Tx,
  params: ListQueryTemplates,
): Promise<{ templates: QueryTemplate[]; next: Position | null }> {
  const { organisationId, limit, ...filter } = params;
  const rows = await tx<QueryTemplate[]>`
    select ${columns(tx, organisationId)}
    from longhaul.find_query_templates(${organisationId}, ${jsonb(tx, filter)}, ${limit + 1}) found
    join longhaul.query_templates t on t.id = found.id
    order by found.usage_count desc, t.id desc`;
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    templates: page,
    next: rows.length > limit && last ? { usageCount: last.usageCount, id: last.id } : null,
  };
}

/** Null when there is none, or none that the organisation may read. */
export async function get(tx: Tx, { organisationId, id }: Named): Promise<QueryTemplate | null> {
  const [row] = await tx<QueryTemplate[]>`
    select ${columns(tx, organisationId)} from longhaul.query_templates t
    where t.id = ${id} and (t.visibility = 'public' or t.organisation_id = ${organisationId})`;
  return row ?? null;
}

/** @throws DatabaseRefusal FORBIDDEN (publishing: admins only), TOO_MANY_QUERIES */
export function create(
  tx: Tx,
  { organisationId, ...fields }: { organisationId: string } & QueryTemplateFields,
): Promise<{ id: string }> {
  return save(tx, organisationId, null, fields);
}

/** @throws DatabaseRefusal FORBIDDEN, QUERY_TEMPLATE_NOT_FOUND (not the organisation's own) */
export function update(
  tx: Tx,
  { organisationId, id, ...fields }: Named & QueryTemplateFields,
): Promise<{ id: string }> {
  return save(tx, organisationId, id, fields);
}

async function save(
  tx: Tx,
  organisationId: string,
  id: string | null,
  fields: QueryTemplateFields,
): Promise<{ id: string }> {
  return one(
    await tx<{ id: string }[]>`
    select longhaul.save_query_template(${organisationId}, ${id}, ${jsonb(tx, fields)}) as id`,
  );
}

/** @throws DatabaseRefusal FORBIDDEN, QUERY_TEMPLATE_NOT_FOUND */
export async function remove(tx: Tx, { organisationId, id }: Named): Promise<void> {
  await tx`select longhaul.delete_query_template(${organisationId}, ${id})`;
}

/** Counts that the caller has begun from it, once. @throws DatabaseRefusal FORBIDDEN, QUERY_TEMPLATE_NOT_FOUND */
export async function use(tx: Tx, { organisationId, id }: Named): Promise<void> {
  await tx`select longhaul.use_query_template(${organisationId}, ${id})`;
}

/** A private copy of the organisation's own. @throws DatabaseRefusal FORBIDDEN, QUERY_TEMPLATE_NOT_FOUND, TOO_MANY_QUERIES */
export async function fork(tx: Tx, { organisationId, id }: Named): Promise<{ id: string }> {
  return one(await tx<{ id: string }[]>`select longhaul.fork_query_template(${organisationId}, ${id}) as id`);
}
