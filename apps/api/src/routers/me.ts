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
  notificationChannel: Channel;
  phone: string | null;
  pushTarget: string | null;
}

const updateSchema = z.object({
  name: storable(100).trim().min(1, "Enter a name.").optional(),
  notificationChannel: channelSchema.optional(),
  phone: z
    .string()
    .trim()
    .regex(/^\+[1-9]\d{6,14}$/, "Enter the number with its country code, like +4915112345678.")
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
