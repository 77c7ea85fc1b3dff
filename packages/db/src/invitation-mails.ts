import type { InvitedRole } from "./members.js";
import { callWithJson } from "./call.js";
import type { Database, Tx } from "./database.js";
import { jsonText } from "./json.js";
import { one } from "./one.js";

/** A mail that was taken to be sent, with what it has to say. */
export interface TakenMail {
  readonly id: string;
  /** This try included. */
  readonly attempts: number;
  readonly email: string;
  /** Where the person joins. */
  readonly link: string;
  readonly role: InvitedRole;
  /** The organisation's name. */
  readonly organisation: string;
  /** The name of who invites, while they have an account. */
  readonly inviter: string | null;
  readonly expiresAt: string;
}

/** Takes what is due and holds it against other senders. As dispatcher. */
export async function take(tx: Tx, params: { limit: number; holdSeconds: number }): Promise<TakenMail[]> {
  return await tx<TakenMail[]>`
    select id, attempts, email, link, role, organisation, inviter,
      to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "expiresAt"
    from longhaul.take_invitation_mails(${params.limit}, ${params.holdSeconds})`;
}

export interface MailNote {
  readonly id: string;
  /** As it was taken. */
  readonly attempts: number;
  /** The provider's id of what was sent. */
  readonly messageId: string | null;
  /** Null where it was sent. */
  readonly error: string | null;
  /** After an error: null where it is given up. */
  readonly retrySeconds: number | null;
}

/** Notes what became of a try; nothing where another sender has taken it over. */
export async function note(db: Database, params: MailNote): Promise<void> {
  await callWithJson(db, "note_invitation_mail", jsonText(params), "longhaul_dispatcher");
}

/** Deletes what was mailed more than thirty days ago. As dispatcher. */
export async function forget(tx: Tx, params: { limit: number }): Promise<number> {
  return one(await tx<{ gone: number }[]>`select longhaul.forget_invitation_mails(${params.limit}) as gone`)
    .gone;
}
