import { initTRPC, type TRPCProcedureType } from "@trpc/server";
import type { Claims } from "@longhaul/auth";
import { asCaller, me } from "@longhaul/db";
import { type Role, roleAtLeast } from "@longhaul/kit";
import type { Context, Rates } from "./context.js";
import { ApiError, formatError, toTrpcError } from "./errors.js";

/** How long a live connection may be silent: also tells a proxy that it is alive. */
const pingMs = 15_000;

const t = initTRPC.context<Context>().create({
  isDev: false,
  errorFormatter: formatError,
  sse: {
    ping: { enabled: true, intervalMs: pingMs },
    client: { reconnectAfterInactivityMs: 2 * pingMs },
  },
});

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** Turns whatever the house throws into one coded error, so that no internal message reaches a client. */
const withCodedErrors = t.middleware(async function withCodedErrors({ next }) {
  const result = await next();
  if (!result.ok) throw toTrpcError(result.error);
  return result;
});

const withUser = t.middleware(function withUser({ ctx, type, next }) {
  const { identity } = ctx;
  if (identity.kind === "anonymous") throw new ApiError("SIGNED_OUT");
  if (identity.kind === "refused") throw new ApiError(identity.code);
  const { claims, token } = identity;
  if (claims.exp * 1000 <= ctx.services.clock.now()) throw new ApiError("TOKEN_EXPIRED");
  refuseTooMany(ctx.rates, type, claims.sub);
  return next({ ctx: { user: { userId: claims.sub, claims, token } } });
});

/** Live views are counted apart: after a break they come back all at once. @throws ApiError TOO_MANY_REQUESTS */
function refuseTooMany(rates: Rates | null, type: TRPCProcedureType, userId: string): void {
  const seconds =
    type === "subscription" ? rates?.views.take(userId) : rates?.calls.take(`${type} ${userId}`);
  if (!seconds) return;
  const what = type === "subscription" ? "live views were opened" : "requests";
  const message = `Too many ${what}. Try again in ${seconds} s.`;
  throw new ApiError("TOO_MANY_REQUESTS", { message, retryAfterSeconds: seconds });
}

/** Refuses without any work what one connection asks for beyond its share, so that others do not wait for it. */
const withinShare = t.middleware(async function withinShare({ ctx: { calls }, next }) {
  if (calls.open >= calls.most) throw new ApiError("TOO_MANY_CALLS");
  calls.open += 1;
  try {
    return await next();
  } finally {
    calls.open -= 1;
  }
});

/** Anyone, signed in or not; nothing is offered to them so far. */
const publicProcedure = t.procedure.use(withCodedErrors).use(withinShare);

/** A signed-in person, with or without an organisation. `ctx.user` is who. */
export const protectedProcedure = publicProcedure.use(withUser);

/**
 * A member of the organisation that the token names, with at least the role `needed`. The token's
 * role is only a hint that may be an hour old: the membership is read again.
 */
function memberProcedure(needed: Role) {
  return protectedProcedure.use(async function withMembership({ ctx, next }) {
    const organisationId = organisationOf(ctx.user);
    const role = await membershipOf(ctx, needed);
    return next({ ctx: { caller: { ...ctx.user, organisationId, role } } });
  });
}

type UserContext = Pick<Context, "services"> & { user: { userId: string; claims: Claims } };

/** @returns the caller's role. @throws ApiError NO_ORGANISATION, NOT_A_MEMBER, ROLE_TOO_LOW */
async function membershipOf({ services, user }: UserContext, needed: Role): Promise<Role> {
  const organisationId = organisationOf(user);
  const profile = await asCaller(services.db, user, (tx) => me.get(tx));
  const membership = profile?.organisations.find((organisation) => organisation.id === organisationId);
  if (!membership) throw new ApiError("NOT_A_MEMBER");
  if (!roleAtLeast(membership.role, needed)) throw new ApiError("ROLE_TOO_LOW");
  return membership.role;
}

function organisationOf({ claims }: { claims: Claims }): string {
  if (!claims.org_id) throw new ApiError("NO_ORGANISATION");
  return claims.org_id;
}

/**
 * An operator for whom a function of the database does all, and checks membership and role in the same transaction: to
 * read them before as well would be half of what such a call costs.
 */
export const operatorByDatabase = protectedProcedure.use(async function withOrganisation({ ctx, next }) {
  const { user } = ctx;
  const result = await next({ ctx: { caller: { ...user, organisationId: organisationOf(user) } } });
  // Who may not do this at all is to hear that, whatever else is wrong.
  if (!result.ok) await membershipOf(ctx, "operator");
  return result;
});

/** Any member of the organisation: reads. `ctx.caller` is who, for whom. */
export const orgProcedure = memberProcedure("viewer");

/**
 * The same for live views. What a view reads first tells who is no member any more: to read that before as well was nearly
 * all of what it took Postgres to open one, and thousands come back at once where a process ends.
 */
export const watchProcedure = protectedProcedure.use(function withOrganisation({ ctx, next }) {
  const { user } = ctx;
  return next({ ctx: { caller: { ...user, organisationId: organisationOf(user) } } });
});

/** A member who may also start and cancel runs. */
export const operatorProcedure = memberProcedure("operator");

/** A member who may also set the organisation's limits. */
export const adminProcedure = memberProcedure("admin");
