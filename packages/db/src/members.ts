import type { Role } from "@longhaul/kit";
import type { Tx } from "./database.js";

/** A person of an organisation. `email` is null for those who may not write to them; `since` is ISO 8601. */
export interface OrganisationMember {
  readonly userId: string;
  readonly name: string;
  readonly email: string | null;
  readonly role: Role;
  readonly since: string;
}

/** Owners first. @throws DatabaseRefusal ORGANISATION_NOT_FOUND */
export async function list(tx: Tx, params: { organisationId: string }): Promise<OrganisationMember[]> {
  const [row] = await tx<{ members: OrganisationMember[] | null }[]>`
    select longhaul.members(${params.organisationId}) as members`;
  return row?.members ?? [];
}

/** @throws DatabaseRefusal ORGANISATION_NOT_FOUND, FORBIDDEN, MEMBER_NOT_FOUND, LAST_OWNER. */
export async function setRole(
  tx: Tx,
  params: { organisationId: string; userId: string; role: Role },
): Promise<void> {
  await tx`select longhaul.set_member_role(${params.organisationId}, ${params.userId}, ${params.role})`;
}

/** Anybody may remove themselves. @throws DatabaseRefusal as {@link setRole}. */
export async function remove(tx: Tx, params: { organisationId: string; userId: string }): Promise<void> {
  await tx`select longhaul.remove_member(${params.organisationId}, ${params.userId})`;
}
