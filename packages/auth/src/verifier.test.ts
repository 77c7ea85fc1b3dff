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
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createVerifier, TokenError, type Verifier } from "./verifier.js";

const sub = "6f0c7a1e-3f0f-4b7a-9c6b-0a4f5f0f7a10";
const organisation = "0d5a4c1f-9b21-4f2f-8e7d-1c7c3e9a5518";
const issuer = "https://project.example/auth/v1";

let server: Server;
let published: JWK[] = [];
let status = 200;
let fetches = 0;
let jwksUrl: string;
let current: { publicKey: CryptoKey; privateKey: CryptoKey };
let verifier: Verifier;

beforeAll(async () => {
  server = createServer((_request, response) => {
    fetches += 1;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify({ keys: published }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

beforeEach(async () => {
  current = await generateKeyPair("ES256", { extractable: true });
  published = [await publicJwk(current.publicKey, "key-1", "ES256")];
  status = 200;
  fetches = 0;
  verifier = createVerifier({ jwksUrl, issuer, cooldownMs: 0 });
});

async function publicJwk(key: CryptoKey, kid: string, alg: string): Promise<JWK> {
  return { ...(await exportJWK(key)), kid, alg, use: "sig" };
}

interface Draft {
  claims?: Record<string, unknown>;
  issuer?: string;
  audience?: string;
  expires?: string | number;
  kid?: string;
  alg?: string;
  key?: CryptoKey | Uint8Array;
}

function token(draft: Draft = {}): Promise<string> {
  return new SignJWT({ email: "ada@example.com", org_id: organisation, org_role: "owner", ...draft.claims })
    .setProtectedHeader({ alg: draft.alg ?? "ES256", kid: draft.kid ?? "key-1" })
    .setSubject(sub)
    .setIssuer(draft.issuer ?? issuer)
    .setAudience(draft.audience ?? "authenticated")
    .setExpirationTime(draft.expires ?? "1h")
    .sign(draft.key ?? current.privateKey);
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(TokenError);
  return (error as TokenError).code;
}

describe("a genuine token", () => {
  it("gives its claims, and keeps those it does not know", async () => {
    const claims = await verifier.verify(await token({ claims: { session_id: "s-1", aal: "aal1" } }));
    expect(claims).toMatchObject({
      sub,
      email: "ada@example.com",
      org_id: organisation,
      org_role: "owner",
      session_id: "s-1",
      aal: "aal1",
    });
    expect(claims.exp).toBeGreaterThan(Date.now() / 1000);
  });

  it("may belong to a person without organisation, e-mail or session", async () => {
    const bare = await token({ claims: { email: "", org_id: undefined, org_role: undefined } });
    expect(await verifier.verify(bare)).toMatchObject({
      email: null,
      org_id: null,
      org_role: null,
      session_id: null,
    });
  });

  it("may be signed with RS256", async () => {
    const rsa = await generateKeyPair("RS256", { extractable: true });
    published.push(await publicJwk(rsa.publicKey, "rsa-1", "RS256"));
    expect(
      await verifier.verify(await token({ alg: "RS256", kid: "rsa-1", key: rsa.privateKey })),
    ).toHaveProperty("sub", sub);
  });

  it("is checked with keys that are fetched once", async () => {
    await verifier.ready();
    for (let count = 0; count < 5; count += 1) await verifier.verify(await token());
    expect(fetches).toBe(1);
  });
});

describe("a refused token", () => {
  it("has expired", async () => {
    expect(await refusal(verifier.verify(await token({ expires: 1_700_000_000 })))).toBe("TOKEN_EXPIRED");
  });

  it.each([
    ["is of another issuer", { issuer: "https://other.example/auth/v1" }],
    ["is for another audience", { audience: "anon" }],
    ["names an organisation that is no id", { claims: { org_id: "'; drop table runs" } }],
    ["is not of a signed-in user", { claims: { role: "service_role" } }],
  ] satisfies [string, Draft][])("%s", async (_, draft) => {
    expect(await refusal(verifier.verify(await token(draft)))).toBe("TOKEN_INVALID");
  });

  it("has no end", async () => {
    const endless = await new SignJWT({})
      .setProtectedHeader({ alg: "ES256", kid: "key-1" })
      .setSubject(sub)
      .setIssuer(issuer)
      .setAudience("authenticated")
      .sign(current.privateKey);
    expect(await refusal(verifier.verify(endless))).toBe("TOKEN_INVALID");
  });

  it("has no signature (alg none)", async () => {
    const unsigned = new UnsecuredJWT({}).setSubject(sub).setIssuer(issuer).setAudience("authenticated");
    expect(await refusal(verifier.verify(unsigned.setExpirationTime("1h").encode()))).toBe("TOKEN_INVALID");
  });

  it("is signed with the public key as if it were a shared secret (HS256)", async () => {
    const secret = new TextEncoder().encode(await exportSPKI(current.publicKey));
    expect(await refusal(verifier.verify(await token({ alg: "HS256", key: secret })))).toBe("TOKEN_INVALID");
  });

  it("is signed with HS256 although the key set publishes such a key", async () => {
    const secret = new TextEncoder().encode("0123456789abcdef0123456789abcdef");
    published.push({ kty: "oct", k: Buffer.from(secret).toString("base64url"), kid: "shared", alg: "HS256" });
    const forged = await token({ alg: "HS256", kid: "shared", key: secret });
    expect(await refusal(verifier.verify(forged))).toBe("TOKEN_INVALID");
  });

  it("is signed by somebody else under a known key id", async () => {
    const stranger = await generateKeyPair("ES256");
    expect(await refusal(verifier.verify(await token({ key: stranger.privateKey })))).toBe("TOKEN_INVALID");
  });

  it.each(["", "a.b.c", "not a token", "a".repeat(100_000)])("is no token: %.12s", async (text) => {
    expect(await refusal(verifier.verify(text))).toBe("TOKEN_INVALID");
  });
});

describe("the key set", () => {
  it("is fetched again when a token names a key that was not there before", async () => {
    await verifier.verify(await token());
    const next = await generateKeyPair("ES256", { extractable: true });
    published = [await publicJwk(next.publicKey, "key-2", "ES256")];
    const rotated = await token({ kid: "key-2", key: next.privateKey });
    expect(await verifier.verify(rotated)).toHaveProperty("sub", sub);
    expect(fetches).toBe(2);
  });

  it("is not fetched again for each token with an invented key id", async () => {
    const patient = createVerifier({ jwksUrl, issuer });
    for (let count = 0; count < 5; count += 1) {
      expect(await refusal(patient.verify(await token({ kid: `invented-${count}` })))).toBe("TOKEN_INVALID");
    }
    expect(fetches).toBe(1);
  });

  it("cannot be fetched: that is no fault of the token", async () => {
    status = 500;
    expect(await refusal(verifier.verify(await token()))).toBe("KEYS_UNAVAILABLE");
    expect(await refusal(verifier.ready())).toBe("KEYS_UNAVAILABLE");
    const nowhere = createVerifier({ jwksUrl: "http://127.0.0.1:1/jwks.json", issuer });
    expect(await refusal(nowhere.verify(await token()))).toBe("KEYS_UNAVAILABLE");
    status = 200;
    expect(await verifier.verify(await token())).toHaveProperty("sub", sub);
  });
});
