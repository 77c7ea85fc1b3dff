import { asCaller, campaigns, type ListedCampaign, twins } from "@longhaul/db";
import { startRun } from "@longhaul/runs";
import type { TRPCRouterRecord } from "@trpc/server";
import { z } from "zod";
import { ApiError, type InputIssue } from "../errors.js";
import { operatorProcedure, orgProcedure } from "../trpc.js";
import { storable } from "./storable.js";
import type { Started } from "./workflows.js";

const startSchema = z.object({
  /** As the contract of campaign has it. */
  input: z.looseObject({ twinIds: z.array(z.uuid("Choose a twin.")).max(100) }),
  /** A second start with the same key and input gives the first one's run. */
  idempotencyKey: storable(200).min(1).optional(),
});

export const campaignsRouter = {
  /** Newest first, 100 at most. */
  list: orgProcedure.query(({ ctx }): Promise<ListedCampaign[]> => {
    const { caller, services } = ctx;
    return asCaller(services.db, caller, (tx) => campaigns.list(tx, caller));
  }),

  /** Starts a campaign whose twins can all be asked now; the run finds out again when its turn has come. */
  start: operatorProcedure.input(startSchema).mutation(async ({ ctx, input }): Promise<Started> => {
    const { caller, services, correlationId } = ctx;
    const known = await asCaller(services.db, caller, (tx) => twins.list(tx, caller));
    const issues = input.input.twinIds.flatMap((id, place): InputIssue[] => {
      const twin = known.find((one) => one.id === id);
      const path = ["input", "twinIds", place];
      if (!twin) return [{ path, message: "There is no such twin." }];
      if (twin.activeVersion !== null && twin.removingRunId === null) return [];
      return [{ path, message: `${twin.name} cannot be asked: no version of it is ready.` }];
    });
    if (issues.length > 0) throw new ApiError("INPUT_INVALID", { message: issues[0]?.message, issues });
    const started = await startRun(services.runs, caller, {
      workflow: "campaign",
      input: input.input,
      idempotencyKey: input.idempotencyKey ?? null,
      correlationId,
      capabilities: services.capabilities,
    });
    return started;
  }),
} satisfies TRPCRouterRecord;
