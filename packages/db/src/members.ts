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
  /** Null where no mail tells of it. */
  readonly mail: InvitationMail | null;
}

/** What became of the mail that tells of an invitation. Moments are ISO 8601. */
export interface InvitationMail {
  readonly status: "waiting" | "sent" | "failed";
  readonly sentAt: string | null;
  /** Of a try that failed: why, for the admin. */
  readonly error: string | null;
  /** After a try that failed. */
  readonly nextTryAt: string | null;
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

/**
 * Has an open invitation mailed, with a link to where the person joins; once more where it was before. Without a link no mail
 * tells of it.
 *
 * @throws DatabaseRefusal ORGANISATION_NOT_FOUND, FORBIDDEN, INVITATION_NOT_FOUND, TOO_MANY_MAILS.
 */
export async function mail(
  tx: Tx,
  params: { organisationId: string; email: string; link: string | null },
): Promise<void> {
  await tx`select longhaul.mail_invitation(${params.organisationId}, ${params.email}, ${params.link})`;
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
