import type { Database, Tx } from "./database.js";
import { callWithJson } from "./call.js";
import { jsonb, jsonText } from "./json.js";
import { one } from "./one.js";

/** The kinds of event that a webhook may be told of. */
export const webhookKinds = [
  "run.started",
  "run.succeeded",
  "run.failed",
  "run.cancelled",
  "run.timed_out",
  "approval.requested",
  "approval.decided",
] as const;
export type WebhookKind = (typeof webhookKinds)[number];

/** An address that is told of an organisation's runs; without its secret. Times are ISO 8601 in UTC. */
export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly kinds: readonly WebhookKind[];
  /** Empty: of every workflow. */
  readonly workflows: readonly string[];
  readonly active: boolean;
  /** Why it was switched off by itself; null where a person did. */
  readonly offReason: string | null;
  /** Since when nothing has come through. */
  readonly failingSince: string | null;
  /** Until when messages bear the signature of the secret before as well. */
  readonly oldSecretUntil: string | null;
  readonly createdBy: { readonly id: string; readonly name: string } | null;
  readonly createdAt: string;
  /** Messages that have not come through yet. */
  readonly waiting: number;
  readonly lastDeliveredAt: string | null;
}

export type DeliveryStatus = "waiting" | "delivered" | "failed";

/** One message to one webhook. */
export interface Delivery {
  readonly id: string;
  readonly webhookId: string;
  /** What the header webhook-id says, at each try. */
  readonly message: string;
  readonly kind: string;
  readonly runId: string | null;
  readonly body: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly nextTryAt: string | null;
  readonly lastTryAt: string | null;
  readonly durationMs: number | null;
  readonly responseStatus: number | null;
  /** The beginning of what the address answered last. */
  readonly response: string | null;
  readonly error: string | null;
  readonly createdAt: string;
}

export interface SaveWebhook {
  readonly organisationId: string;
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly kinds: readonly WebhookKind[];
  readonly workflows: readonly string[];
  readonly active: boolean;
  /** Of a new one, sealed for its id; null changes the one that there is. */
  readonly secret: string | null;
}

/** By name; there are few. */
export async function list(tx: Tx, params: { organisationId: string }): Promise<Webhook[]> {
  return await tx<Webhook[]>`
    select w.id, w.name, w.url, w.kinds, w.workflows, w.active, w.off_reason as "offReason",
      longhaul.iso(w.failing_since) as "failingSince",
      case when w.old_secret_until > clock_timestamp() then longhaul.iso(w.old_secret_until) end as "oldSecretUntil",
      case when w.created_by is not null then
        jsonb_build_object('id', w.created_by, 'name', coalesce(p.display_name, 'Former member')) end as "createdBy",
      longhaul.iso(w.created_at) as "createdAt",
      (select count(*)::integer from longhaul.webhook_deliveries d where d.webhook_id = w.id and d.status = 'waiting') as waiting,
      (select longhaul.iso(d.last_try_at) from longhaul.webhook_deliveries d
       where d.webhook_id = w.id and d.status = 'delivered' order by d.created_at desc, d.id desc limit 1) as "lastDeliveredAt"
    from longhaul.webhooks w left join longhaul.profiles p on p.user_id = w.created_by
    where w.organisation_id = ${params.organisationId} order by w.name, w.id`;
}

/** @throws DatabaseRefusal ORGANISATION_NOT_FOUND, FORBIDDEN, WEBHOOK_NOT_FOUND, TOO_MANY_WEBHOOKS */
export async function save(tx: Tx, { organisationId, ...webhook }: SaveWebhook): Promise<void> {
  await tx`select longhaul.save_webhook(${organisationId}, ${jsonb(tx, webhook)})`;
}

/** @throws DatabaseRefusal as {@link save} does */
export async function remove(tx: Tx, params: { organisationId: string; id: string }): Promise<void> {
  await tx`select longhaul.delete_webhook(${params.organisationId}, ${params.id})`;
}

/** The secret before signs as well for 24 hours; the new one is sealed. @throws DatabaseRefusal as {@link save} does */
export async function rotate(
  tx: Tx,
  params: { organisationId: string; id: string; secret: string },
): Promise<void> {
  await tx`select longhaul.rotate_webhook(${params.organisationId}, ${params.id}, ${params.secret})`;
}

/** What of a webhook's secrets is not sealed, from before secrets were. As dispatcher. */
export async function unsealed(tx: Tx, params: { id: string }): Promise<string[]> {
  const rows = await tx<
    { secret: string }[]
  >`select secret from longhaul.unsealed_secrets(${params.id}) secret`;
  return rows.map(({ secret }) => secret);
}

