import { asCaller, type ListedTwin, twins } from "@longhaul/db";
import { startRunWith } from "@longhaul/runs";
import type { TRPCRouterRecord } from "@trpc/server";
import { z } from "zod";
import { ApiError } from "../errors.js";
import { operatorProcedure, orgProcedure } from "../trpc.js";
import { storable } from "./storable.js";

export type TwinDetails = NonNullable<Awaited<ReturnType<typeof twins.get>>>;

/** Where a new version is made, and by which run. */
export interface TwinStarted {
  twinId: string;
  version: number;
  runId: string;
}

const twinIdSchema = z.object({ twinId: z.uuid("This is not the id of a twin.") });
const startSchema = z.object({
  /** As the contract of digital-twin has it; a `twinId` in it gives that twin a new version. */
  input: z.looseObject({ name: storable(80), twinId: z.uuid().optional() }),
  /** A second start with the same key and input gives the first one's twin. */
  idempotencyKey: storable(200).min(1).optional(),
});

export const twinsRouter = {
  /** Newest first, 200 at most. */
  list: orgProcedure.query(({ ctx }): Promise<ListedTwin[]> => {
    const { caller, services } = ctx;
    return asCaller(services.db, caller, (tx) => twins.list(tx, caller));
  }),

  /** A twin with its versions, the newest first. */
  get: orgProcedure.input(twinIdSchema).query(async ({ ctx, input }): Promise<TwinDetails> => {
    const { caller, services } = ctx;
    const { organisationId } = caller;
    const twin = await asCaller(services.db, caller, (tx) => twins.get(tx, { organisationId, ...input }));
    if (!twin) throw new ApiError("TWIN_NOT_FOUND");
    return twin;
  }),

  /** Starts the training of a new twin, or of a new version of one; it is in the list when this answers. */
  train: operatorProcedure.input(startSchema).mutation(async ({ ctx, input }): Promise<TwinStarted> => {
    const { caller, services, correlationId } = ctx;
    const { organisationId } = caller;
    const { name, twinId = null } = input.input;
    const { runId } = await startRunWith(
      services.runs,
      caller,
      {
        workflow: "digital-twin",
        input: input.input,
        idempotencyKey: input.idempotencyKey ?? null,
        correlationId,
        capabilities: services.capabilities,
      },
      async (tx, run) => {
        await twins.open(tx, { organisationId, runId: run, twinId, name: name.trim() });
      },
    );
    const made = await asCaller(services.db, caller, (tx) => twins.ofRun(tx, { organisationId, runId }));
    if (!made) throw new ApiError("TWIN_NOT_FOUND");
    return { ...made, runId };
  }),

  /** Makes another version answer: an earlier one, or a later one again. */
  activate: operatorProcedure
    .input(twinIdSchema.extend({ version: z.int32().min(1) }))
    .mutation(({ ctx, input }): Promise<void> => {
      const { caller, services } = ctx;
      const { organisationId } = caller;
      return asCaller(services.db, caller, (tx) => twins.activate(tx, { organisationId, ...input }));
    }),

  /** Deletes a twin with everything it has read and learned, by a run that says when it is done. */
  remove: operatorProcedure
    .input(twinIdSchema)
    .mutation(async ({ ctx, input }): Promise<{ runId: string }> => {
      const { caller, services, correlationId } = ctx;
      const { organisationId } = caller;
      const { capabilities } = services;
      const { runId } = await startRunWith(
        services.runs,
        caller,
        { workflow: "twin-removal", input, idempotencyKey: null, correlationId, capabilities },
        (tx, run) => twins.openRemoval(tx, { organisationId, runId: run, ...input }),
      );
      return { runId };
    }),
} satisfies TRPCRouterRecord;
