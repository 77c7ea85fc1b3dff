import { type Role, roleAtLeast, roles } from "@longhaul/kit";

export interface Actor {
  readonly userId: string;
  readonly role: Role;
}

type Target = Actor;

/**
 * The roles that a member may be given by who looks, strongest first, as the database will have it: owners give every role,
 * admins those below owner to those below owner.
 *
 * @returns none where nothing may be changed.
 */
export function rolesToGive(actor: Actor, target: Target, owners: number): Role[] {
  if (!roleAtLeast(actor.role, "admin")) return [];
  const strongestFirst = roles.toReversed();
  if (actor.role === "owner") return target.role === "owner" && owners === 1 ? [] : strongestFirst;
  return target.role === "owner" ? [] : strongestFirst.filter((role) => role !== "owner");
}

/** Why a member's role or membership stays as it is; null where it may be changed. */
export function whyFixed(actor: Actor, target: Target, owners: number): string | null {
  const self = actor.userId === target.userId;
  if (target.role === "owner" && owners === 1) {
    return self ? "The last owner cannot leave. Make somebody else an owner first." : "The only owner.";
  }
  if (target.role === "owner" && actor.role !== "owner" && !self) return "Only owners change owners.";
  return null;
}

/** Whether who looks may take the member out of the organisation; everybody may leave but its last owner. */
export function mayRemove(actor: Actor, target: Target, owners: number): boolean {
  if (whyFixed(actor, target, owners) !== null) return false;
  return actor.userId === target.userId || roleAtLeast(actor.role, "admin");
}

/** What a role may do, in a few words. */
export const roleMeanings: Record<Role, string> = {
  viewer: "reads everything",
  operator: "also starts, cancels and decides",
  admin: "also manages members and limits",
  owner: "may do everything",
};
