import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { webhooks } from "@longhaul/db";
import type { RunsDependencies } from "../dependencies.js";

/** What makes the sender of messages look now, and not only at the next minute. */
export interface WebhookBell {
  ring(): Promise<void>;
}

/** Starts the function that sends; nobody waits for what it does. */
export function lambdaBell(client: LambdaClient, functionName: string): WebhookBell {
  return {
    async ring() {
      await client.send(new InvokeCommand({ FunctionName: functionName, InvocationType: "Event" }));
    },
  };
}

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
