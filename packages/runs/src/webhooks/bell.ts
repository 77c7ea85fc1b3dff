import { webhooks } from "@longhaul/db";
import type { RunsDependencies } from "../dependencies.js";

/**
 * Rings where messages wait. For after what may have stored one; what is not told now is found by the clock a minute
 * later, so a failure is logged and no more.
 */
export async function tellSender({
  db,
  bell,
  logger,
}: Pick<RunsDependencies, "db" | "bell" | "logger">): Promise<void> {
  if (!bell) return;
  try {
    if (await webhooks.wait(db)) await bell.ring();
  } catch (error) {
    logger.warn({ err: error }, "the sender of webhooks could not be told");
  }
}
