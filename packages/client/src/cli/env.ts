import { z } from "zod";
import { UsageError } from "./usage.js";

/** A variable that is set to nothing is as good as one that is not set. */
const given = z
  .string()
  .optional()
  .transform((value) => value || undefined);

const schema = z.object({
  /** Where the API answers. */
  LONGHAUL_URL: given,
  /** A Supabase access token. */
  LONGHAUL_TOKEN: given,
  /** Signs in where there is no token. */
  LONGHAUL_EMAIL: given,
  LONGHAUL_PASSWORD: given,
});

const defaultUrl = "http://127.0.0.1:3000";

/** What the command asks and as whom; --url and --token win over the environment. @throws UsageError */
export function readCliEnvironment(values: { url?: string | undefined; token?: string | undefined }) {
  const env = schema.parse(process.env);
  const url = values.url ?? env.LONGHAUL_URL ?? defaultUrl;
  if (!URL.canParse(url) || !/^https?:/.test(new URL(url).protocol)) {
    const name = values.url === undefined ? "LONGHAUL_URL" : "--url";
    throw new UsageError(`${name} takes an address like ${defaultUrl}, not "${url}".`);
  }
  return {
    url,
    token: values.token ?? env.LONGHAUL_TOKEN,
    email: env.LONGHAUL_EMAIL,
    password: env.LONGHAUL_PASSWORD,
  };
}
