import { asCaller, type Limits, limits } from "@longhaul/db";
import type { TRPCRouterRecord } from "@trpc/server";
import { z } from "zod";
import { adminProcedure, orgProcedure } from "../trpc.js";

const running = z.int("Enter a whole number.").min(1, "At least 1.").max(10_000, "At most 10,000.");
const limitsSchema = z.object({
  maxRunning: running,
  maxRunningPerUser: running,
  retentionDays: z.int("Enter a whole number.").min(1, "At least 1 day.").max(3650, "At most 3,650 days."),
});

export const limitsRouter = {
  /** How much of the organisation may run at once, and how long its runs are kept. */
  get: orgProcedure.query(({ ctx }): Promise<Limits> => {
    const { caller, services } = ctx;
    return asCaller(services.db, caller, (tx) => limits.get(tx, caller));
  }),

  /** Changes what is given, leaves the rest; raised limits admit more runs at once. */
  update: adminProcedure.input(limitsSchema.partial()).mutation(async ({ ctx, input }): Promise<Limits> => {
    const { caller, services } = ctx;
    const { organisationId } = caller;
    const updated = await asCaller(services.db, caller, (tx) =>
      limits.update(tx, { ...input, organisationId }),
    );
    services.dispatchSoon();
    return updated;
  }),
} satisfies TRPCRouterRecord;
