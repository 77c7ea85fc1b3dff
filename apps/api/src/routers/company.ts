import { asCaller, company, type CompanyProfile, companySteps, twins } from "@longhaul/db";
import { startRunWith } from "@longhaul/runs";
import { maxTwinDocuments, tones } from "@longhaul/workflows/contracts";
import type { TRPCRouterRecord } from "@trpc/server";
import { z } from "zod";
import { ApiError } from "../errors.js";
import { operatorProcedure, orgProcedure } from "../trpc.js";
import { storable } from "./storable.js";
import type { TwinStarted } from "./twins.js";

const saveSchema = z.object({
  /** The one that was read, 0 for none yet: a later one is not overwritten. */
  version: z.int32().min(0),
  fields: z.strictObject({
    company: storable(80).trim().min(1, "Say what the company is called.").optional(),
    industry: storable(80).trim().min(1, "Say what it does.").optional(),
    audience: storable(300).trim().min(1, "Say whom it speaks to.").optional(),
    tone: z.enum(tones).optional(),
    sources: z
      .strictObject({
        files: z.array(z.strictObject({ id: z.uuid(), name: storable(300).min(1) })).max(maxTwinDocuments),
        text: storable(100_000),
      })
      .optional(),
    step: z.enum(companySteps).optional(),
    /** The invitation is not shown any more. */
    dismissed: z.literal(true).optional(),
  }),
});
const finishSchema = z.object({
  /** Of the first twin. */
  name: storable(80).trim().min(1, "Give the twin a name."),
  idempotencyKey: storable(200).min(1).optional(),
});

/** What an organisation says of itself when it begins, and how that ends: with its first twin in training. */
export const companyRouter = {
  get: orgProcedure.query(({ ctx }): Promise<CompanyProfile> => {
    const { caller, services } = ctx;
    return asCaller(services.db, caller, (tx) => company.get(tx, caller));
  }),

  /** Keeps what is given, if nobody has changed it since. */
  save: operatorProcedure.input(saveSchema).mutation(({ ctx, input }): Promise<{ version: number }> => {
    const { caller, services } = ctx;
    const { organisationId } = caller;
    return asCaller(services.db, caller, (tx) => company.save(tx, { organisationId, ...input }));
  }),

  /** Trains the first twin from the sources that are kept. */
  finish: operatorProcedure.input(finishSchema).mutation(async ({ ctx, input }): Promise<TwinStarted> => {
    const { caller, services, correlationId } = ctx;
    const { organisationId } = caller;
    const { sources } = await asCaller(services.db, caller, (tx) => company.get(tx, caller));
    const documents = sources.files.map(({ id }) => id);
    const { runId } = await startRunWith(
      services.runs,
      caller,
      {
        workflow: "digital-twin",
        input: { name: input.name, documents, text: sources.text },
        idempotencyKey: input.idempotencyKey ?? null,
        correlationId,
        capabilities: services.capabilities,
      },
      async (tx, run) => {
        await twins.open(tx, { organisationId, runId: run, twinId: null, name: input.name });
        await company.finish(tx, { organisationId, runId: run });
      },
    );
    const made = await asCaller(services.db, caller, (tx) => twins.ofRun(tx, { organisationId, runId }));
    if (!made) throw new ApiError("TWIN_NOT_FOUND");
    return { ...made, runId };
  }),
} satisfies TRPCRouterRecord;
