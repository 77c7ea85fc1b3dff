import type { JWTPayload } from "jose";
import { callerOf } from "../supabase/caller.js";
import type { Logger } from "../log.js";
import {
  apiKeyOf,
  BodyNotJson,
  BodyTooLarge,
  bearer,
  type Exchange,
  isUnstorable,
  readJson,
  type Service,
  sendJson,
} from "../supabase/http.js";
import { admin } from "./admin.js";
import { AuthError, sendAuthError } from "./errors.js";
import {
  checkEmail,
  checkPassword,
  parse,
  passwordBody,
  refreshBody,
  signUpBody,
  updateBody,
} from "./requests.js";
import { beginSession, endSessions, refreshSession, refuseBanned, type SessionContext } from "./sessions.js";
import { emailTaken, insertUser, type UserRow, userById, userByPassword, userView } from "./users.js";

export interface AuthContext extends SessionContext {
  logger: Logger;
}

type Handler = (context: AuthContext, exchange: Exchange) => Promise<void>;

const open: Record<string, Handler> = {
  "GET /.well-known/jwks.json": async ({ keys }, { res }) => sendJson(res, 200, keys.jwks),
  "GET /health": async (_, { res }) =>
    sendJson(res, 200, { version: "local", name: "GoTrue", description: "Auth stand-in of the local cloud" }),
};

const keyed: Record<string, Handler> = {
  "GET /settings": settings,
  "POST /signup": signUp,
  "POST /token": token,
  "POST /logout": logout,
  "GET /user": async (context, exchange) => {
    const { user } = await signedIn(context, exchange);
    sendJson(exchange.res, 200, userView(user));
  },
  "PUT /user": updateUser,
};

/** The Auth service (the GoTrue protocol of /auth/v1) over schema auth of the database. */
export function authService(context: AuthContext): Service {
  return async (exchange) => {
    try {
      await route(context, exchange);
    } catch (thrown) {
      const error = asAuthError(thrown);
      if (error.status >= 500) {
        context.logger.error("Auth failed", {
          path: exchange.path,
          error: error.message,
          cause: error.extra.cause ?? thrown,
        });
      }
      const { cause: _kept, ...extra } = error.extra;
      const version = exchange.req.headers["x-supabase-api-version"];
      sendAuthError(
        exchange.res,
        new AuthError(error.status, error.code, error.message, extra),
        version as string | undefined,
      );
    }
  };
}

async function route(context: AuthContext, exchange: Exchange): Promise<void> {
  const name = `${exchange.method} ${exchange.path.replace(/\/$/, "")}`;
  const free = open[name];
  if (free) return free(context, exchange);
  if (!(await checkApiKey(context, exchange))) return;
  const handler = keyed[name] ?? (exchange.path.startsWith("/admin/users") ? admin : undefined);
  if (!handler) {
    const what = exchange.query.has("provider") ? `${name}?provider=${exchange.query.get("provider")}` : name;
    throw new AuthError(404, "not_implemented", `The local Auth does not implement ${what}`);
  }
  await handler(context, exchange);
}

function asAuthError(thrown: unknown): AuthError {
  if (thrown instanceof AuthError) return thrown;
  if (thrown instanceof BodyNotJson) {
    return new AuthError(400, "bad_json", `Could not parse request body as JSON: ${thrown.message}`);
  }
  if (thrown instanceof BodyTooLarge) return new AuthError(413, "validation_failed", thrown.message);
  if (isUnstorable(thrown)) {
    return new AuthError(400, "validation_failed", "The request has characters that cannot be stored");
  }
  return new AuthError(500, "unexpected_failure", "Internal Server Error", { cause: thrown });
}

/** The check that the gateway of a hosted project makes before Auth sees a request. */
async function checkApiKey({ keys }: AuthContext, { req, res, query }: Exchange): Promise<boolean> {
  const key = apiKeyOf(req, query) ?? bearer(req);
  if (key === null) {
    sendJson(res, 401, {
      message: "No API key found in request",
      hint: "No `apikey` request header or url param was found.",
    });
    return false;
  }
  const claims = await keys.verify(key).catch(() => null);
  if (claims !== null && callerOf(claims) !== null) return true;
  sendJson(res, 401, {
    message: "Invalid API key",
    hint: "Double check your Supabase `anon` or `service_role` API key.",
  });
  return false;
}

async function settings({ config }: AuthContext, { res }: Exchange): Promise<void> {
  sendJson(res, 200, {
    external: { email: true, phone: false, anonymous_users: false },
    disable_signup: !config.enableSignup,
    mailer_autoconfirm: true,
    phone_autoconfirm: false,
    sms_provider: "",
    saml_enabled: false,
  });
}

