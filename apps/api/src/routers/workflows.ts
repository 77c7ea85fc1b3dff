import {
  type Contract,
  type ContractInput,
  type ContractOutput,
  prioritySchema,
  type Run,
  type RunState,
} from "@longhaul/kit";
import { asCaller, type Definition, definitions } from "@longhaul/db";
import { startRun } from "@longhaul/runs";
import { type contracts as catalogue, contracts } from "@longhaul/workflows/contracts";
import type { TRPCMutationProcedure, TRPCRouterRecord } from "@trpc/server";
import { z } from "zod";
import { ApiError } from "../errors.js";
import type { RunTexts, RunUpdate } from "../feed/message.js";
import type { NumberedSubscription } from "../feed/subscription.js";
import { watchRun } from "../feed/watch.js";
import { operatorByDatabase, protectedProcedure, watchProcedure } from "../trpc.js";
import {
  type CamelCase,
  camelCase,
  describe,
  list,
  type WorkflowCard,
  type WorkflowDetails,
} from "./catalogue.js";
import { storable } from "./storable.js";
import { type WatchInput, watchSchema } from "./watch-input.js";

type Contracts = typeof catalogue;

/** A run of one workflow: its input, and its output once it has succeeded, have that workflow's types. */
export type RunOf<C extends Contract> = Omit<Run, keyof RunState | "input" | "output" | "error"> & {
  input: ContractInput<C>;
} & (Exclude<RunState, { status: "succeeded" }> | { status: "succeeded"; output: ContractOutput<C> });

export interface RunUpdateOf<C extends Contract> extends Omit<RunUpdate, "run"> {
  run: RunOf<C>;
}

/** What a start answers. `created` is false when the idempotency key had started this run before. */
export interface Started {
  runId: string;
  created: boolean;
}

// A type, not an interface: tRPC's router records want an index signature, which only types have.
type WorkflowRouter<C extends Contract> = {
  start: TRPCMutationProcedure<{
    meta: object;
    input: { input: z.input<C["input"]> } & z.input<typeof startOptionsSchema>;
    output: Started;
  }>;
  watch: NumberedSubscription<WatchInput, RunUpdateOf<C> | RunTexts>;
};

export type WorkflowRouters = {
  [Name in keyof Contracts as CamelCase<Name>]: WorkflowRouter<Contracts[Name]>;
};

const startOptionsSchema = z.object({
  /** A second start with the same key and input gives the first one's run. */
  idempotencyKey: storable(200).min(1).optional(),
  /** Where the contract leaves the choice to the caller. */
  priority: prioritySchema.optional(),
  /** Labels to find the run by, at most ten. */
  tags: z.array(storable(50)).max(10, "A run has at most 10 tags.").optional(),
  /** ISO 8601 with its offset: the run does not start before this time, which is a year ahead at most. */
  notBefore: z.iso.datetime({ offset: true, error: "This is not a time." }).optional(),
});
const startSchema = startOptionsSchema.extend({ input: z.unknown() });

function workflowRouter(contract: Contract) {
  return {
    /** Starts a run; it is stored, and so cannot be lost, when this answers. */
    start: operatorByDatabase.input(startSchema).mutation(async ({ ctx, input }): Promise<Started> => {
      const { caller, services, correlationId } = ctx;
      const started = await startRun(services.runs, caller, {
        workflow: contract.name,
        ...input,
        idempotencyKey: input.idempotencyKey ?? null,
        correlationId,
        capabilities: services.capabilities,
      });
      ctx.log.info({ runId: started.runId, created: started.created }, "a run was started");
      return started;
    }),

    /** As `runs.watch`, for runs of this workflow only and with its types. */
    watch: watchProcedure
      .input(watchSchema)
      .subscription(({ ctx, input, signal }) => watchRun(ctx, { ...input, workflow: contract.name }, signal)),
  } satisfies TRPCRouterRecord;
}

// The parsers read `unknown` and startRun parses by the contract, so the exact types can only be asserted;
// workflows.types.test.ts holds them to what the contracts say.
export const workflowRouters = Object.fromEntries(
  Object.values(contracts).map((contract) => [camelCase(contract.name), workflowRouter(contract)]),
) as unknown as WorkflowRouters;

export const catalogueRouter = {
  /** The workflows that can be started here. */
  list: protectedProcedure.query((): WorkflowCard[] => list()),

  /** Everything that the start form and the run page draw a workflow from. */
  get: protectedProcedure
    .input(z.object({ workflow: z.string().max(63) }))
    .query(({ ctx, input }): WorkflowDetails => {
      const details = describe(input.workflow, ctx.services.capabilities);
      if (!details) throw new ApiError("WORKFLOW_NOT_FOUND");
      return details;
    }),

  /** A workflow as it was when a run of it began, by the run's `definitionHash`; null when it was not kept. */
  definition: protectedProcedure
    .input(z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/, "This is not a definition's hash.") }))
    .query(({ ctx, input }): Promise<Definition | null> => {
      const { user, services } = ctx;
      return asCaller(services.db, user, (tx) => definitions.get(tx, input));
    }),
} satisfies TRPCRouterRecord;
