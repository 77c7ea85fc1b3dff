import { asCaller, me, type Tx } from "@longhaul/db";
import { type Channel, channelSchema, type Role } from "@longhaul/kit";
import type { TRPCRouterRecord } from "@trpc/server";
import { z } from "zod";
import { ApiError } from "../errors.js";
import { protectedProcedure } from "../trpc.js";
import { storable } from "./storable.js";

/** The signed-in person. `organisation` is the one the token names, null when they are no member of it. */
export interface Me {
  userId: string;
  email: string | null;
  name: string;
  organisations: readonly { id: string; name: string; role: Role }[];
  organisation: { id: string; name: string; role: Role } | null;
  /** Of organisations that would have them, whose address is confirmed. */
  invitations: readonly { organisation: { id: string; name: string }; role: Role; by: string | null }[];
  notificationChannel: Channel;
  phone: string | null;
  pushTarget: string | null;
}

const organisationSchema = z.object({ organisationId: z.uuid("This is not the id of an organisation.") });

const updateSchema = z.object({
  name: storable(100).trim().min(1, "Enter a name.").optional(),
  notificationChannel: channelSchema.optional(),
  phone: z
    .string()
    .trim()
    .regex(/^\+[1-9]\d{6,14}$/, "Enter the number with its country code, like +4915112345678.")
    .nullable()
    .optional(),
  pushTarget: z
    .string()
    .trim()
    .max(256, "This is longer than the ARN of an endpoint.")
    .regex(
      /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:endpoint\/\S+$/,
      "Enter the ARN of an SNS endpoint, like arn:aws:sns:us-east-1:000000000000:endpoint/GCM/app/phone.",
    )
    .nullable()
    .optional(),
});

export const meRouter = {
  get: protectedProcedure.query(({ ctx }): Promise<Me> => {
    const { user, services } = ctx;
    return asCaller(services.db, user, (tx) => read(tx, user.claims.org_id));
  }),

  /** Changes what is given, leaves the rest. */
  update: protectedProcedure.input(updateSchema).mutation(({ ctx, input }): Promise<Me> => {
    const { user, services } = ctx;
    return asCaller(services.db, user, async (tx) => {
      const before = await read(tx, user.claims.org_id);
      const { name, notificationChannel, phone, pushTarget } = before;
      await me.update(tx, { name, notificationChannel, phone, pushTarget, ...given(input) });
      return read(tx, user.claims.org_id);
    });
  }),

  /** Joins an organisation that has invited the person, and works for it from their next token on. */
  accept: protectedProcedure.input(organisationSchema).mutation(async ({ ctx, input }): Promise<void> => {
    await asCaller(ctx.services.db, ctx.user, (tx) => me.accept(tx, input.organisationId));
  }),

  decline: protectedProcedure.input(organisationSchema).mutation(async ({ ctx, input }): Promise<void> => {
    await asCaller(ctx.services.db, ctx.user, (tx) => me.decline(tx, input.organisationId));
  }),

  /** Works for another of the person's organisations from their next token on. */
  choose: protectedProcedure.input(organisationSchema).mutation(async ({ ctx, input }): Promise<void> => {
    await asCaller(ctx.services.db, ctx.user, (tx) => me.choose(tx, input.organisationId));
  }),
} satisfies TRPCRouterRecord;

/** @throws ApiError SIGNED_OUT when the token outlived its user. */
async function read(tx: Tx, activeId: string | null): Promise<Me> {
  const profile = await me.get(tx);
  if (!profile) throw new ApiError("SIGNED_OUT");
  return { ...profile, organisation: profile.organisations.find(({ id }) => id === activeId) ?? null };
}

/** What is there; an absent field and one that is undefined mean the same. */
function given<T extends object>(update: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(update).filter(([, value]) => value !== undefined)) as never;
}
