import { asCaller, type Invitation, type InvitedRole, members } from "@longhaul/db";
import type { Caller, RunsDependencies } from "../dependencies.js";

export interface InvitationRequest {
  readonly email: string;
  readonly role: InvitedRole;
  /** Where the person joins, which they are mailed; null mails nothing. */
  readonly link: string | null;
}

type InvitationDependencies = Pick<RunsDependencies, "db" | "invitationBell" | "logger">;

/**
 * Invites an address, or invites it anew, and has it mailed in the same transaction. Gives the open invitations.
 *
 * @throws DatabaseRefusal ORGANISATION_NOT_FOUND, FORBIDDEN, INPUT_INVALID, MEMBER_ALREADY, TOO_MANY_INVITATIONS, TOO_MANY_MAILS
 */
export async function inviteMember(
  deps: InvitationDependencies,
  caller: Caller,
  { email, role, link }: InvitationRequest,
): Promise<Invitation[]> {
  const { organisationId } = caller;
  const open = await asCaller(deps.db, caller, async (tx) => {
    await members.invite(tx, { organisationId, email, role });
    await members.mail(tx, { organisationId, email, link });
    return members.invitations(tx, { organisationId });
  });
  if (link !== null) await ring(deps);
  return open;
}

/**
 * Has an open invitation mailed once more, and renews it, as what it is now: who asks may have read it before others have
 * changed it. Gives the open invitations.
 *
 * @throws DatabaseRefusal INVITATION_NOT_FOUND, ORGANISATION_NOT_FOUND, FORBIDDEN, INPUT_INVALID, MEMBER_ALREADY, TOO_MANY_MAILS
 */
export async function mailInvitationAgain(
  deps: InvitationDependencies,
  caller: Caller,
  { email, link }: Omit<InvitationRequest, "role">,
): Promise<Invitation[]> {
  const { organisationId } = caller;
  const open = await asCaller(deps.db, caller, async (tx) => {
    // First what waits for the others: from then on nobody changes it.
    await members.mail(tx, { organisationId, email, link });
    const before = await members.invitations(tx, { organisationId });
    const role = before.find((one) => one.email === email.trim().toLowerCase())?.role;
    if (role !== undefined) await members.invite(tx, { organisationId, email, role });
    return members.invitations(tx, { organisationId });
  });
  if (link !== null) await ring(deps);
  return open;
}

async function ring({ invitationBell, logger }: InvitationDependencies): Promise<void> {
  try {
    await invitationBell?.ring();
  } catch (error) {
    // The clock finds it within a minute.
    logger.warn({ err: error }, "the sender of invitations could not be told");
  }
}
