import { randomUUID } from "node:crypto";
import { asCaller, type WebhookKind, webhooks } from "@longhaul/db";
import type { Caller, RunsDependencies } from "../dependencies.js";
import { contractOf } from "../catalogue.js";
import { RunsRefusal } from "../refusal.js";
import { AddressRefused, type AddressRules, checkUrl } from "./address.js";
import { tellSender } from "./bell.js";
import { sealLeftOver, sealSecret } from "./secrets.js";
import { newSecret } from "./signature.js";

type Dependencies = Pick<RunsDependencies, "db" | "bell" | "logger">;
type SealingDependencies = Pick<RunsDependencies, "db" | "logger" | "sealing">;

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
 * Keeps a webhook. A new one's secret is in the answer, and nowhere to be read after: it is stored sealed.
 *
 * @throws RunsRefusal INPUT_INVALID, WORKFLOW_NOT_FOUND, SEALING_UNAVAILABLE
 * @throws DatabaseRefusal FORBIDDEN, WEBHOOK_NOT_FOUND, TOO_MANY_WEBHOOKS
 */
export async function saveWebhook(
  deps: SealingDependencies,
  caller: Caller,
  request: WebhookRequest,
  rules: AddressRules,
): Promise<{ id: string; secret: string | null }> {
  const url = addressOf(request.url, rules);
  for (const workflow of request.workflows)
    if (!contractOf(workflow))
      throw new RunsRefusal("WORKFLOW_NOT_FOUND", `There is no workflow "${workflow.slice(0, 63)}".`);
  const kinds = [...new Set(request.kinds)];
  const workflows = [...new Set(request.workflows)];
  const given = { ...request, organisationId: caller.organisationId, url, kinds, workflows };
  if (request.id !== null) {
    const changed = { ...given, id: request.id, secret: null };
    await asCaller(deps.db, caller, (tx) => webhooks.save(tx, changed));
    await sealLeftOver(deps, request.id);
    return { id: request.id, secret: null };
  }
  const id = randomUUID();
  const secret = newSecret();
  const made = { ...given, id, secret: await sealSecret(deps, id, secret) };
  await asCaller(deps.db, caller, (tx) => webhooks.save(tx, made));
  return { id, secret };
}

function addressOf(text: string, rules: AddressRules): string {
  try {
    return checkUrl(text.trim(), rules).href;
  } catch (error) {
    if (!(error instanceof AddressRefused)) throw error;
    throw new RunsRefusal("INPUT_INVALID", error.message, [{ path: ["url"], message: error.message }]);
  }
}

/**
 * A new secret; messages bear the signature of the one before as well for 24 hours.
 *
 * @throws RunsRefusal SEALING_UNAVAILABLE
 * @throws DatabaseRefusal
 */
export async function rotateWebhook(
  deps: SealingDependencies,
  caller: Caller,
  { id }: { id: string },
): Promise<{ secret: string }> {
  const secret = newSecret();
  const { organisationId } = caller;
  const sealed = await sealSecret(deps, id, secret);
  await asCaller(deps.db, caller, (tx) => webhooks.rotate(tx, { organisationId, id, secret: sealed }));
  await sealLeftOver(deps, id);
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
