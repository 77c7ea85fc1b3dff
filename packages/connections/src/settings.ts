import { z } from "zod";

const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ""));

const named = z
  .string()
  .trim()
  .transform((text) => text || undefined)
  .optional();

/** The variables of a process that uses connections; a schema of its own, for each process reads its own environment. */
export const connectionVariables = z.object({
  /** The secret in Secrets Manager that holds the keys of the connections. */
  CONNECTION_KEYS_SECRET: named,
  /** The client that is registered with Login with Amazon. */
  AMAZON_ADS_CLIENT_ID: named,
  AMAZON_ADS_URL: url.default("https://advertising-api.amazon.com"),
  /** The page on which a person consents. */
  AMAZON_LOGIN_URL: url.default("https://www.amazon.com/ap/oa"),
  AMAZON_TOKEN_URL: url.default("https://api.amazon.com/auth/o2/token"),
  /** Where tokens are given up (RFC 7009); without it a deleted connection's tokens are forgotten only. */
  AMAZON_REVOKE_URL: url.optional(),
});

export interface ConnectionSettings {
  readonly keysSecret: string;
  readonly clientId: string;
  readonly adsUrl: string;
  readonly loginUrl: string;
  readonly tokenUrl: string;
  readonly revokeUrl: string | undefined;
}

/** Null where connections are not set up: the keys or the client have no name. */
export function connectionSettings(
  variables: z.output<typeof connectionVariables>,
): ConnectionSettings | null {
  const { CONNECTION_KEYS_SECRET: keysSecret, AMAZON_ADS_CLIENT_ID: clientId } = variables;
  if (keysSecret === undefined || clientId === undefined) return null;
  return {
    keysSecret,
    clientId,
    adsUrl: variables.AMAZON_ADS_URL,
    loginUrl: variables.AMAZON_LOGIN_URL,
    tokenUrl: variables.AMAZON_TOKEN_URL,
    revokeUrl: variables.AMAZON_REVOKE_URL,
  };
}
