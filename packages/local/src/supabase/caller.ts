import type { JWTPayload } from "jose";
import type postgres from "postgres";

/** On whose behalf a service works: the database role and the claims of the token that was sent. */
export interface Caller {
  role: "anon" | "authenticated" | "service_role";
  claims: JWTPayload;
}

/** The caller that verified claims stand for; null when they name no role a client may have. */
export function callerOf(claims: JWTPayload): Caller | null {
  const { role } = claims;
  if (role !== "anon" && role !== "authenticated" && role !== "service_role") return null;
  return { role, claims };
}

/** Turns the rest of the transaction into the caller's: their role, and their claims for auth.uid() and auth.jwt(). */
export async function becomeCaller(tx: postgres.TransactionSql, caller: Caller): Promise<void> {
  await tx`
    select set_config('request.jwt.claims', ${JSON.stringify(caller.claims)}, true),
           set_config('request.jwt.claim.sub', ${caller.claims.sub ?? ""}, true),
           set_config('request.jwt.claim.role', ${caller.role}, true),
           set_config('role', ${caller.role}, true)`;
}

/** Ends the caller's part of the transaction: what follows runs as the service again. */
export async function becomeService(tx: postgres.TransactionSql): Promise<void> {
  await tx`reset role`;
}
