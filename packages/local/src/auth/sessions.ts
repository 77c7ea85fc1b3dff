import { randomBytes } from "node:crypto";
import type { JWTPayload } from "jose";
import type postgres from "postgres";
import type { SupabaseConfig } from "../supabase/config.js";
import { AuthError } from "./errors.js";
import type { Keys } from "./keys.js";
import { type UserRow, userById, userView } from "./users.js";

/** What sessions are made with. `issuer` is the Auth service's public URL. */
export interface SessionContext {
  sql: postgres.Sql;
  keys: Keys;
  config: SupabaseConfig;
  issuer: string;
}

interface TokenRow {
  id: string;
  token: string;
  user_id: string;
  revoked: boolean;
  updated_at: Date;
  session_id: string;
  reusable: boolean;
}

/** Begins a session after a password was accepted and answers with its first tokens. */
export async function beginSession(
  context: SessionContext,
  tx: postgres.TransactionSql,
  userId: string,
  userAgent: string | undefined,
): Promise<Record<string, unknown>> {
  const sessionId = crypto.randomUUID();
  await tx`update auth.users set last_sign_in_at = now(), updated_at = now() where id = ${userId}`;
  await tx`
    insert into auth.sessions (id, user_id, created_at, updated_at, aal, user_agent)
    values (${sessionId}, ${userId}, now(), now(), 'aal1', ${userAgent ?? null})`;
  const refreshToken = await insertToken(tx, userId, sessionId, null);
  const user = (await userById(tx, userId)) as UserRow;
  return tokens(context, tx, { user, sessionId, refreshToken, method: "password" });
}

/**
 * Swaps a refresh token for the next one, as hosted does: the parent of the active token may come again (its
 * answer was lost) and gets the active one; any other used token is fine for the reuse interval, and after
 * that means theft, which revokes the whole session family at once (hosted lets its last token live on for the interval).
 */
