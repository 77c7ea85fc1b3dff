import { bearer, type Exchange, readJson, sendJson } from "../supabase/http.js";
import { AuthError } from "./errors.js";
import { adminUserBody, checkEmail, checkPassword, parse } from "./requests.js";
import type { AuthContext } from "./service.js";
import { emailTaken, insertUser, listUsers, type UserRow, userById, userView } from "./users.js";

/** /admin/users, for the service role: create, list, get and delete. */
export async function admin(context: AuthContext, exchange: Exchange): Promise<void> {
  const claims = await context.keys.verify(bearer(exchange.req) ?? "").catch(() => null);
  if (claims?.role !== "service_role") throw new AuthError(403, "not_admin", "User not allowed");
  const [, id] = /^\/admin\/users\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.exec(exchange.path) ?? [];
  const name = `${exchange.method} ${id ? "/admin/users/:id" : exchange.path}`;
  switch (name) {
    case "GET /admin/users":
      return list(context, exchange);
    case "POST /admin/users":
      return create(context, exchange);
    case "GET /admin/users/:id":
      return sendJson(exchange.res, 200, userView(await existing(context, id as string)));
    case "DELETE /admin/users/:id":
      await existing(context, id as string);
      await context.sql`delete from auth.users where id = ${id as string}`;
      return sendJson(exchange.res, 200, {});
    default:
      throw new AuthError(404, "not_implemented", `The local Auth does not implement ${name}`);
  }
}

async function existing({ sql }: AuthContext, id: string): Promise<UserRow> {
  const user = await userById(sql, id);
  if (!user) throw new AuthError(404, "user_not_found", "User not found");
  return user;
}

async function list({ sql }: AuthContext, { res, query }: Exchange): Promise<void> {
  const whole = (name: string, fallback: number) => {
    const value = Number(query.get(name) || fallback);
    if (!Number.isInteger(value) || value < 1)
      throw new AuthError(400, "validation_failed", `Bad Pagination Parameters: ${name}`);
    return value;
  };
  const perPage = Math.min(whole("per_page", 50), 1000);
  const { rows, total } = await listUsers(sql, perPage, (whole("page", 1) - 1) * perPage);
  res.setHeader("x-total-count", String(total));
  sendJson(res, 200, { users: rows.map(userView), aud: "authenticated" });
}

async function create({ sql, config }: AuthContext, { req, res }: Exchange): Promise<void> {
  const body = parse(adminUserBody, await readJson(req));
  const { email = "", password = "" } = body;
  checkEmail(email);
  checkPassword(password, config.minimumPasswordLength);
  const user = await sql.begin(async (tx) => {
    const [taken] = await tx`select from auth.users where email = ${email.toLowerCase()} and not is_sso_user`;
    if (taken)
      throw new AuthError(422, "email_exists", "A user with this email address has already been registered");
    return insertUser(tx, {
      email,
      password,
      userMetadata: body.user_metadata ?? {},
      appMetadata: body.app_metadata ?? {},
    }).catch((error: unknown) => {
      const same = error instanceof AuthError && error.code === emailTaken().code;
      throw same
        ? new AuthError(422, "email_exists", "A user with this email address has already been registered")
        : error;
    });
  });
  sendJson(res, 200, userView(user));
}
