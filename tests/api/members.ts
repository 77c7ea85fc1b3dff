import type { Role } from "@longhaul/kit";
import type { TestSupabase } from "@longhaul/local/testing";
import type postgres from "postgres";

export interface Member {
  id: string;
  email: string;
  password: string;
  organisationId: string;
  role: Role;
  token: string;
}

export type Organisation = Record<Role, Member> & { id: string };

/** An organisation made by a sign-up, with a member in each role, each signed in. */
export async function moveIn(
  admin: postgres.Sql,
  supabase: TestSupabase,
  name: string,
): Promise<Organisation> {
  const founder = await supabase.signUp({ data: { name: `${name}-owner`, organisation: name } });
  const [row] = await admin<{ organisation_id: string }[]>`
    select organisation_id from longhaul.memberships where user_id = ${founder.id}`;
  const organisationId = row!.organisation_id;
  const join = async (role: Role): Promise<Member> => {
    const { id, email, password } = await supabase.signUp({ data: { name: `${name}-${role}` } });
    await admin`delete from longhaul.organisations using longhaul.memberships m
      where m.organisation_id = organisations.id and m.user_id = ${id}`;
    await admin`insert into longhaul.memberships (organisation_id, user_id, role) values (${organisationId}, ${id}, ${role})`;
    const member = { id, email, password, organisationId, role, token: "" };
    return { ...member, token: await signIn(supabase, member) };
  };
  return {
    id: organisationId,
    owner: { ...founder, organisationId, role: "owner", token: founder.accessToken },
    admin: await join("admin"),
    operator: await join("operator"),
    viewer: await join("viewer"),
  };
}

/** @returns a new access token. */
export async function signIn(
  { url, anonKey }: TestSupabase,
  { email, password }: Pick<Member, "email" | "password">,
): Promise<string> {
  const answer = await fetch(`${url}/auth/v1/token?grant_type=password`, {
    method: "POST",
    headers: { apikey: anonKey, "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  const { access_token } = (await answer.json()) as { access_token?: string };
  if (!access_token) throw new Error(`sign-in of ${email} failed: ${answer.status}`);
  return access_token;
}
