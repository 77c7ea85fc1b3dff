import { asCaller, asDispatcher, type ScheduleToCarry, schedules } from "@longhaul/db";
import type { Capability } from "@longhaul/kit";
import type { Caller, RunsDependencies } from "../dependencies.js";
import { registerDefinitions } from "../definitions.js";
import { dispatchQueued } from "../dispatch.js";
import { RunsRefusal } from "../refusal.js";
import { parseStart } from "../start.js";
import { checkTimezone, eventBridgeExpression } from "./cron.js";
import type { Firing } from "./scheduler.js";

type Dependencies = Pick<RunsDependencies, "db" | "stateMachines" | "clock" | "logger">;

export interface ScheduleRequest {
  /** Null makes a new one. */
  id: string | null;
  name: string;
  workflow: string;
  /** As the caller sent it; it is parsed here by the workflow's contract. */
  input: unknown;
  /** Five fields, as in crontab. */
  cron: string;
  timezone: string;
  capabilities: ReadonlySet<Capability>;
}

/** The label that the runs of a schedule have. */
export function scheduleTag(id: string): string {
  return `schedule:${id.slice(0, 8)}`;
}

/**
 * Keeps a schedule, whose runs are started with the caller's rights from then on, and carries it over to the clock. A
 * clock that does not answer has it a minute later, by the reconciler.
 *
 * @throws RunsRefusal INPUT_INVALID, WORKFLOW_NOT_FOUND, WORKFLOW_NOT_DEPLOYED, INPUT_TOO_LARGE
 * @throws DatabaseRefusal FORBIDDEN, SCHEDULE_NOT_FOUND, TOO_MANY_SCHEDULES
 */
export async function saveSchedule(
  deps: Dependencies,
  caller: Caller,
  { capabilities, ...request }: ScheduleRequest,
): Promise<{ id: string }> {
  const expression = eventBridgeExpression(request.cron);
  checkTimezone(request.timezone);
  const { run, artifactIds } = parseStart(deps.stateMachines, {
    ...{ workflow: request.workflow, input: request.input, capabilities, correlationId: "schedule" },
  });
  if (artifactIds.length > 0) {
    const message =
      "A run that needs a file cannot be repeated by a schedule: its file is kept for one run only.";
    throw new RunsRefusal("INPUT_INVALID", message);
  }
  const { organisationId } = caller;
  const schedule = { ...request, organisationId, input: run.input, expression };
  const saved = await asCaller(deps.db, caller, (tx) => schedules.save(tx, schedule));
  await carryNow(deps, saved.id);
  return saved;
}

/** Pauses a schedule, or lets it go on with the caller's rights. @throws DatabaseRefusal */
export async function pauseSchedule(
  deps: Dependencies,
  caller: Caller,
  { id, paused }: { id: string; paused: boolean },
): Promise<void> {
  const { organisationId } = caller;
  await asCaller(deps.db, caller, (tx) => schedules.pause(tx, { organisationId, id, paused }));
  await carryNow(deps, id);
}

/** @throws DatabaseRefusal */
export async function deleteSchedule(
  deps: Dependencies,
  caller: Caller,
  { id }: { id: string },
): Promise<void> {
  const { organisationId } = caller;
  await asCaller(deps.db, caller, (tx) => schedules.remove(tx, { organisationId, id }));
  await carryNow(deps, id);
}

/** Carries over what the clock does not have as it is. @returns how many it has now. */
export async function carrySchedules(deps: Dependencies, limit = 100): Promise<number> {
  const waiting = await asDispatcher(deps.db, (tx) => schedules.toCarry(tx, { id: null, limit }));
  let done = 0;
  for (const schedule of waiting) if (await carried(deps, schedule)) done += 1;
  return done;
}

async function carryNow(deps: Dependencies, id: string): Promise<void> {
  const [schedule] = await asDispatcher(deps.db, (tx) => schedules.toCarry(tx, { id, limit: 1 }));
  if (schedule) await carried(deps, schedule);
}

async function carried({ db, clock, logger }: Dependencies, schedule: ScheduleToCarry): Promise<boolean> {
  const { id, version } = schedule;
  if (!clock) return false;
  try {
    if (schedule.deleted) await clock.remove(id);
    else await clock.put(schedule);
  } catch (error) {
    logger.warn({ err: error, schedule: id }, "a schedule could not be carried over yet");
    return false;
  }
  await asDispatcher(db, (tx) => schedules.carried(tx, { id, version }));
  return true;
}

/**
 * Starts the run of a firing. May be called with the same firing any number of times: there is one run for each schedule
 * and time. A schedule whose run cannot be started is paused, with the reason.
 */
export async function fireSchedule(
  deps: RunsDependencies,
  { schedule: id, time }: Firing,
  capabilities: ReadonlySet<Capability>,
): Promise<{ runId: string | null }> {
  const schedule = await asDispatcher(deps.db, (tx) => schedules.toFire(tx, { id }));
  if (!schedule) {
    // Its organisation is gone, and the row with it.
    await deps.clock?.remove(id);
    return { runId: null };
  }
  if (schedule.paused) return { runId: null };
  const refused = async (reason: string) => {
    deps.logger.warn({ schedule: id, reason }, "a schedule was paused");
    await asDispatcher(deps.db, (tx) => schedules.stop(tx, { id, reason }));
    await carryNow(deps, id);
    return { runId: null };
  };
  let parsed: ReturnType<typeof parseStart>;
  try {
    parsed = parseStart(deps.stateMachines, {
      ...{ workflow: schedule.workflow, input: schedule.input, capabilities },
      ...{ correlationId: `schedule-${id}`, tags: [scheduleTag(id)] },
    });
  } catch (error) {
    if (error instanceof RunsRefusal) return refused(error.message);
    throw error;
  }
  await registerDefinitions(deps);
  const run = { ...parsed.run, rerunOf: null, rerunFrom: null };
  const answer = await asDispatcher(deps.db, (tx) => schedules.start(tx, { id, time, run }));
  if ("code" in answer)
    return answer.code === "SCHEDULE_NOT_FOUND" ? { runId: null } : refused(answer.message);
  deps.logger.info({ schedule: id, runId: answer.run, created: answer.created }, "a schedule has fired");
  await dispatchQueued(deps);
  return { runId: answer.run };
}
