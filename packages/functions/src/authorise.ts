import { TokenError, type Verifier } from "@longhaul/auth";
import { z } from "zod";

/** What the authorizer reads of API Gateway's request (HTTP API, payload format 2.0). */
const requestSchema = z.object({
  type: z.literal("REQUEST"),
  headers: z.record(z.string(), z.string()).default({}),
});

/** API Gateway's simple response. `context` goes into the access log. */
export type Authorisation =
  | { isAuthorized: false }
  | { isAuthorized: true; context: { userId: string; organisationId: string } };

/** Why somebody was not let in; for the log, never with the token. */
export type Refusal = "NO_TOKEN" | "NO_ORGANISATION" | "MALFORMED_REQUEST" | TokenError["code"] | "FAILED";

const denied = { isAuthorized: false } as const;

/**
 * Whether a request may go on to the API: its bearer token is genuine, valid now and names an organisation. Whoever is not
 * known to be allowed is refused, whatever went wrong. What a caller may do there, the API decides by the membership.
 *
 * @param refused hears why.
 */
export async function authorise(
  verifier: Verifier,
  event: unknown,
  refused: (why: Refusal) => void = () => {},
): Promise<Authorisation> {
  const request = requestSchema.safeParse(event);
  if (!request.success) {
    refused("MALFORMED_REQUEST");
    return denied;
  }
  const token = /^Bearer ([^\s,]+)$/i.exec(headerOf(request.data.headers, "authorization"))?.[1];
  if (token === undefined) {
    refused("NO_TOKEN");
    return denied;
  }
  try {
    const { sub, org_id: organisationId } = await verifier.verify(token);
    if (organisationId !== null) return { isAuthorized: true, context: { userId: sub, organisationId } };
    refused("NO_ORGANISATION");
  } catch (error) {
    refused(error instanceof TokenError ? error.code : "FAILED");
  }
  return denied;
}

/** Names of headers come in lower case; one that came twice has its values with commas between them. */
function headerOf(headers: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(headers, name) ? (headers[name] ?? "") : "";
}
