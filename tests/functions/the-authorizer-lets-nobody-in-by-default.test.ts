import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

const sub = "6f0c7a1e-3f0f-4b7a-9c6b-0a4f5f0f7a10";
const organisation = "0d5a4c1f-9b21-4f2f-8e7d-1c7c3e9a5518";
const denied = { isAuthorized: false };

let server: Server;
let url: string;
let published: JWK[] = [];
let fetches = 0;
let status = 200;
let current: { publicKey: CryptoKey; privateKey: CryptoKey };
let handler: (event: unknown) => Promise<unknown>;

beforeAll(async () => {
  server = createServer((request, response) => {
    fetches += 1;
    response.writeHead(request.url === "/auth/v1/.well-known/jwks.json" ? status : 404);
    response.end(JSON.stringify({ keys: published }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

beforeEach(async () => {
  current = await generateKeyPair("ES256", { extractable: true });
  published = [await publicJwk(current.publicKey, "key-1")];
  fetches = 0;
  status = 200;
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.stubEnv("SUPABASE_URL", url);
  vi.stubEnv("LOG_LEVEL", "silent");
  // A new instance: its keys are not those of the test before.
  vi.resetModules();
  ({ handler } = await import("@longhaul/functions/authorizer"));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

async function publicJwk(key: CryptoKey, kid: string): Promise<JWK> {
  return { ...(await exportJWK(key)), kid, alg: "ES256", use: "sig" };
}

const claims = { email: "ada@example.com", role: "authenticated", org_id: organisation, org_role: "viewer" };

interface Draft {
  claims?: Record<string, unknown>;
  issuer?: string;
  audience?: string;
  expires?: number;
  kid?: string;
  alg?: string;
  key?: CryptoKey | Uint8Array;
}

const now = () => Math.floor(Date.now() / 1000);

function token(draft: Draft = {}): Promise<string> {
  return new SignJWT({ ...claims, ...draft.claims })
    .setProtectedHeader({ alg: draft.alg ?? "ES256", kid: draft.kid ?? "key-1" })
    .setSubject(sub)
    .setIssuer(draft.issuer ?? `${url}/auth/v1`)
    .setAudience(draft.audience ?? "authenticated")
    .setIssuedAt()
    .setExpirationTime(draft.expires ?? now() + 3600)
    .sign(draft.key ?? current.privateKey);
}

/** A request as an HTTP API hands it to its authorizer, payload format 2.0. */
const request = (authorization?: string) => ({
  version: "2.0",
  type: "REQUEST",
  routeArn: "arn:aws:execute-api:us-east-1:000000000000:abc/$default/GET/api/jobs",
  identitySource: authorization === undefined ? [] : [authorization],
  routeKey: "ANY /api/{proxy+}",
  rawPath: "/api/jobs",
  rawQueryString: "",
  headers: { accept: "*/*", ...(authorization !== undefined && { authorization }) },
  requestContext: { http: { method: "GET", path: "/api/jobs" } },
});
const ask = (text: string) => handler(request(`Bearer ${text}`));

describe("is let in", () => {
  test("a good token, of which the access log is told person and organisation only", async () => {
    expect(await ask(await token())).toEqual({
      isAuthorized: true,
      context: { userId: sub, organisationId: organisation },
    });
  });

  test("each after it without asking for the keys again", async () => {
    for (let count = 0; count < 5; count += 1)
      expect(await ask(await token())).toMatchObject({ isAuthorized: true });
    expect(fetches).toBe(1);
  });

  test("a token of a new key, once the issuer publishes it, and none of the old one then", async () => {
    const old = await token();
    expect(await ask(old)).toMatchObject({ isAuthorized: true });
    const next = await generateKeyPair("ES256", { extractable: true });
    published = [await publicJwk(next.publicKey, "key-2")];
    vi.setSystemTime(Date.now() + 31_000);
    expect(await ask(await token({ kid: "key-2", key: next.privateKey }))).toMatchObject({
      isAuthorized: true,
    });
    expect(await ask(old)).toEqual(denied);
  });
});

describe("is not let in", () => {
  const attacks: Record<string, () => Promise<string>> = {
    "a token that has ended": () => token({ expires: now() - 1 }),
    "a token of another issuer": () => token({ issuer: "https://other.example/auth/v1" }),
    "a token for another audience": () => token({ audience: "anon" }),
    "a token without a signature": async () =>
      new UnsecuredJWT(claims)
        .setSubject(sub)
        .setIssuer(`${url}/auth/v1`)
        .setAudience("authenticated")
        .setExpirationTime("1h")
        .encode(),
    "a token signed with the public key as a secret, as PEM": async () =>
      token({ alg: "HS256", key: new TextEncoder().encode(await exportSPKI(current.publicKey)) }),
    "a token signed with the public key as a secret, as JWK": async () =>
      token({ alg: "HS256", key: new TextEncoder().encode(JSON.stringify(published[0])) }),
    "a token of a stranger's key that calls itself ours": async () =>
      token({ key: (await generateKeyPair("ES256")).privateKey }),
    "a token of a key that is not published": async () =>
      token({ kid: "key-9", key: (await generateKeyPair("ES256")).privateKey }),
    "a token whose claims were changed": async () => {
      const [head, , signature] = (await token()).split(".");
      const other = Buffer.from(JSON.stringify({ ...claims, sub, exp: now() + 60 })).toString("base64url");
      return `${head}.${other}.${signature}`;
    },
    "a key of a service, which is no person": () => token({ claims: { role: "service_role" } }),
    "a person without an organisation": () => token({ claims: { org_id: null } }),
    "a token that is cut off": async () => (await token()).slice(0, -10),
    "no token at all, but a word": async () => "undefined",
    "a token that is longer than any": async () => "e".repeat(20_000),
  };

  test.each(Object.keys(attacks))("%s", async (name) => {
    expect(await ask(await token())).toMatchObject({ isAuthorized: true });
    expect(await ask(await attacks[name]!())).toEqual(denied);
  });

  test.each(["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Token x", "Bearer a b"])(
    "header %j",
    async (header) => {
      expect(await handler(request(header))).toEqual(denied);
    },
  );

  test("a good token beside another one", async () => {
    const good = await token();
    expect(await handler(request(`Bearer ${good},Bearer ${good}`))).toEqual(denied);
  });

  test("a request without the header, or with the token elsewhere", async () => {
    expect(await handler(request())).toEqual(denied);
    const inQuery = { ...request(), rawQueryString: `access_token=${await token()}` };
    expect(await handler(inQuery)).toEqual(denied);
  });

  test.each([
    undefined,
    null,
    "x",
    {},
    { type: "TOKEN", authorizationToken: "x" },
    { type: "REQUEST", headers: 7 },
  ])("an event that is none: %j", async (event) => {
    expect(await handler(event)).toEqual(denied);
  });

  test("anybody while the keys cannot be fetched, and the next one after that", async () => {
    status = 500;
    expect(await ask(await token())).toEqual(denied);
    status = 200;
    expect(await ask(await token())).toMatchObject({ isAuthorized: true });
  });
});
