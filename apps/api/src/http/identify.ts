import { TokenError } from "@longhaul/auth";
import type { Identity, Services } from "../context.js";

/** The token of an Authorization header. */
export function bearerToken(header: string | undefined): string | null {
  return /^Bearer ([^\s]+)$/i.exec(header ?? "")?.[1] ?? null;
}

/** Who a token says is asking. A token that is refused is told apart from none. */
export async function identify(
  { verifier }: Pick<Services, "verifier">,
  token: string | null,
): Promise<Identity> {
  if (!token) return { kind: "anonymous" };
  try {
    return { kind: "verified", claims: await verifier.verify(token), token };
  } catch (error) {
    if (error instanceof TokenError) return { kind: "refused", code: error.code };
    throw error;
  }
}
