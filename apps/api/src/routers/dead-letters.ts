import { asCaller, runs } from "@longhaul/db";
import { requeue } from "@longhaul/runs";
import type { TRPCRouterRecord } from "@trpc/server";
import { operatorProcedure, orgProcedure } from "../trpc.js";
import { decodeCursor, encodeCursor } from "./page.js";
import { listSchema } from "./run-filter.js";
import { runIdSchema } from "./run-id.js";
import type { RunPage } from "./runs.js";

const pageSchema = listSchema.pick({ limit: true, cursor: true });

/** Runs of the queued lane that nobody could send. */
export const deadLettersRouter = {
  /** Newest first; a page goes on where `cursor` says. */
  list: orgProcedure.input(pageSchema).query(({ ctx, input }): Promise<RunPage> => {
    const { caller, services } = ctx;
    const { organisationId } = caller;
    const before = input.cursor ? decodeCursor(input.cursor) : undefined;
    return asCaller(services.db, caller, async (tx) => {
      const page = await runs.list(tx, { organisationId, deadLettered: true, limit: input.limit, before });
      return { runs: page.runs, nextCursor: page.next && encodeCursor(page.next) };
    });
  }),

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
