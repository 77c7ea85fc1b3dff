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

/** A word that an admin has given to an address, and whoever it belongs to has not taken yet. */
export interface Invitation {
  readonly email: string;
  readonly role: InvitedRole;
  readonly expiresAt: string;
}

/** Owners are made of members. */
export type InvitedRole = Exclude<Role, "owner">;

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

/**
 * Invites an address, or invites it anew.
 *
 * @throws DatabaseRefusal ORGANISATION_NOT_FOUND, FORBIDDEN, INPUT_INVALID, MEMBER_ALREADY, TOO_MANY_INVITATIONS.
 */
export async function invite(
  tx: Tx,
  params: { organisationId: string; email: string; role: InvitedRole },
): Promise<void> {
  await tx`select longhaul.invite_member(${params.organisationId}, ${params.email}, ${params.role})`;
}

/** Newest first. @throws DatabaseRefusal ORGANISATION_NOT_FOUND, FORBIDDEN. */
export async function invitations(tx: Tx, params: { organisationId: string }): Promise<Invitation[]> {
  const [row] = await tx<{ invitations: Invitation[] }[]>`
    select longhaul.open_invitations(${params.organisationId}) as invitations`;
  return row?.invitations ?? [];
}

/** Nothing happens where there is none. @throws DatabaseRefusal ORGANISATION_NOT_FOUND, FORBIDDEN. */
export async function withdraw(tx: Tx, params: { organisationId: string; email: string }): Promise<void> {
  await tx`select longhaul.withdraw_invitation(${params.organisationId}, ${params.email})`;
}
