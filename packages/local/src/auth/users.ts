import type postgres from "postgres";
import { isUnstorable } from "../supabase/http.js";
import { AuthError } from "./errors.js";

type Query = postgres.Sql | postgres.TransactionSql;

/** A row of auth.users with its identities, as the queries here read it. */
export interface UserRow {
  id: string;
  aud: string;
  role: string;
  email: string | null;
  phone: string | null;
  encrypted_password: string | null;
  email_confirmed_at: Date | null;
  confirmed_at: Date | null;
  last_sign_in_at: Date | null;
  raw_app_meta_data: Record<string, unknown> | null;
  raw_user_meta_data: Record<string, unknown> | null;
  created_at: Date;
  updated_at: Date;
  banned_until: Date | null;
  is_anonymous: boolean;
  identities: Record<string, unknown>[];
}

const columns = (sql: Query) => sql`
  u.id, u.aud, u.role, u.email, u.phone, u.encrypted_password, u.email_confirmed_at, u.confirmed_at,
  u.last_sign_in_at, u.raw_app_meta_data, u.raw_user_meta_data, u.created_at, u.updated_at, u.banned_until,
  u.is_anonymous,
  (select coalesce(jsonb_agg(jsonb_build_object(
      'identity_id', i.id, 'id', i.provider_id, 'user_id', i.user_id, 'identity_data', i.identity_data,
      'provider', i.provider, 'last_sign_in_at', i.last_sign_in_at, 'created_at', i.created_at,
      'updated_at', i.updated_at, 'email', i.email) order by i.created_at), '[]')
   from auth.identities i where i.user_id = u.id) as identities`;

export async function userById(sql: Query, id: string): Promise<UserRow | null> {
  const [row] = await sql<UserRow[]>`
    select ${columns(sql)} from auth.users u where u.id = ${id} and u.deleted_at is null`;
  return row ?? null;
}

/** The user of this address whose password is `password`; null says no more than hosted does: one of them is wrong. */
export async function userByPassword(sql: Query, email: string, password: string): Promise<UserRow | null> {
  const [row] = await sql<UserRow[]>`
    select ${columns(sql)} from auth.users u
    where u.email = ${email.toLowerCase()} and not u.is_sso_user and u.deleted_at is null
      and u.encrypted_password = extensions.crypt(${password}, u.encrypted_password)`;
  return row ?? null;
}

export async function listUsers(
  sql: Query,
  limit: number,
  offset: number,
): Promise<{ rows: UserRow[]; total: number }> {
  const rows = await sql<UserRow[]>`
    select ${columns(sql)} from auth.users u where u.deleted_at is null
    order by u.created_at desc, u.id limit ${limit} offset ${offset}`;
  const [count] = await sql<
    { total: number }[]
  >`select count(*)::int as total from auth.users where deleted_at is null`;
  return { rows, total: count?.total ?? 0 };
}

export interface NewUser {
  email: string;
  password: string;
  userMetadata: Record<string, unknown>;
  appMetadata?: Record<string, unknown>;
}

/**
 * Adds a confirmed user with an email identity. Triggers of the project on auth.users run here, and what
 * they raise comes back as hosted says it ("Database error saving new user").
 */
export async function insertUser(tx: postgres.TransactionSql, user: NewUser): Promise<UserRow> {
  const id = crypto.randomUUID();
  const email = user.email.toLowerCase();
  const appMetadata = { ...user.appMetadata, provider: "email", providers: ["email"] };
  const identity = { sub: id, email, email_verified: false, phone_verified: false };
  try {
    await tx`
      insert into auth.users (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
        raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
      values ('00000000-0000-0000-0000-000000000000', ${id}, 'authenticated', 'authenticated', ${email},
        extensions.crypt(${user.password}, extensions.gen_salt('bf', 10)), now(), ${tx.json(appMetadata)},
        ${tx.json({ ...user.userMetadata, ...identity })}, now(), now())`;
    await tx`
      insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
      values (${id}, ${id}, ${tx.json({ ...user.userMetadata, ...identity })}, 'email', now(), now(), now())`;
  } catch (error) {
    const { code, constraint_name: constraint } = error as postgres.PostgresError;
    if (code === "23505" && constraint === "users_email_partial_key") throw emailTaken();
    if (isUnstorable(error)) throw error;
    throw new AuthError(500, "unexpected_failure", "Database error saving new user", {
      cause: String(error),
    });
  }
  return (await userById(tx, id)) as UserRow;
}

export function emailTaken(): AuthError {
  return new AuthError(422, "user_already_exists", "User already registered");
}

/** The user as clients see it. */
export function userView(row: UserRow): Record<string, unknown> {
  return {
    id: row.id,
    aud: row.aud,
    role: row.role,
    email: row.email ?? "",
    email_confirmed_at: row.email_confirmed_at,
    phone: row.phone ?? "",
    confirmed_at: row.confirmed_at,
    last_sign_in_at: row.last_sign_in_at,
    app_metadata: row.raw_app_meta_data ?? {},
    user_metadata: row.raw_user_meta_data ?? {},
    identities: row.identities,
    created_at: row.created_at,
    updated_at: row.updated_at,
    is_anonymous: row.is_anonymous,
  };
}
