import { requeue } from "@longhaul/runs";
import type { TRPCRouterRecord } from "@trpc/server";
import { operatorProcedure } from "../trpc.js";
import { runIdSchema } from "./run-id.js";

/** Runs of the queued lane that nobody could send. */
export const deadLettersRouter = {
  /** Queues one again, as its next attempt. */
  requeue: operatorProcedure
    .input(runIdSchema)
    .mutation(async ({ ctx, input }): Promise<{ attempt: number }> => {
      const { caller, services } = ctx;
      const answer = await requeue(services.runs, caller, input);
      services.dispatchSoon();
      return answer;
    }),
} satisfies TRPCRouterRecord;
