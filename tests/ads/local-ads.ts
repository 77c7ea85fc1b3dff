import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAds } from "@longhaul/local";

/** The stand-in with small tables, and a plain client of it. */
export async function startTestAds() {
  const dataDir = await mkdtemp(join(tmpdir(), "longhaul-ads-"));
  const problems: string[] = [];
  const note = (message: string, fields?: object) =>
    void problems.push(`${message} ${JSON.stringify(fields)}`);
  const open = () =>
    startAds({
      ...{ dataDir, port: 0, host: "127.0.0.1", impressions: 60_000 },
      logger: { info: () => undefined, warn: note, error: note },
    });
  let ads = await open();
  return {
    get url() {
      return ads.url;
    },
    get environment() {
      return ads.environment;
    },
    problems,
    order: (faults: object) => post(`${ads.url}/_longhaul/faults`, faults),
    async restart() {
      await ads.close();
      ads = await open();
    },
    async [Symbol.asyncDispose]() {
      await ads.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
export type TestAds = Awaited<ReturnType<typeof startTestAds>>;

export const callback = "http://127.0.0.1:9/connections/callback";
const challengeOf = (verifier: string) => createHash("sha256").update(verifier).digest("base64url");

function post(url: string, body: object): Promise<Response> {
  return fetch(url, { method: "POST", body: JSON.stringify(body) });
}

function postForm(url: string, form: Record<string, string>): Promise<Response> {
  return fetch(url, { method: "POST", body: new URLSearchParams(form), redirect: "manual" });
}

/** Goes through the consent page as a person does, and gives where it leads. */
export async function consent(authoriseUrl: string, decision: "allow" | "cancel" = "allow"): Promise<URL> {
  const page = await (await fetch(authoriseUrl)).text();
  const id = /name="page" value="([^"]+)"/.exec(page)?.[1] ?? "";
  const answer = await postForm(new URL("/ap/oa/consent", authoriseUrl).href, { page: id, decision });
  return new URL(answer.headers.get("location") ?? "");
}

export function authoriseUrl(
  ads: TestAds,
  over: Record<string, string> = {},
): { url: string; verifier: string } {
  const verifier = randomBytes(32).toString("base64url");
  const query = new URLSearchParams({
    client_id: ads.environment["AMAZON_ADS_CLIENT_ID"] ?? "",
    scope: "advertising::campaign_management",
    response_type: "code",
    redirect_uri: callback,
    state: "the-state",
    code_challenge: challengeOf(verifier),
    code_challenge_method: "S256",
    ...over,
  });
  return { url: `${ads.url}/ap/oa?${query.toString()}`, verifier };
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
  expires_in: number;
}

/** Signs in from beginning to end. */
export async function signIn(ads: TestAds): Promise<Tokens> {
  const { url, verifier } = authoriseUrl(ads);
  const code = (await consent(url)).searchParams.get("code") ?? "";
  const answer = await token(ads, {
    ...{ grant_type: "authorization_code", code, code_verifier: verifier, redirect_uri: callback },
  });
  return (await answer.json()) as Tokens;
}

export function token(ads: TestAds, form: Record<string, string>): Promise<Response> {
  const client_id = ads.environment["AMAZON_ADS_CLIENT_ID"] ?? "";
  return postForm(`${ads.url}/auth/o2/token`, { client_id, ...form });
}
