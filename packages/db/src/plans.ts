import type { Tx } from "./database.js";

/** What an organisation has agreed on. */
export type Plan = "free" | "team" | "business";

/** Null for an organisation that the caller does not belong to. */
export async function get(tx: Tx, params: { organisationId: string }): Promise<Plan | null> {
  const [row] = await tx<{ plan: Plan }[]>`
    select plan from longhaul.organisations where id = ${params.organisationId}`;
  return row?.plan ?? null;
}

/** Of several organisations, for the dispatcher. */
export async function ofAll(tx: Tx, organisationIds: readonly string[]): Promise<ReadonlyMap<string, Plan>> {
  const rows = await tx<{ id: string; plan: Plan }[]>`
    select id, plan from longhaul.organisations where id = any (${[...new Set(organisationIds)]}::uuid[])`;
  return new Map(rows.map(({ id, plan }) => [id, plan]));
}
