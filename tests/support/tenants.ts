import { randomUUID } from "node:crypto";
import type { Role } from "@longhaul/kit";
import type postgres from "postgres";

export interface Person {
  readonly userId: string;
  readonly email: string;
  /** As Auth puts them into a token. */
  readonly claims: Record<string, unknown>;
}

export interface Tenant {
  readonly organisationId: string;
  readonly people: Readonly<Record<Role, Person>>;
}

async function signUp(admin: postgres.Sql, name: string): Promise<Person> {
  const userId = randomUUID();
  const email = `${name}-${userId.slice(0, 8)}@example.test`;
  await admin`insert into auth.users (id, email, raw_user_meta_data) values (${userId}, ${email}, ${admin.json({ name })})`;
  return { userId, email, claims: { sub: userId, role: "authenticated" } };
}

/** An organisation with one person in each role, made the way sign-up makes it. */
export async function createTenant(admin: postgres.Sql, name: string): Promise<Tenant> {
  const owner = await signUp(admin, `${name}-owner`);
  const [membership] = await admin<{ organisation_id: string }[]>`
    select organisation_id from longhaul.memberships where user_id = ${owner.userId}`;
  const organisationId = membership!.organisation_id;
  const join = async (role: Role) => {
    const person = await signUp(admin, `${name}-${role}`);
    // Sign-up made an organisation of their own, which they give up for this one.
    await admin`delete from longhaul.organisations using longhaul.memberships m
      where m.organisation_id = organisations.id and m.user_id = ${person.userId}`;
    await admin`insert into longhaul.memberships (organisation_id, user_id, role)
      values (${organisationId}, ${person.userId}, ${role})`;
    return person;
  };
  return {
    organisationId,
    people: {
      owner,
      admin: await join("admin"),
      operator: await join("operator"),
      viewer: await join("viewer"),
    },
  };
}