export async function refreshSession(
  context: SessionContext,
  token: string,
): Promise<Record<string, unknown>> {
  const outcome = await context.sql.begin(async (tx) => {
    const [row] = await tx<TokenRow[]>`
      select t.id, t.token, t.user_id, t.revoked, t.updated_at, t.session_id,
             t.updated_at + ${context.config.refreshTokenReuseSeconds} * interval '1 second' >= clock_timestamp() as reusable
      from auth.refresh_tokens t join auth.sessions s on s.id = t.session_id
      where t.token = ${token} for update of t, s`;
    if (!row)
      throw new AuthError(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found");
    const user = await userById(tx, row.user_id);
    if (!user) throw new AuthError(400, "user_not_found", "Invalid Refresh Token: User Not Found");
    refuseBanned(user);
    const next = await nextToken(tx, row);
    // The revocation has to be committed, so it is not thrown in here.
    if (next === null) return null;
    await tx`update auth.sessions set refreshed_at = now(), updated_at = now() where id = ${row.session_id}`;
    return tokens(context, tx, { user, sessionId: row.session_id, refreshToken: next, method: "password" });
  });
  if (outcome === null) {
    throw new AuthError(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used");
  }
  return outcome;
}

async function nextToken(tx: postgres.TransactionSql, row: TokenRow): Promise<string | null> {
  if (row.revoked) {
    const [active] = await tx<{ token: string; parent: string | null }[]>`
      select token, parent from auth.refresh_tokens where session_id = ${row.session_id} and not revoked
      order by id desc limit 1`;
    if (active?.parent === row.token) return active.token;
    // Without an active token the family was revoked: then no token of it is good any more.
    if (!row.reusable || !active) {
      await tx`update auth.refresh_tokens set revoked = true, updated_at = now() where session_id = ${row.session_id} and not revoked`;
      return null;
    }
  }
  await tx`update auth.refresh_tokens set revoked = true, updated_at = now() where id = ${row.id} and not revoked`;
  return insertToken(tx, row.user_id, row.session_id, row.token);
}

async function insertToken(
  tx: postgres.TransactionSql,
  userId: string,
  sessionId: string,
  parent: string | null,
): Promise<string> {
  const token = randomBytes(16).toString("base64url");
  await tx`
    insert into auth.refresh_tokens (instance_id, token, user_id, revoked, created_at, updated_at, parent, session_id)
    values ('00000000-0000-0000-0000-000000000000', ${token}, ${userId}, false, now(), now(), ${parent}, ${sessionId})`;
  return token;
}

interface Issue {
  user: UserRow;
  sessionId: string;
  refreshToken: string;
  method: string;
}

async function tokens(
  context: SessionContext,
  tx: postgres.TransactionSql,
  issue: Issue,
): Promise<Record<string, unknown>> {
  const iat = Math.floor(Date.now() / 1000);
  const exp = iat + context.config.jwtExpirySeconds;
  const claims = await applyHook(context, tx, issue, {
    iss: context.issuer,
    sub: issue.user.id,
    aud: issue.user.aud,
    exp,
    iat,
    email: issue.user.email ?? "",
    phone: issue.user.phone ?? "",
    app_metadata: issue.user.raw_app_meta_data ?? {},
    user_metadata: issue.user.raw_user_meta_data ?? {},
    role: issue.user.role,
    aal: "aal1",
    amr: [{ method: issue.method, timestamp: iat }],
    session_id: issue.sessionId,
    is_anonymous: issue.user.is_anonymous,
  });
  return {
    access_token: await context.keys.sign(claims),
    token_type: "bearer",
    expires_in: context.config.jwtExpirySeconds,
    expires_at: exp,
    refresh_token: issue.refreshToken,
    user: userView(issue.user),
  };
}

const requiredClaims = [
  "aud",
  "exp",
  "iat",
  "sub",
  "email",
  "phone",
  "role",
  "aal",
  "session_id",
  "is_anonymous",
];

/** The custom access token hook: the project's SQL function gets the claims and returns those to sign. */
async function applyHook(
  { config }: SessionContext,
  tx: postgres.TransactionSql,
  issue: Issue,
  claims: JWTPayload,
): Promise<JWTPayload> {
  const hook = config.accessTokenHook;
  if (hook === null) return claims;
  const event = { user_id: issue.user.id, claims, authentication_method: issue.method };
  let answer: { claims?: JWTPayload; error?: { http_code?: number; message?: string } } | null | undefined;
  try {
    await tx`set local statement_timeout = '2s'`;
    const [row] = await tx<{ answer: typeof answer }[]>`
      select ${tx(hook.schema)}.${tx(hook.name)}(${tx.json(event as never)}) as answer`;
    answer = row?.answer;
  } catch (error) {
    throw new AuthError(500, "unexpected_failure", `Error running hook URI: ${hook.uri}`, {
      cause: String(error),
    });
  }
  if (answer?.error) {
    const { http_code: status = 500, message = "" } = answer.error;
    throw new AuthError(status, "unexpected_failure", message);
  }
  const missing = requiredClaims.filter((name) => answer?.claims?.[name] === undefined);
  if (!answer?.claims || missing.length > 0) {
    throw new AuthError(
      500,
      "unexpected_failure",
      `output claims do not conform to the expected schema: ${missing.join(", ")} missing`,
    );
  }
  return answer.claims;
}

/** @throws AuthError user_banned */
export function refuseBanned(user: UserRow): void {
  if (user.banned_until !== null && user.banned_until > new Date()) {
    throw new AuthError(400, "user_banned", "User is banned");
  }
}

/** Ends sessions of a user: all, this one, or all but this one. Their refresh tokens go with them. */
export async function endSessions(
  sql: postgres.Sql | postgres.TransactionSql,
  userId: string,
  sessionId: string,
  scope: "global" | "local" | "others",
): Promise<void> {
  await sql`
    delete from auth.sessions where user_id = ${userId}
      and (${scope} = 'global' or (${scope} = 'local' and id = ${sessionId}) or (${scope} = 'others' and id <> ${sessionId}))`;
}
