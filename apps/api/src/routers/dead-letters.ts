import { asCaller, type DeadLetter, deadLetters, runs } from "@longhaul/db";
import { requeue } from "@longhaul/runs";
import type { TRPCRouterRecord } from "@trpc/server";
import { z } from "zod";
import { ApiError } from "../errors.js";
import { adminProcedure, operatorProcedure, orgProcedure } from "../trpc.js";
import { decodeCursor, encodeCursor } from "./page.js";
import { listSchema } from "./run-filter.js";
import { runIdSchema } from "./run-id.js";
import type { RunPage } from "./runs.js";
import { utcTime } from "./utc-time.js";

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

  /** What was in the queue, what stood in its way, and how often it was given up. */
  get: orgProcedure.input(runIdSchema).query(async ({ ctx, input }): Promise<DeadLetter> => {
    const { caller, services } = ctx;
    const { organisationId } = caller;
    const found = await asCaller(services.db, caller, (tx) =>
      deadLetters.get(tx, { organisationId, runId: input.runId }),
    );
    if (!found) throw new ApiError("RUN_NOT_DEAD_LETTERED");
    return found;
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

  /** Queues all again that were there at a time, 500 of them at most; who has more asks again. */
  requeueAll: operatorProcedure
    .input(z.object({ until: utcTime }))
    .mutation(async ({ ctx, input }): Promise<{ requeued: number }> => {
      const { caller, services } = ctx;
      const { organisationId } = caller;
      const answer = await asCaller(services.db, caller, (tx) =>
        deadLetters.requeueAll(tx, { organisationId, until: input.until }),
      );
      services.dispatchSoon();
      return answer;
    }),

  /** Takes one out for good; its run stays failed. */
  drop: adminProcedure.input(runIdSchema).mutation(async ({ ctx, input }): Promise<void> => {
    const { caller, services } = ctx;
    const { organisationId } = caller;
    await asCaller(services.db, caller, (tx) => deadLetters.drop(tx, { organisationId, runId: input.runId }));
  }),
} satisfies TRPCRouterRecord;
