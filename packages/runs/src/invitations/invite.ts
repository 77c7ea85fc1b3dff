import { asCaller, type Invitation, type InvitedRole, members } from "@longhaul/db";
import type { Caller, RunsDependencies } from "../dependencies.js";

export interface InvitationRequest {
  readonly email: string;
  readonly role: InvitedRole;
  /** Where the person joins, which they are mailed; null mails nothing. */
  readonly link: string | null;
}

/**
 * Invites an address, or invites it anew, and has it mailed in the same transaction. Gives the open invitations.
 *
 * @throws DatabaseRefusal ORGANISATION_NOT_FOUND, FORBIDDEN, INPUT_INVALID, MEMBER_ALREADY, TOO_MANY_INVITATIONS, TOO_MANY_MAILS
 */
export async function inviteMember(
  { db, invitationBell, logger }: Pick<RunsDependencies, "db" | "invitationBell" | "logger">,
  caller: Caller,
  { email, role, link }: InvitationRequest,
): Promise<Invitation[]> {
  const { organisationId } = caller;
  const open = await asCaller(db, caller, async (tx) => {
    await members.invite(tx, { organisationId, email, role });
    await members.mail(tx, { organisationId, email, link });
    return members.invitations(tx, { organisationId });
  });
  if (link !== null) {
    try {
      await invitationBell?.ring();
    } catch (error) {
      // The clock finds it within a minute.
      logger.warn({ err: error }, "the sender of invitations could not be told");
    }
  }
  return open;
}
