import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from "jose";

/** Signs and verifies the tokens of one data folder. The same ES256 key signs sessions, API keys and storage URLs. */
export interface Keys {
  anonKey: string;
  serviceRoleKey: string;
  /** The public half, as /auth/v1/.well-known/jwks.json serves it. */
  jwks: { keys: JWK[] };
  /** Signs claims as they are; `iat` and `exp` are the caller's to set. */
  sign(claims: JWTPayload): Promise<string>;
  /** @throws a jose error when the signature is not ours or the token has expired */
  verify(token: string): Promise<JWTPayload>;
}

interface KeyFile {
  privateKey: JWK;
  anonKey: string;
  serviceRoleKey: string;
}

const tenYears = 10 * 365 * 24 * 3600;

/** Opens the keys kept in `folder`, making them on first use. */
export async function openKeys(folder: string): Promise<Keys> {
  const path = join(folder, "keys.json");
  const file = existsSync(path)
    ? (JSON.parse(readFileSync(path, "utf8")) as KeyFile)
    : await makeKeys(folder, path);
  const { d: _secret, ...rest } = file.privateKey;
  const publicKey: JWK = { ...rest, alg: "ES256", use: "sig", key_ops: ["verify"], ext: true };
  const verifier = await importJWK(publicKey, "ES256");
  const sign = await signer(file.privateKey);
  return {
    anonKey: file.anonKey,
    serviceRoleKey: file.serviceRoleKey,
    jwks: { keys: [publicKey] },
    sign,
    async verify(token) {
      const { payload } = await jwtVerify(token, verifier, { algorithms: ["ES256"] });
      return payload;
    },
  };
}

async function makeKeys(folder: string, path: string): Promise<KeyFile> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk: JWK = { ...(await exportJWK(privateKey)), kid: crypto.randomUUID() };
  const sign = await signer(jwk);
  const iat = Math.floor(Date.now() / 1000);
  const apiKey = (role: string) => sign({ iss: "supabase", ref: "local", role, iat, exp: iat + tenYears });
  const file = {
    privateKey: jwk,
    anonKey: await apiKey("anon"),
    serviceRoleKey: await apiKey("service_role"),
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(file, null, 2), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return file;
}

async function signer(jwk: JWK): Promise<(claims: JWTPayload) => Promise<string>> {
  const key = await importJWK(jwk, "ES256");
  const header = { alg: "ES256", typ: "JWT", ...(jwk.kid ? { kid: jwk.kid } : {}) };
  return (claims) => new SignJWT(claims).setProtectedHeader(header).sign(key);
}
