import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { secretSealing } from "@longhaul/connections";
import { awsCalls } from "@longhaul/kit/step";
import { type DeliveredCount, deliverWebhooks, forgetDeliveries } from "@longhaul/runs";
import { readWebhooksEnvironment } from "./env.js";
import { housekeeping } from "./housekeeping.js";

const environment = readWebhooksEnvironment();
const { CONNECTION_KEYS_SECRET: keysSecret } = environment;
// Messages are held for a while only: keys that do not come soon are asked for again with the next try.
const deps = {
  ...housekeeping(environment),
  sealing: keysSecret
    ? secretSealing(new SecretsManagerClient({ maxAttempts: 2, requestHandler: awsCalls }), keysSecret)
    : undefined,
};
const rules = { loopback: environment.WEBHOOKS_TO_LOOPBACK === "on" };

/** Sends the messages of webhooks that are due: each minute, and when something has happened that some are told of. */
export async function handler(): Promise<DeliveredCount> {
  const count = await deliverWebhooks(deps, { rules });
  if (count.delivered + count.failed > 0) deps.logger.info({ ...count }, "webhooks were told");
  await forgetDeliveries(deps);
  return count;
}
