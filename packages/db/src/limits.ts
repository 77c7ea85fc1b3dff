import type { Tx } from "./database.js";
import { one } from "./one.js";

/** How much of an organisation may be under way at once, and how long its ended runs are kept. */
export interface Limits {
  /** Runs at the same time, from admission to their end; those that wait for a person are not counted. */
  readonly maxRunning: number;
  readonly maxRunningPerUser: number;
  readonly retentionDays: number;
}

/** The organisation's limits, the defaults included. For another organisation than the caller's: the defaults. */
export async function get(tx: Tx, params: { organisationId: string }): Promise<Limits> {
  return one(
    await tx<Limits[]>`
    select max_running as "maxRunning", max_running_per_user as "maxRunningPerUser", retention_days as "retentionDays"
    from longhaul.limits_of(${params.organisationId})`,
  );
}

/**
 * Sets what is given and leaves the rest, in one statement: who changes something else at the same moment loses nothing.
 * Runs that are under way stay so; raised limits admit more from the next dispatch on.
 *
 * @returns what holds now.
 * @throws DatabaseRefusal ORGANISATION_NOT_FOUND, FORBIDDEN (admins only), INPUT_INVALID.
 */
export async function update(tx: Tx, params: Partial<Limits> & { organisationId: string }): Promise<Limits> {
  const { organisationId, maxRunning = null, maxRunningPerUser = null, retentionDays = null } = params;
  return one(
    await tx<Limits[]>`
    select max_running as "maxRunning", max_running_per_user as "maxRunningPerUser", retention_days as "retentionDays"
    from longhaul.set_limits(${organisationId}, ${maxRunning}, ${maxRunningPerUser}, ${retentionDays})`,
  );
}
