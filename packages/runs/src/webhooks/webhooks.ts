import { asCaller, type WebhookKind, webhooks } from "@longhaul/db";
import type { Caller, RunsDependencies } from "../dependencies.js";
import { contractOf } from "../catalogue.js";
import { RunsRefusal } from "../refusal.js";
import { AddressRefused, type AddressRules, checkUrl } from "./address.js";
import { tellSender } from "./bell.js";
import { newSecret } from "./signature.js";

type Dependencies = Pick<RunsDependencies, "db" | "bell" | "logger">;

export interface WebhookRequest {
  /** Null makes a new one. */
  readonly id: string | null;
  readonly name: string;
  readonly url: string;
  readonly kinds: readonly WebhookKind[];
  /** Empty: of every workflow. */
  readonly workflows: readonly string[];
  readonly active: boolean;
}

/**
 * Keeps a webhook. A new one's secret is in the answer, and nowhere to be read after.
 *
 * @throws RunsRefusal INPUT_INVALID, WORKFLOW_NOT_FOUND
 * @throws DatabaseRefusal FORBIDDEN, WEBHOOK_NOT_FOUND, TOO_MANY_WEBHOOKS
 */
export async function saveWebhook(
  { db }: Pick<Dependencies, "db">,
  caller: Caller,
  request: WebhookRequest,
  rules: AddressRules,
): Promise<{ id: string; secret: string | null }> {
  const url = addressOf(request.url, rules);
  for (const workflow of request.workflows)
    if (!contractOf(workflow))
      throw new RunsRefusal("WORKFLOW_NOT_FOUND", `There is no workflow "${workflow.slice(0, 63)}".`);
  const secret = newSecret();
  const { organisationId } = caller;
  const kinds = [...new Set(request.kinds)];
  const webhook = {
    ...request,
    organisationId,
    url,
    kinds,
    workflows: [...new Set(request.workflows)],
    secret,
  };
  const { id } = await asCaller(db, caller, (tx) => webhooks.save(tx, webhook));
  return { id, secret: request.id === null ? secret : null };
}

function addressOf(text: string, rules: AddressRules): string {
  try {
    return checkUrl(text.trim(), rules).href;
  } catch (error) {
    if (!(error instanceof AddressRefused)) throw error;
    throw new RunsRefusal("INPUT_INVALID", error.message, [{ path: ["url"], message: error.message }]);
  }
}

/** A new secret; messages bear the signature of the one before as well for 24 hours. @throws DatabaseRefusal */
export async function rotateWebhook(
  { db }: Pick<Dependencies, "db">,
  caller: Caller,
  { id }: { id: string },
): Promise<{ secret: string }> {
  const secret = newSecret();
  const { organisationId } = caller;
  await asCaller(db, caller, (tx) => webhooks.rotate(tx, { organisationId, id, secret }));
  return { secret };
}

/** Sends a message that tells of nothing. @throws DatabaseRefusal */
export async function testWebhook(
  deps: Dependencies,
  caller: Caller,
  { id }: { id: string },
): Promise<{ deliveryId: string }> {
  const { organisationId } = caller;
  const stored = await asCaller(deps.db, caller, (tx) => webhooks.test(tx, { organisationId, id }));
  await tellSender(deps);
  return stored;
}

/** Sends a message again, with the id that it had. @throws DatabaseRefusal */
export async function replayDelivery(
  deps: Dependencies,
  caller: Caller,
  { id }: { id: string },
): Promise<void> {
  const { organisationId } = caller;
  await asCaller(deps.db, caller, (tx) => webhooks.replay(tx, { organisationId, id }));
  await tellSender(deps);
}
