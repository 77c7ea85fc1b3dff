import { randomBytes } from "node:crypto";
import { AwsError } from "@longhaul/stepfunctions";
import type { SecretsManager } from "../secrets-manager/service.js";

/** The secret with the keys that seal the credentials of connections. */
export const connectionKeysSecret = "longhaul/connection-keys";

const keyBytes = 32;

/** Makes the secret, once: `{ current: <key id>, keys: { <key id>: <base64url> } }`, as whoever deploys makes it on AWS. */
export async function ensureConnectionKeys(secretsManager: Pick<SecretsManager, "run">): Promise<void> {
  const current = randomBytes(6).toString("hex");
  const keys = { [current]: randomBytes(keyBytes).toString("base64url") };
  try {
    await secretsManager.run("CreateSecret", {
      Name: connectionKeysSecret,
      Description: "The keys that seal the credentials of connections, and which of them seals what is new.",
      SecretString: JSON.stringify({ current, keys }),
    });
  } catch (error) {
    if (!(error instanceof AwsError && error.code === "ResourceExistsException")) throw error;
  }
}
