import { readFileSync } from "node:fs";

/** What the stand-ins take from supabase/config.toml, the file of the Supabase CLI. */
export interface SupabaseConfig {
  jwtExpirySeconds: number;
  refreshTokenReuseSeconds: number;
  minimumPasswordLength: number;
  enableSignup: boolean;
  /** Largest upload where the bucket sets no limit, in bytes. */
  fileSizeLimit: number;
  /** The function of the custom access token hook, or null. */
  accessTokenHook: { schema: string; name: string; uri: string } | null;
}

type Value = string | number | boolean;

/** Reads `file`. Keys that are not there have the CLI's defaults. */
export function readConfig(file: string): SupabaseConfig {
  const values = parseToml(readFileSync(file, "utf8"));
  const get = <T extends Value>(key: string, fallback: T): T =>
    (values.get(key) as T | undefined) ?? fallback;
  const hook = "auth.hook.custom_access_token";
  return {
    jwtExpirySeconds: get("auth.jwt_expiry", 3600),
    refreshTokenReuseSeconds: get("auth.refresh_token_reuse_interval", 10),
    minimumPasswordLength: get("auth.minimum_password_length", 6),
    enableSignup: get("auth.enable_signup", true) && get("auth.email.enable_signup", true),
    fileSizeLimit: parseSize(get("storage.file_size_limit", "50MiB")),
    accessTokenHook: get(`${hook}.enabled`, false) ? parseHook(get(`${hook}.uri`, "")) : null,
  };
}

/** The part of TOML that this file uses: sections, and one string, number or boolean a line. Other lines are passed over. */
export function parseToml(text: string): Map<string, Value> {
  const values = new Map<string, Value>();
  let section = "";
  for (const line of text.split("\n")) {
    const heading = /^\s*\[([^[\]]+)\]\s*(?:#.*)?$/.exec(line);
    if (heading) section = `${heading[1]?.trim()}.`;
    const pair = /^\s*([\w-]+)\s*=\s*(?:"([^"]*)"|(true|false)|(-?[\d_]+))\s*(?:#.*)?$/.exec(line);
    if (!pair) continue;
    const [, key, text, truth, number] = pair;
    values.set(section + key, text ?? (truth ? truth === "true" : Number(number?.replaceAll("_", ""))));
  }
  return values;
}

/** "50MiB", "1GB" or a plain number of bytes; as for the CLI, a K, M or G is 1024 times its predecessor. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$/i.exec(text.trim());
  if (!match) throw new Error(`file_size_limit "${text}" in config.toml is not a size like "50MiB"`);
  const power = ["", "K", "M", "G", "T"].indexOf((match[2] ?? "").toUpperCase());
  return Math.floor(Number(match[1]) * 1024 ** power);
}

function parseHook(uri: string): { schema: string; name: string; uri: string } {
  const match = /^pg-functions:\/\/[^/]+\/([^/]+)\/([^/]+)$/.exec(uri);
  if (!match)
    throw new Error(`Hook "${uri}" in config.toml is not like "pg-functions://postgres/schema/function"`);
  return { schema: match[1] as string, name: match[2] as string, uri };
}
