import type { Channel, Role } from "@longhaul/kit";
import type { Tx } from "./database.js";

export interface Me {
  readonly userId: string;
  readonly email: string | null;
  readonly name: string;
  readonly notificationChannel: Channel;
  /** E.164. */
  readonly phone: string | null;
  /** ARN of an SNS platform endpoint. */
  readonly pushTarget: string | null;
  readonly organisations: readonly { readonly id: string; readonly name: string; readonly role: Role }[];
  /** Of organisations that would have the caller, whose address is confirmed. */
  readonly invitations: readonly {
    readonly organisation: { readonly id: string; readonly name: string };
    readonly role: Role;
    /** The name of who invited them, while they have an account. */
    readonly by: string | null;
  }[];
}

/** The caller's own profile and memberships; null for a user that was deleted. */
export async function get(tx: Tx): Promise<Me | null> {
  const [row] = await tx<{ me: Me | null }[]>`select longhaul.me() as me`;
  return row?.me ?? null;
}

export type MeUpdate = Pick<Me, "name" | "notificationChannel" | "phone" | "pushTarget">;

export async function update(tx: Tx, me: MeUpdate): Promise<void> {
  await tx`select longhaul.update_me(${me.name}, ${me.notificationChannel}, ${me.phone}, ${me.pushTarget})`;
}

/** Joins, and works for that organisation from the next token on. @throws DatabaseRefusal INVITATION_NOT_FOUND */
export async function accept(tx: Tx, organisationId: string): Promise<void> {
  await tx`select longhaul.accept_invitation(${organisationId})`;
}

/** @throws DatabaseRefusal INVITATION_NOT_FOUND */
export async function decline(tx: Tx, organisationId: string): Promise<void> {
  await tx`select longhaul.decline_invitation(${organisationId})`;
}

/** Which organisation the next tokens name. @throws DatabaseRefusal ORGANISATION_NOT_FOUND */
export async function choose(tx: Tx, organisationId: string): Promise<void> {
  await tx`select longhaul.choose_organisation(${organisationId})`;
}
