import { createHash, randomBytes } from "node:crypto";
import { json, type Reply } from "../../aws/reply.js";
import { localAccount, localClientId } from "../account.js";
import { consentPage, errorPage } from "./pages.js";
import type { Grants } from "./grants.js";

interface Request {
  readonly redirectUri: string;
  readonly state: string | null;
  readonly challenge: string;
  readonly until: number;
}

/** How long a consent page, and a code, is good for. */
const minutes = (count: number) => count * 60_000;
const uncached = { "cache-control": "no-store" };

/**
 * A stand-in for Login with Amazon: a page on which a person consents, codes that are used once within five minutes by
 * who knows the verifier of their challenge, and tokens. Redirects go to this machine's own pages only, on any port
 * (RFC 8252, section 7.3). Source: Login with Amazon's authorisation code grant.
 */
export class LoginService {
  readonly #grants: Grants;
  readonly #pages = new Map<string, Request>();
  readonly #codes = new Map<string, Request>();

  constructor(grants: Grants) {
    this.#grants = grants;
  }

  /** GET /ap/oa */
  authorise(query: URLSearchParams): Reply {
    const redirectUri = query.get("redirect_uri") ?? "";
    if (query.get("client_id") !== localClientId) return errorPage("The client is not known.");
    if (!isAllowed(redirectUri)) return errorPage("This address to return to is not on the client's list.");
    const state = query.get("state");
    const refuse = (error: string) => redirect(redirectUri, { error, state });
    if (query.get("response_type") !== "code") return refuse("unsupported_response_type");
    if (!(query.get("scope") ?? "").split(" ").includes("advertising::campaign_management"))
      return refuse("invalid_scope");
    const challenge = query.get("code_challenge") ?? "";
    if (query.get("code_challenge_method") !== "S256" || !/^[\w-]{43}$/.test(challenge))
      return refuse("invalid_request");
    sweep(this.#pages);
    const page = randomBytes(24).toString("base64url");
    this.#pages.set(page, { redirectUri, state, challenge, until: Date.now() + minutes(30) });
    return consentPage(page, localAccount.name, new URL(redirectUri));
  }

  /** POST /ap/oa/consent: what the person has clicked. */
  decide(form: URLSearchParams): Reply {
    const page = form.get("page") ?? "";
    const request = this.#pages.get(page);
    this.#pages.delete(page);
    if (!request || request.until < Date.now())
      return errorPage("This page has run out. Go back and begin again.");
    const { redirectUri, state } = request;
    if (form.get("decision") !== "allow") return redirect(redirectUri, { error: "access_denied", state });
    sweep(this.#codes);
    const code = `AN${randomBytes(24).toString("base64url")}`;
    this.#codes.set(code, { ...request, until: Date.now() + minutes(5) });
    return redirect(redirectUri, { code, scope: "advertising::campaign_management", state });
  }

  /** POST /auth/o2/token */
  async token(form: URLSearchParams): Promise<Reply> {
    if (form.get("client_id") !== localClientId)
      return refusal("invalid_client", "The client is not known.", 401);
    switch (form.get("grant_type")) {
      case "authorization_code": {
        const code = form.get("code") ?? "";
        const request = this.#codes.get(code);
        this.#codes.delete(code);
        const challenge = createHash("sha256")
          .update(form.get("code_verifier") ?? "")
          .digest("base64url");
        const good =
          request !== undefined &&
          request.until > Date.now() &&
          request.redirectUri === form.get("redirect_uri") &&
          request.challenge === challenge;
        if (!good)
          return refusal("invalid_grant", "The code is not valid, was used, or belongs to somebody else.");
        return json(await this.#grants.create(), 200, uncached);
      }
      case "refresh_token": {
        const tokens = await this.#grants.refresh(form.get("refresh_token") ?? "");
        return tokens
          ? json(tokens, 200, uncached)
          : refusal("invalid_grant", "The refresh token is not valid.");
      }
      default:
        return refusal("unsupported_grant_type", "Only authorization_code and refresh_token are known.");
    }
  }

  /** POST /auth/o2/revoke (RFC 7009). */
  async revoke(form: URLSearchParams): Promise<Reply> {
    await this.#grants.revoke(form.get("token") ?? "");
    return json({}, 200, uncached);
  }
}

function refusal(error: string, description: string, status = 400): Reply {
  return json({ error, error_description: description }, status, uncached);
}

function redirect(redirectUri: string, parameters: Record<string, string | null>): Reply {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(parameters))
    if (value !== null) url.searchParams.set(name, value);
  return {
    status: 303,
    headers: { location: url.href, ...uncached, "referrer-policy": "no-referrer" },
    body: "",
  };
}

function isAllowed(redirectUri: string): boolean {
  if (!URL.canParse(redirectUri)) return false;
  const { protocol, hostname, pathname, search, hash, username } = new URL(redirectUri);
  const own = hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
  return (
    protocol === "http:" &&
    own &&
    pathname === "/connections/callback" &&
    `${search}${hash}${username}` === ""
  );
}

function sweep(requests: Map<string, Request>): void {
  const now = Date.now();
  for (const [key, { until }] of requests) if (until < now || requests.size > 1_000) requests.delete(key);
}
