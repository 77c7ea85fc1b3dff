import { asDispatcher, type TakenDelivery, webhooks } from "@longhaul/db";
import type { RunsDependencies } from "../dependencies.js";
import { RunsRefusal } from "../refusal.js";

/** Seals secrets by keys that the database does not have; what was sealed for one purpose opens for no other. */
export interface SecretSealing {
  /** Rejects when the keys cannot be read. */
  seal(text: string, purpose: string): Promise<string>;
  /** Rejects, too, what cannot be opened: then `retryable` of the error is not true. */
  open(sealed: string, purpose: string): Promise<string>;
}

type Dependencies = Pick<RunsDependencies, "db" | "logger" | "sealing">;

/** Stands in the seal: a secret that is moved to another webhook's row does not open there. */
const purposeOf = (webhookId: string) => `webhook:${webhookId}`;

/** As Standard Webhooks writes one, and as they were stored before they were sealed. */
const isClear = (secret: string) => secret.startsWith("whsec_");

/** The secret by which a message is to be signed does not open: a person has to make a new one. */
export class SecretUnreadable extends Error {
  override readonly name = "SecretUnreadable";
}

/** @throws RunsRefusal SEALING_UNAVAILABLE */
export async function sealSecret(
  { sealing, logger }: Omit<Dependencies, "db">,
  webhookId: string,
  secret: string,
): Promise<string> {
  if (!sealing) {
    const sentence = "Webhooks are not set up here: there are no keys to seal their secrets with.";
    throw new RunsRefusal("SEALING_UNAVAILABLE", sentence);
  }
  try {
    return await sealing.seal(secret, purposeOf(webhookId));
  } catch (error) {
    logger.error({ err: error }, "the keys that seal the secrets of webhooks cannot be read");
    const sentence =
      "The keys that seal the secrets of webhooks cannot be read at the moment. Try again later.";
    throw new RunsRefusal("SEALING_UNAVAILABLE", sentence);
  }
}

/**
 * Seals what of a webhook's secrets was stored before secrets were sealed. For after its caller was let to change it; what
 * cannot be sealed now is when it is changed next, so a failure is logged and no more.
 */
export async function sealLeftOver(deps: Dependencies, webhookId: string): Promise<void> {
  if (!deps.sealing) return;
  try {
    const left = await asDispatcher(deps.db, (tx) => webhooks.unsealed(tx, { id: webhookId }));
    for (const secret of left) {
      const sealed = await sealSecret(deps, webhookId, secret);
      await asDispatcher(deps.db, (tx) => webhooks.seal(tx, { id: webhookId, secret, sealed }));
    }
  } catch (error) {
    deps.logger.warn({ err: error, webhook: webhookId }, "a webhook's secret is not sealed yet");
  }
}

/**
 * The secrets that sign a message, the current one first. One before it that does not open signs no more.
 *
 * @throws SecretUnreadable when the current one does not open; Error with a sentence when the keys are not there just now.
 */
export async function openSecrets(
  deps: Omit<Dependencies, "db">,
  { webhook, secrets: [current = "", ...before] }: Pick<TakenDelivery, "webhook" | "secrets">,
): Promise<string[]> {
  const opened = [await open(deps, webhook, current)];
  for (const secret of before) {
    try {
      opened.push(await open(deps, webhook, secret));
    } catch (error) {
      if (!(error instanceof SecretUnreadable)) throw error;
    }
  }
  return opened;
}

async function open({ sealing, logger }: Omit<Dependencies, "db">, webhook: string, secret: string) {
  if (isClear(secret)) return secret;
  const later = "It could not be signed: the keys of the webhooks' secrets cannot be read at the moment.";
  if (!sealing) {
    logger.error({ webhook }, "a webhook's secret is sealed, and there are no keys to open it");
    throw new Error(later);
  }
  try {
    return await sealing.open(secret, purposeOf(webhook));
  } catch (error) {
    logger.error({ err: error, webhook }, "a webhook's secret could not be opened");
    if ((error as { retryable?: unknown }).retryable === true) throw new Error(later, { cause: error });
    throw new SecretUnreadable("It could not be signed: its secret cannot be opened. Make a new secret.", {
      cause: error,
    });
  }
}
