import { asDispatcher, type DeliveryNote, type TakenDelivery, webhooks } from "@longhaul/db";
import type { RunsDependencies } from "../dependencies.js";
import { AddressRefused, type AddressRules } from "./address.js";
import { type Answer, post, type PostOptions } from "./post.js";
import { retrySeconds } from "./retries.js";
import { openSecrets, SecretUnreadable } from "./secrets.js";
import { signed } from "./signature.js";

/** Messages that are on their way at the same time. */
const mostAtOnce = 32;
/** Of one webhook, so that one that is slow keeps no other waiting. */
const mostOfOne = 4;
/** How long a message is kept from other senders; longer than sending one may take. */
const holdSeconds = 40;
/** While messages are on their way: how often is looked for new ones. */
const lookMs = 500;

export interface DeliverOptions {
  readonly rules: AddressRules;
  /** After this long nothing more is taken; what is on its way takes ten seconds more at most. */
  readonly budgetMs?: number;
  readonly send?: PostOptions;
}

export interface DeliveredCount {
  delivered: number;
  failed: number;
}

type Dependencies = Pick<RunsDependencies, "db" | "logger" | "sealing">;

/**
 * Sends every message that is due, and notes what became of each. At least once: one whose sender dies in between is sent
 * again when it is no longer held, with the same id.
 */
export async function deliverWebhooks(
  deps: Dependencies,
  { rules, budgetMs = 40_000, send = { rules } }: DeliverOptions,
): Promise<DeliveredCount> {
  const total: DeliveredCount = { delivered: 0, failed: 0 };
  const until = Date.now() + budgetMs;
  const underWay = new Set<Promise<void>>();
  while (Date.now() < until) {
    const before = underWay.size;
    const limit = mostAtOnce - before;
    const asked = { limit, holdSeconds, most: mostOfOne };
    const taken = await asDispatcher(deps.db, (tx) => webhooks.take(tx, asked));
    for (const delivery of taken) {
      const one = deliver(deps, delivery, send)
        .then((delivered) => void (total[delivered ? "delivered" : "failed"] += 1))
        // Not noted: it is tried again when it is no longer held.
        .catch((error: unknown) => deps.logger.warn({ err: error, delivery: delivery.id }, "not noted"))
        .finally(() => underWay.delete(one));
      underWay.add(one);
    }
    if (underWay.size > 0) await oneOrLater(underWay, lookMs);
    // One that came through during the look may have made room that the look did not see.
    else if (before === 0) break;
  }
  await Promise.all(underWay);
  return total;
}

/** Until one of them is through, or something new may have come. */
async function oneOrLater(underWay: ReadonlySet<Promise<void>>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const later = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([...underWay, later]);
  clearTimeout(timer);
}

async function deliver(deps: Dependencies, delivery: TakenDelivery, send: PostOptions): Promise<boolean> {
  const { id, attempts, message, body, url, webhook } = delivery;
  const begun = Date.now();
  let answer: Answer | null = null;
  let error: string | null;
  let refused = false;
  try {
    // Before anything is sent: a message goes out rightly signed or not at all.
    const secrets = await openSecrets(deps, delivery);
    answer = await post(url, signed(secrets, { id: message, body, at: new Date(begun) }), body, send);
    error = problemOf(answer);
  } catch (thrown) {
    refused = thrown instanceof AddressRefused || thrown instanceof SecretUnreadable;
    error = (thrown as Error).message;
  }
  const delivered = error === null;
  const note: DeliveryNote = {
    ...{ id, attempts, delivered, error, durationMs: Date.now() - begun },
    gone: answer?.status === 410,
    responseStatus: answer?.status ?? null,
    response: answer?.body ?? null,
    // An address that may not be used becomes no better by waiting an instant, nor does a secret; its name may, its key may.
    retrySeconds: delivered ? null : retrySeconds(refused ? Math.max(2, attempts) : attempts),
  };
  const stillOn = await webhooks.note(deps.db, note);
  if (!delivered)
    deps.logger.info(
      { webhook, delivery: id, messageId: message, attempts, error },
      "a webhook did not come through",
    );
  if (!stillOn) deps.logger.warn({ webhook }, "a webhook was switched off");
  return delivered;
}

function problemOf({ status }: Answer): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400)
    return `It answered ${status}, which leads elsewhere: that is not followed.`;
  if (status === 410) return "It answered 410 Gone.";
  return `It answered ${status}.`;
}

/** Deletes what the log no longer reaches back to. @returns how many. */
export async function forgetDeliveries(deps: Pick<RunsDependencies, "db">, limit = 5000): Promise<number> {
  return asDispatcher(deps.db, (tx) => webhooks.forget(tx, { limit }));
}
