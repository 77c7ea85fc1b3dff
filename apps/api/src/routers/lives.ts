import { asCaller, retention, runs } from "@longhaul/db";
import { cancelRun, rerun, rerunFrom, retryRun } from "@longhaul/runs";
import type { TRPCRouterRecord } from "@trpc/server";
import { z } from "zod";
import { ApiError } from "../errors.js";
import { operatorProcedure } from "../trpc.js";
import { runIdSchema } from "./run-id.js";
import { storable } from "./storable.js";
import type { Started } from "./workflows.js";

const rerunSchema = runIdSchema.extend({
  /** A second request with the same key gives the first one's run. */
  idempotencyKey: storable(200).min(1).optional(),
});
const rerunFromSchema = rerunSchema.extend({
  /** The name of the state that is the first to be done anew. */
  step: storable(80).min(1),
  /** In place of the run's input, for the steps that are done anew. */
  input: z.unknown().optional(),
  /** In place of what earlier steps gave, by checkpoint: "WriteStory", in a map "DrawPage[2]", in a loop "Ask#3". */
  outputs: z.record(storable(200), z.unknown()).optional(),
});

/** What is done with a run after its start. */
export const livesRouter = {
  /** Keeps a run for as long as it is pinned; one that is not goes when its time has come. */
  pin: operatorProcedure
    .input(runIdSchema.extend({ pinned: z.boolean() }))
    .mutation(async ({ ctx, input }): Promise<{ pinned: boolean; expiresAt: string | null }> => {
      const { caller, services } = ctx;
      return asCaller(services.db, caller, async (tx) => {
        const params = { organisationId: caller.organisationId, runId: input.runId };
        await retention.pin(tx, { ...params, pinned: input.pinned });
        const run = await runs.get(tx, params);
        if (!run) throw new ApiError("RUN_NOT_FOUND");
        return { pinned: run.pinned, expiresAt: run.expiresAt };
      });
    }),

  /** Asks a run to stop. `ended` is true when it had not been sent yet and is cancelled already. */
  cancel: operatorProcedure
    .input(runIdSchema)
    .mutation(async ({ ctx, input }): Promise<{ ended: boolean }> => {
      const { caller, services } = ctx;
      const answer = await cancelRun(services.runs, caller, input);
      services.dispatchSoon();
      return answer;
    }),

  /** Goes on with a run that failed, was cancelled or took too long, from where it stood: its next attempt. */
  retry: operatorProcedure
    .input(runIdSchema)
    .mutation(async ({ ctx, input }): Promise<{ attempt: number }> => {
      const { caller, services } = ctx;
      const answer = await retryRun(services.runs, caller, input);
      services.dispatchSoon();
      return answer;
    }),

  /** Starts a new run with the same input. */
  rerun: operatorProcedure.input(rerunSchema).mutation(async ({ ctx, input }): Promise<Started> => {
    const { caller, services, correlationId } = ctx;
    const { capabilities } = services;
    return rerun(services.runs, caller, { ...input, correlationId, capabilities });
  }),

  /** Starts a new run that goes on from a step, with what the steps before it gave, edited where wanted. */
  rerunFrom: operatorProcedure.input(rerunFromSchema).mutation(async ({ ctx, input }): Promise<Started> => {
    const { caller, services, correlationId } = ctx;
    const { capabilities } = services;
    return rerunFrom(services.runs, caller, { ...input, correlationId, capabilities });
  }),
} satisfies TRPCRouterRecord;