async function signUp(context: AuthContext, { req, res }: Exchange): Promise<void> {
  const { sql, config } = context;
  const body = parse(signUpBody, await readJson(req));
  if (!config.enableSignup)
    throw new AuthError(422, "signup_disabled", "Signups not allowed for this instance");
  if (body.phone) throw new AuthError(400, "phone_provider_disabled", "Phone signups are disabled");
  if (!body.email && !body.password) {
    throw new AuthError(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled");
  }
  if (!body.password) throw new AuthError(400, "validation_failed", "Signup requires a valid password");
  checkEmail(body.email ?? "");
  checkPassword(body.password, config.minimumPasswordLength);
  const { email = "", password, data } = body;
  const session = await sql.begin(async (tx) => {
    const [taken] = await tx`select from auth.users where email = ${email.toLowerCase()} and not is_sso_user`;
    if (taken) throw emailTaken();
    const user = await insertUser(tx, { email, password, userMetadata: data ?? {} });
    return beginSession(context, tx, user.id, req.headers["user-agent"]);
  });
  sendJson(res, 200, session);
}

async function token(context: AuthContext, { req, res, query }: Exchange): Promise<void> {
  const grant = query.get("grant_type");
  if (grant === "refresh_token") {
    const { refresh_token: refreshToken } = parse(refreshBody, await readJson(req));
    if (!refreshToken) throw new AuthError(400, "validation_failed", "refresh_token required");
    return sendJson(res, 200, await refreshSession(context, refreshToken));
  }
  if (grant !== "password") {
    throw new AuthError(400, "not_implemented", `The local Auth does not implement grant_type=${grant}`);
  }
  const { email, phone, password } = parse(passwordBody, await readJson(req));
  if (phone) throw new AuthError(422, "phone_provider_disabled", "Phone logins are disabled");
  if (!email) throw new AuthError(400, "validation_failed", "missing email or phone");
  const user = await userByPassword(context.sql, email, password ?? "");
  if (!user) throw new AuthError(400, "invalid_credentials", "Invalid login credentials");
  refuseBanned(user);
  const session = await context.sql.begin((tx) =>
    beginSession(context, tx, user.id, req.headers["user-agent"]),
  );
  sendJson(res, 200, session);
}

async function logout(context: AuthContext, exchange: Exchange): Promise<void> {
  const scope = exchange.query.get("scope") ?? "global";
  if (scope !== "global" && scope !== "local" && scope !== "others") {
    throw new AuthError(400, "validation_failed", `Unsupported logout scope "${scope}"`);
  }
  const { user, sessionId } = await signedIn(context, exchange);
  await endSessions(context.sql, user.id, sessionId, scope);
  exchange.res.writeHead(204).end();
}

async function updateUser(context: AuthContext, exchange: Exchange): Promise<void> {
  const { sql, config } = context;
  const { user, sessionId } = await signedIn(context, exchange);
  const body = parse(updateBody, await readJson(exchange.req));
  if ((body.email && body.email.toLowerCase() !== user.email) || body.phone) {
    throw new AuthError(
      422,
      "not_implemented",
      "The local Auth does not implement changing email or phone (PUT /user)",
    );
  }
  await sql.begin(async (tx) => {
    if (body.password !== undefined) {
      checkPassword(body.password, config.minimumPasswordLength);
      if (await userByPassword(tx, user.email ?? "", body.password)) {
        throw new AuthError(422, "same_password", "New password should be different from the old password.");
      }
      await tx`
        update auth.users set encrypted_password = extensions.crypt(${body.password}, extensions.gen_salt('bf', 10)),
          updated_at = now() where id = ${user.id}`;
      await endSessions(tx, user.id, sessionId, "others");
    }
    if (body.data) {
      // A null takes the key away.
      const removed = Object.keys(body.data).filter((key) => body.data?.[key] === null);
      await tx`
        update auth.users set updated_at = now(), raw_user_meta_data =
          (coalesce(raw_user_meta_data, '{}') || ${tx.json(body.data as never)}) - ${removed}::text[] where id = ${user.id}`;
    }
  });
  sendJson(exchange.res, 200, userView((await userById(sql, user.id)) as UserRow));
}

/** The user and session of the bearer token, both of which must still exist. */
async function signedIn(
  { sql, keys }: AuthContext,
  { req }: Exchange,
): Promise<{ user: UserRow; sessionId: string }> {
  const text = bearer(req);
  if (text === null)
    throw new AuthError(401, "no_authorization", "This endpoint requires a valid Bearer token");
  const claims: JWTPayload = await keys.verify(text).catch((error: Error) => {
    throw new AuthError(403, "bad_jwt", `invalid JWT: unable to parse or verify signature, ${error.message}`);
  });
  if (!claims.sub) throw new AuthError(403, "bad_jwt", "invalid claim: missing sub claim");
  const user = await userById(sql, claims.sub);
  if (!user) throw new AuthError(403, "user_not_found", "User from sub claim in JWT does not exist");
  const sessionId = typeof claims.session_id === "string" ? claims.session_id : "";
  const [session] =
    await sql`select from auth.sessions where id::text = ${sessionId} and user_id = ${user.id}`;
  if (!session)
    throw new AuthError(403, "session_not_found", "Session from session_id claim in JWT does not exist");
  return { user, sessionId };
}
