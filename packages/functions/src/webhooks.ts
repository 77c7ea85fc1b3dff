import { type DeliveredCount, deliverWebhooks, forgetDeliveries } from "@longhaul/runs";
import { readWebhooksEnvironment } from "./env.js";
import { housekeeping } from "./housekeeping.js";

const environment = readWebhooksEnvironment();
const deps = housekeeping(environment);
const rules = { loopback: environment.WEBHOOKS_TO_LOOPBACK === "on" };

/** Sends the messages of webhooks that are due: each minute, and when something has happened that some are told of. */
export async function handler(): Promise<DeliveredCount> {
  const count = await deliverWebhooks(deps, { rules });
  if (count.delivered + count.failed > 0) deps.logger.info({ ...count }, "webhooks were told");
  await forgetDeliveries(deps);
  return count;
}
