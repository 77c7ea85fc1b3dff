import { asCaller, type Delivery, type Webhook, webhookKinds, webhooks } from "@longhaul/db";
import { replayDelivery, rotateWebhook, saveWebhook, testWebhook } from "@longhaul/runs";
import type { TRPCRouterRecord } from "@trpc/server";
import { z } from "zod";
import { adminProcedure, orgProcedure } from "../trpc.js";
import { storable } from "./storable.js";
import { utcTime } from "./utc-time.js";

const idSchema = z.object({ id: z.uuid() });
const savedSchema = z.object({
  /** Left out makes a new one. */
  id: z.uuid().optional(),
  name: storable(100).trim().min(1, "Give the webhook a name."),
  url: z.string().trim().min(1, "Say at which address it is told.").max(2000),
  kinds: z.array(z.enum(webhookKinds)).min(1, "Choose at least one kind of event.").max(webhookKinds.length),
  /** Empty: of every workflow. */
  workflows: z.array(z.string().max(63)).max(50).default([]),
  active: z.boolean().default(true),
});
const pageSchema = z.object({
  webhookId: z.uuid().optional(),
  status: z.enum(["waiting", "delivered", "failed"]).optional(),
  kind: z.enum([...webhookKinds, "webhook.test"]).optional(),
  /** The last one of the page before. */
  before: z.object({ createdAt: utcTime, id: z.uuid() }).optional(),
  limit: z.number().int().min(1).max(100).default(50),
});

/** Addresses that are told of what happens to runs. */
export const webhooksRouter = {
  list: orgProcedure.query(
    ({ ctx: { caller, services } }): Promise<Webhook[]> =>
      asCaller(services.db, caller, (tx) => webhooks.list(tx, caller)),
  ),

  /** Makes a webhook or changes one. A new one's secret is in the answer, and shown nowhere after. */
  save: adminProcedure
    .input(savedSchema)
    .mutation(({ ctx, input }): Promise<{ id: string; secret: string | null }> => {
      const { services, caller } = ctx;
      return saveWebhook(services.runs, caller, { ...input, id: input.id ?? null }, services.webhookRules);
    }),

  remove: adminProcedure.input(idSchema).mutation(async ({ ctx, input }): Promise<void> => {
    const { caller, services } = ctx;
    const { organisationId } = caller;
    await asCaller(services.db, caller, (tx) => webhooks.remove(tx, { organisationId, id: input.id }));
  }),

  /** A new secret; for 24 hours messages bear the signature of the one before, too. */
  rotate: adminProcedure
    .input(idSchema)
    .mutation(
      ({ ctx, input }): Promise<{ secret: string }> => rotateWebhook(ctx.services.runs, ctx.caller, input),
    ),

  /** Sends a message that tells of nothing, also where the webhook is switched off. */
  test: adminProcedure
    .input(idSchema)
    .mutation(
      ({ ctx, input }): Promise<{ deliveryId: string }> => testWebhook(ctx.services.runs, ctx.caller, input),
    ),

  /** The log of messages, the newest first. */
  deliveries: orgProcedure.input(pageSchema).query(({ ctx, input }): Promise<Delivery[]> => {
    const { caller, services } = ctx;
    const { webhookId = null, status = null, kind = null, before = null, limit } = input;
    const asked = { organisationId: caller.organisationId, webhookId, status, kind, before, limit };
    return asCaller(services.db, caller, (tx) => webhooks.deliveries(tx, asked));
  }),

  /** Sends a message again, with the id that it had. */
  replay: adminProcedure
    .input(idSchema)
    .mutation(({ ctx, input }): Promise<void> => replayDelivery(ctx.services.runs, ctx.caller, input)),
} satisfies TRPCRouterRecord;
