import { approvals, artifacts, asCaller, history, runs, type Tx } from "@longhaul/db";
import type { Approval, Artifact, Notification, Run, RunStep } from "@longhaul/kit";
import { inputFiles } from "@longhaul/runs";
import type { TRPCRouterRecord } from "@trpc/server";
import { z } from "zod";
import { ApiError } from "../errors.js";
import type { RunMessage, RunUpdate } from "../feed/message.js";
import type { RunListUpdate } from "../feed/run-list-view.js";
import type { LiveSubscription, NumberedSubscription } from "../feed/subscription.js";
import { watchList, watchRun } from "../feed/watch.js";
import { orgProcedure, watchProcedure } from "../trpc.js";
import { livesRouter } from "./lives.js";
import { decodeCursor, encodeCursor } from "./page.js";
import { filterSchema, listSchema, narrowingSchema } from "./run-filter.js";
import { runIdSchema } from "./run-id.js";
import { storable } from "./storable.js";
import { type WatchInput, watchSchema } from "./watch-input.js";

/** A run with everything that belongs to it. Its events come from `watch` or `events`. */
export interface RunDetails {
  run: Run;
  steps: RunStep[];
  /** The files that its input names, then those that its steps have written. */
  artifacts: Artifact[];
  notifications: Notification[];
  /** Decisions that it waits for, or has waited for. */
  approvals: Approval[];
}

/** Newest first; `nextCursor` asks for the page after this one, null on the last. */
export interface RunPage {
  runs: Run[];
  nextCursor: string | null;
}

const eventPageLimit = 500;

const keySchema = z.object({
  idempotencyKey: storable(200).min(1),
  workflows: z.array(storable(63)).min(1).max(20),
});

// What a live stream gives is known to its view; the types of tRPC's own streams can only be asserted.
const watch = watchProcedure
  .input(watchSchema)
  .subscription(({ ctx, input, signal }) => watchRun(ctx, input, signal)) as unknown as NumberedSubscription<
  WatchInput,
  RunMessage
>;

const watchListOfRuns = watchProcedure
  .input(filterSchema)
  .subscription(({ ctx, input, signal }) => watchList(ctx, input, signal)) as unknown as LiveSubscription<
  z.input<typeof filterSchema>,
  RunListUpdate
>;

export const runsRouter = {
  get: orgProcedure.input(runIdSchema).query(({ ctx, input }): Promise<RunDetails> => {
    const { caller, services } = ctx;
    const params = { organisationId: caller.organisationId, runId: input.runId };
    return asCaller(services.db, caller, async (tx) => {
      const run = await runs.get(tx, params);
      if (!run) throw new ApiError("RUN_NOT_FOUND");
      return {
        run,
        steps: await history.stepsOf(tx, params),
        artifacts: [...(await uploadsOf(tx, run)), ...(await history.artifactsOf(tx, params))],
        notifications: await history.notificationsOf(tx, params),
        approvals: await approvals.ofRun(tx, params),
      };
    });
  }),

  list: orgProcedure.input(listSchema).query(({ ctx, input }): Promise<RunPage> => {
    const { caller, services } = ctx;
    const { cursor, ...filter } = input;
    const before = cursor ? decodeCursor(cursor) : undefined;
    return asCaller(services.db, caller, async (tx) => {
      const page = await runs.list(tx, { organisationId: caller.organisationId, ...filter, before });
      return { runs: page.runs, nextCursor: page.next ? encodeCursor(page.next) : null };
    });
  }),

  /** The run that the caller started with this key, the newest where several workflows have one; null for none. */
  ofKey: orgProcedure.input(keySchema).query(({ ctx, input }): Promise<{ runId: string } | null> => {
    const { caller, services } = ctx;
    const { organisationId, userId } = caller;
    return asCaller(services.db, caller, (tx) => runs.ofKey(tx, { organisationId, userId, ...input }));
  }),

  /** How many runs a filter has, counted up to 1,000; `capped` when there are more. */
  count: orgProcedure
    .input(narrowingSchema)
    .query(({ ctx, input }): Promise<{ count: number; capped: boolean }> => {
      const { caller, services } = ctx;
      const { organisationId } = caller;
      return asCaller(services.db, caller, (tx) => runs.count(tx, { organisationId, ...input }));
    }),

  /** The same message as `watch` gives, for those who can only poll: what came after event `after`. */
  events: orgProcedure
    .input(runIdSchema.extend({ after: z.int().min(0).default(0) }))
    .query(({ ctx, input }): Promise<RunUpdate> => {
      const { caller, services } = ctx;
      const params = { organisationId: caller.organisationId, runId: input.runId };
      return asCaller(services.db, caller, async (tx) => {
        // The run is read after the events, so that it is never older than they are.
        const found = await history.eventsAfter(tx, { ...params, after: input.after, limit: eventPageLimit });
        const run = await runs.get(tx, params);
        if (!run) throw new ApiError("RUN_NOT_FOUND");
        return { run, events: found };
      });
    }),

  /** Every change of a run, without a gap from event `lastEventId` on, until the run has ended. */
  watch,

  /** The first page of a list, again whenever something in the organisation has changed. */
  watchList: watchListOfRuns,

  ...livesRouter,
} satisfies TRPCRouterRecord;

/** The files that a run's input names; one that has been removed is left out. */
async function uploadsOf(tx: Tx, run: Run): Promise<Artifact[]> {
  const { organisationId } = run;
  const found = await Promise.all(
    inputFiles(run.workflow, run.input).map((artifactId) =>
      artifacts.get(tx, { organisationId, artifactId }),
    ),
  );
  return found.filter((artifact) => artifact !== null);
}
