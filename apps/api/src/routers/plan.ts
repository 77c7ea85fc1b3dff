import { asCaller, type Plan, plans } from "@longhaul/db";
import type { TRPCRouterRecord } from "@trpc/server";
import { orgProcedure } from "../trpc.js";

export const planRouter = {
  /** What the organisation has agreed on, which decides by which queue its runs go. */
  get: orgProcedure.query(async ({ ctx }): Promise<{ plan: Plan }> => {
    const { caller, services } = ctx;
    const plan = await asCaller(services.db, caller, (tx) => plans.get(tx, caller));
    return { plan: plan ?? "free" };
  }),
} satisfies TRPCRouterRecord;