/** Puts what was sealed in the place of what is not, unless that was changed meanwhile. As dispatcher. */
export async function seal(tx: Tx, params: { id: string; secret: string; sealed: string }): Promise<void> {
  await tx`select longhaul.seal_webhook(${params.id}, ${params.secret}, ${params.sealed})`;
}

/** Stores a message that tells of nothing. @throws DatabaseRefusal as {@link save} does */
export async function test(
  tx: Tx,
  params: { organisationId: string; id: string },
): Promise<{ deliveryId: string }> {
  return one(
    await tx<{ deliveryId: string }[]>`
    select longhaul.test_webhook(${params.organisationId}, ${params.id}) as "deliveryId"`,
  );
}

/** Lets a message be sent again. @throws DatabaseRefusal DELIVERY_NOT_FOUND, WEBHOOK_OFF, FORBIDDEN */
export async function replay(tx: Tx, params: { organisationId: string; id: string }): Promise<void> {
  await tx`select longhaul.replay_delivery(${params.organisationId}, ${params.id})`;
}

/** The newest first. */
export async function deliveries(
  tx: Tx,
  params: {
    organisationId: string;
    webhookId: string | null;
    status: DeliveryStatus | null;
    kind: string | null;
    before: { createdAt: string; id: string } | null;
    limit: number;
  },
): Promise<Delivery[]> {
  const { organisationId, webhookId, status, kind, before, limit } = params;
  return await tx<Delivery[]>`
    select d.id, d.webhook_id as "webhookId", d.message, d.kind, d.run_id as "runId", d.body, d.status, d.attempts,
      longhaul.iso(d.next_try_at) as "nextTryAt", longhaul.iso(d.last_try_at) as "lastTryAt", d.duration_ms as "durationMs",
      d.response_status as "responseStatus", d.response, d.error,
      to_char(d.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "createdAt"
    from longhaul.webhook_deliveries d
    where d.organisation_id = ${organisationId}
      ${webhookId ? tx`and d.webhook_id = ${webhookId}` : tx``}
      ${status ? tx`and d.status = ${status}` : tx``}
      ${kind ? tx`and d.kind = ${kind}` : tx``}
      ${before ? tx`and (d.created_at, d.id) < (${before.createdAt}::text::timestamptz, ${before.id}::uuid)` : tx``}
    order by d.created_at desc, d.id desc limit ${limit}`;
}

/** Whether a message is to be sent now. In one message. */
export async function wait({ sql }: Database): Promise<boolean> {
  const results: unknown = await sql.unsafe(
    "set local role longhaul_dispatcher; select longhaul.deliveries_wait() as waits",
  );
  return (results as [unknown, [{ waits: boolean }]])[1][0].waits;
}

/** A message that was taken to be sent. */
export interface TakenDelivery {
  readonly id: string;
  readonly webhook: string;
  readonly message: string;
  readonly url: string;
  readonly body: string;
  /** This try included. */
  readonly attempts: number;
  /** Each signs, the current one first. Sealed for the webhook's id, or from before secrets were sealed. */
  readonly secrets: readonly string[];
}

/** Takes what is due, of each webhook `most` at a time, and holds it against other senders. As dispatcher. */
export async function take(
  tx: Tx,
  params: { limit: number; holdSeconds: number; most: number },
): Promise<TakenDelivery[]> {
  return await tx<TakenDelivery[]>`
    select * from longhaul.take_deliveries(${params.limit}, ${params.holdSeconds}, ${params.most})`;
}

export interface DeliveryNote {
  readonly id: string;
  /** As it was taken. */
  readonly attempts: number;
  readonly delivered: boolean;
  /** The address wants to hear nothing any more. */
  readonly gone: boolean;
  readonly responseStatus: number | null;
  readonly response: string | null;
  readonly error: string | null;
  readonly durationMs: number;
  /** Null where it is not tried again. */
  readonly retrySeconds: number | null;
}

/** Notes what became of a try; false where its webhook was switched off by that. */
export function note(db: Database, params: DeliveryNote): Promise<boolean> {
  return callWithJson(db, "note_delivery", jsonText(params), "longhaul_dispatcher");
}

/** Deletes the log's oldest entries, of more than thirty days. As dispatcher. */
export async function forget(tx: Tx, params: { limit: number }): Promise<number> {
  return one(await tx<{ gone: number }[]>`select longhaul.forget_deliveries(${params.limit}) as gone`).gone;
}
