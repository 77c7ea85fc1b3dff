import type { Json } from "@longhaul/kit";
import type { Tx } from "./database.js";
import { jsonb } from "./json.js";
import { one } from "./one.js";
import type { StartRun } from "./runs.js";

/** A workflow's start that is repeated. Times are ISO 8601 in UTC. */
export interface Schedule {
  readonly id: string;
  readonly name: string;
  readonly workflow: string;
  readonly input: Json;
  /** Five fields, as in crontab. */
  readonly cron: string;
  /** A name of the IANA database. */
  readonly timezone: string;
  readonly paused: boolean;
  /** Why it was paused by itself; null where a person did. */
  readonly pauseReason: string | null;
  /** In whose name its runs are started; null for somebody who is gone. */
  readonly runsAs: { readonly id: string; readonly name: string } | null;
  readonly createdAt: string;
  readonly lastFiredAt: string | null;
  readonly lastRunId: string | null;
}

export interface SaveSchedule {
  readonly organisationId: string;
  /** Null makes a new one. */
  readonly id: string | null;
  readonly name: string;
  readonly workflow: string;
  readonly input: Json;
  readonly cron: string;
  /** The same as EventBridge writes it: `cron(...)`. */
  readonly expression: string;
  readonly timezone: string;
}

function columns(tx: Tx) {
  return tx`
    s.id, s.name, s.workflow, s.input, s.cron, s.timezone, s.paused, s.pause_reason as "pauseReason",
    case when s.runs_as is not null then
      jsonb_build_object('id', s.runs_as, 'name', coalesce(p.display_name, 'Former member')) end as "runsAs",
    longhaul.iso(s.created_at) as "createdAt", longhaul.iso(s.last_fired_at) as "lastFiredAt", s.last_run_id as "lastRunId"
    from longhaul.schedules s left join longhaul.profiles p on p.user_id = s.runs_as`;
}

/** By name; 200 at most. */
export async function list(tx: Tx, params: { organisationId: string }): Promise<Schedule[]> {
  return await tx<Schedule[]>`
    select ${columns(tx)} where s.organisation_id = ${params.organisationId} and not s.deleted order by s.name, s.id`;
}

export async function get(tx: Tx, params: { organisationId: string; id: string }): Promise<Schedule | null> {
  const [row] = await tx<Schedule[]>`
    select ${columns(tx)}
    where s.organisation_id = ${params.organisationId} and s.id = ${params.id} and not s.deleted`;
  return row ?? null;
}

/** @throws DatabaseRefusal ORGANISATION_NOT_FOUND, FORBIDDEN, SCHEDULE_NOT_FOUND, TOO_MANY_SCHEDULES */
export async function save(tx: Tx, { organisationId, ...schedule }: SaveSchedule): Promise<{ id: string }> {
  return one(
    await tx<{ id: string }[]>`
    select longhaul.save_schedule(${organisationId}, ${jsonb(tx, schedule)}) as id`,
  );
}

/** @throws DatabaseRefusal as {@link save} does */
export async function pause(
  tx: Tx,
  params: { organisationId: string; id: string; paused: boolean },
): Promise<void> {
  await tx`select longhaul.pause_schedule(${params.organisationId}, ${params.id}, ${params.paused})`;
}

/** @throws DatabaseRefusal as {@link save} does */
export async function remove(tx: Tx, params: { organisationId: string; id: string }): Promise<void> {
  await tx`select longhaul.delete_schedule(${params.organisationId}, ${params.id})`;
}

/** A schedule as Scheduler is to have it. */
export interface ScheduleToCarry {
  readonly id: string;
  readonly name: string;
  readonly expression: string;
  readonly timezone: string;
  readonly paused: boolean;
  readonly deleted: boolean;
  readonly version: number;
}

/** Of all, or of one, those that Scheduler does not have as they are. As dispatcher. */
export async function toCarry(
  tx: Tx,
  params: { id: string | null; limit: number },
): Promise<ScheduleToCarry[]> {
  return await tx<
    ScheduleToCarry[]
  >`select * from longhaul.schedules_to_carry(${params.id}, ${params.limit})`;
}

/** Notes that Scheduler has it as it was in that version. As dispatcher. */
export async function carried(tx: Tx, params: { id: string; version: number }): Promise<void> {
  await tx`select longhaul.schedule_carried(${params.id}, ${params.version})`;
}

export interface ScheduleToFire {
  readonly organisationId: string;
  readonly name: string;
  readonly workflow: string;
  readonly input: Json;
  readonly paused: boolean;
}

/** What a firing starts; null for a schedule that is gone. As dispatcher. */
export async function toFire(tx: Tx, params: { id: string }): Promise<ScheduleToFire | null> {
  return one(
    await tx<
      { schedule: ScheduleToFire | null }[]
    >`select longhaul.schedule_to_fire(${params.id}) as schedule`,
  ).schedule;
}

export type ScheduledStart =
  | { readonly run: string; readonly created: boolean }
  | { readonly code: string; readonly message: string };

/** Starts the run of a firing, once for each time, by the rights of the person who saved the schedule. As dispatcher. */
export async function start(
  tx: Tx,
  params: {
    id: string;
    time: string;
    run: Omit<StartRun, "organisationId" | "idempotencyKey" | "artifactIds">;
  },
): Promise<ScheduledStart> {
  return one(
    await tx<{ answer: ScheduledStart }[]>`
    select longhaul.start_scheduled(${params.id}, ${params.time}::text::timestamptz, ${jsonb(tx, params.run)}) as answer`,
  ).answer;
}

/** Pauses a schedule whose runs cannot be started; `reason` is for the person who looks at it. As dispatcher. */
export async function stop(tx: Tx, params: { id: string; reason: string }): Promise<void> {
  await tx`select longhaul.stop_schedule(${params.id}, ${params.reason})`;
}
