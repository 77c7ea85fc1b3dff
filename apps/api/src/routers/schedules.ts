import { asCaller, type Schedule, schedules } from "@longhaul/db";
import {
  type Caller,
  deleteSchedule,
  nextTimes,
  pauseSchedule,
  saveSchedule,
  scheduleTag,
  startRun,
} from "@longhaul/runs";
import type { TRPCRouterRecord } from "@trpc/server";
import { z } from "zod";
import type { Services } from "../context.js";
import { ApiError } from "../errors.js";
import { operatorProcedure, orgProcedure, protectedProcedure } from "../trpc.js";
import { storable } from "./storable.js";
import type { Started } from "./workflows.js";

const idSchema = z.object({ id: z.uuid() });
const timesSchema = z.object({ cron: z.string().max(200), timezone: z.string().min(1).max(64) });
const savedSchema = timesSchema.extend({
  /** Left out makes a new one. */
  id: z.uuid().optional(),
  name: storable(100).trim().min(1, "A schedule has a name."),
  workflow: z.string().max(63),
  input: z.unknown(),
});

/** How many of the next times are shown. */
const shownTimes = 5;

/** A schedule with the next times at which it fires, ISO 8601; none while it is paused. */
export interface ScheduleView extends Schedule {
  next: string[];
  /** The label of its runs. */
  tag: string;
}

/** Starts that are repeated. */
export const schedulesRouter = {
  list: orgProcedure.query(async ({ ctx }): Promise<ScheduleView[]> => {
    const { caller, services } = ctx;
    const found = await asCaller(services.db, caller, (tx) => schedules.list(tx, caller));
    return found.map((schedule) => viewOf(schedule, services.clock.now()));
  }),

  get: orgProcedure.input(idSchema).query(async ({ ctx, input }): Promise<ScheduleView> => {
    const { caller, services } = ctx;
    return viewOf(await find(services, caller, input.id), services.clock.now());
  }),

  /** The next times that a crontab line names, while it is being written. */
  preview: protectedProcedure.input(timesSchema).query(({ ctx, input }): { next: string[] } => ({
    next: nextTimes(input.cron, input.timezone, shownTimes, new Date(ctx.services.clock.now())),
  })),

  /** Makes a schedule or changes one; its runs are started with the caller's rights from then on. */
  save: operatorProcedure.input(savedSchema).mutation(({ ctx, input }): Promise<{ id: string }> => {
    const { caller, services } = ctx;
    const { capabilities } = services;
    return saveSchedule(services.runs, caller, { ...input, id: input.id ?? null, capabilities });
  }),

  pause: operatorProcedure
    .input(idSchema.extend({ paused: z.boolean() }))
    .mutation(({ ctx, input }): Promise<void> => pauseSchedule(ctx.services.runs, ctx.caller, input)),

  remove: operatorProcedure
    .input(idSchema)
    .mutation(({ ctx, input }): Promise<void> => deleteSchedule(ctx.services.runs, ctx.caller, input)),

  /** Starts what it would start, now and by the caller's rights; its times stay as they are. */
  runNow: operatorProcedure
    .input(idSchema.extend({ idempotencyKey: storable(200).min(1).optional() }))
    .mutation(async ({ ctx, input }): Promise<Started> => {
      const { caller, services, correlationId } = ctx;
      const schedule = await find(services, caller, input.id);
      const { workflow, input: given } = schedule;
      const { capabilities } = services;
      const started = await startRun(services.runs, caller, {
        ...{ workflow, input: given, correlationId, capabilities },
        ...{ idempotencyKey: input.idempotencyKey ?? null, tags: [scheduleTag(schedule.id)] },
      });
      return started;
    }),
} satisfies TRPCRouterRecord;

/** @throws ApiError SCHEDULE_NOT_FOUND */
async function find({ db }: Services, caller: Caller, id: string): Promise<Schedule> {
  const { organisationId } = caller;
  const schedule = await asCaller(db, caller, (tx) => schedules.get(tx, { organisationId, id }));
  if (!schedule) throw new ApiError("SCHEDULE_NOT_FOUND");
  return schedule;
}

function viewOf(schedule: Schedule, now: number): ScheduleView {
  const { cron, timezone, paused, id } = schedule;
  const next = paused ? [] : nextTimes(cron, timezone, shownTimes, new Date(now));
  return { ...schedule, next, tag: scheduleTag(id) };
}
