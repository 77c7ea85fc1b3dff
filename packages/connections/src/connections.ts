import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { adsApi, type AdsApi } from "./amazon/ads-api.js";
import { loginWithAmazon, type LoginWithAmazon } from "./amazon/login.js";
import { secretKeyRings } from "./sealing/key-ring.js";
import { createSealing, type Sealing } from "./sealing/seal.js";
import type { ConnectionSettings } from "./settings.js";
import type { ConnectionStore } from "./store.js";
import { type AccessTokens, createAccessTokens } from "./tokens.js";

/** What a process does with connections; the keys are read when the first one is used. */
export interface Connections {
  readonly sealing: Sealing;
  readonly login: LoginWithAmazon;
  /** By the rights of whoever the store is bound to. */
  accessTokens(store: ConnectionStore): AccessTokens;
  ads(tokens: AccessTokens): AdsApi;
}

/** Seals and opens by the keys of a secret in Secrets Manager; they are read when the first one is needed. */
export function secretSealing(secrets: Pick<SecretsManagerClient, "send">, keysSecret: string): Sealing {
  return createSealing(secretKeyRings(secrets, keysSecret));
}

export function createConnections(
  settings: ConnectionSettings,
  secrets: Pick<SecretsManagerClient, "send">,
): Connections {
  const rings = secretKeyRings(secrets, settings.keysSecret);
  const sealing = createSealing(rings);
  const login = loginWithAmazon(settings, rings);
  return {
    sealing,
    login,
    accessTokens: (store) => createAccessTokens({ store, sealing, login }),
    ads: (tokens) => adsApi(settings, tokens),
  };
}
