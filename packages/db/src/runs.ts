import type { Json, Lane, Priority, Run, RunStatus } from "@longhaul/kit";
import { callWithJson, gatheredCall, gatherWritten, perDatabase, textOf } from "./call.js";
import { type Database, type DatabaseCaller, DatabaseRefusal, type Tx } from "./database.js";
import type { Taken } from "./dispatch.js";
import { jsonb, jsonText } from "./json.js";
import { one } from "./one.js";
import { type RunRow, runColumns, toRun } from "./rows.js";

export interface StartRun {
  readonly organisationId: string;
  readonly workflow: string;
  readonly name: string;
  readonly priority: Priority;
  readonly input: Json;
  /** The contract's stages in order; `steps` is how many steps of the machine belong to each. */
  readonly stages: readonly { key: string; label: string; weight: number; steps: number }[];
  readonly definitionHash: string;
  readonly correlationId: string;
  readonly idempotencyKey: string | null;
  /** The files the input names. */
  readonly artifactIds: readonly string[];
  /** At most ten, of 1 to 50 characters each. */
  readonly tags: readonly string[];
  /** ISO 8601, at most a year ahead; null starts as soon as there is room. */
  readonly notBefore: string | null;
  readonly lane: Lane;
  /** The run that this one repeats, from its beginning or from the state `rerunFrom` on. */
  readonly rerunOf: string | null;
  readonly rerunFrom: string | null;
}

/** As start_run and start_runs take it. */
function startOf(run: StartRun) {
  const { organisationId: organisation, artifactIds: _, ...rest } = run;
  return { organisation, ...rest };
}

/**
 * Queues a run, as caller. `created` is false where the idempotency key was used before with the same input.
 *
 * @throws DatabaseRefusal ORGANISATION_NOT_FOUND, FORBIDDEN, INPUT_TOO_LARGE, INPUT_INVALID (tags, notBefore), IDEMPOTENCY_CONFLICT,
 *   FILE_NOT_FOUND, RUN_NOT_FOUND (rerunOf).
 */
export async function start(tx: Tx, run: StartRun): Promise<{ runId: string; created: boolean }> {
  const row = one(
    await tx<{ run_id: string; created: boolean }[]>`
    select * from longhaul.start_run(${jsonb(tx, startOf(run))}, ${[...run.artifactIds]}::uuid[])`,
  );
  return { runId: row.run_id, created: row.created };
}

type StartAnswer = { run: string; created: boolean } | { code: string; message: string };

const startRun = perDatabase((db) =>
  gatheredCall<object, StartAnswer>(db, "start_runs", { most: 50, atOnce: 2 }),
);

/** How a start takes what is due, as dispatch.takeDue does. */
export interface Taking {
  readonly limit: number;
  readonly holdSeconds: number;
  /**
   * Called once for all starts of a transaction, after its commit, with what is to be sent now, theirs or others'; with null
   * where somebody has to look.
   */
  taken(found: Taken | null): void;
}

const startAndTake = perDatabase((db) =>
  gatherWritten<{ text: string; taking: Taking }, StartAnswer>(
    async (starts) => {
      const { limit, holdSeconds, taken: pass } = (starts[0] as (typeof starts)[0]).taking;
      const asked = `{"starts":${textOf(starts)},"limit":${limit},"holdSeconds":${holdSeconds}}`;
      const { answers, taken } = await callWithJson<{ answers: StartAnswer[]; taken: Taken | null }>(
        db,
        "start_and_take",
        asked,
      );
      pass(taken);
      return answers;
    },
    { most: 50, atOnce: 2 },
  ),
);

/**
 * Queues a run that names no files, in a transaction of its own that it may share with others: over a connection of role
 * longhaul_api, for a caller whose token was verified.
 *
 * @param taking takes what is due in the same transaction; of starts that share it, one's does so for all.
 * @throws as {@link start}
 */
export async function startAlone(
  db: Database,
  caller: DatabaseCaller,
  run: Omit<StartRun, "artifactIds">,
  taking?: Taking,
): Promise<{ runId: string; created: boolean }> {
  const request = { user: caller.userId, ...startOf({ ...run, artifactIds: [] }) };
  const answer = await (taking
    ? startAndTake(db)({ text: jsonText(request), taking })
    : startRun(db)(request));
  if ("code" in answer) throw new DatabaseRefusal(answer.code, answer.message);
  return { runId: answer.run, created: answer.created };
}

/** Median duration of the last twenty successes, per workflow: what the time left is reckoned from. */
function typicalSeconds(tx: Tx, organisationId: string, workflow: ReturnType<Tx>) {
  return tx`(
    select percentile_cont(0.5) within group (order by seconds) from (
      select extract(epoch from d.finished_at - d.started_at)::double precision as seconds
      from longhaul.runs d
      where d.organisation_id = ${organisationId} and d.workflow = ${workflow} and d.status = 'succeeded'
      order by d.finished_at desc limit 20) last)`;
}

export async function get(tx: Tx, params: { organisationId: string; runId: string }): Promise<Run | null> {
  const [row] = await tx<RunRow[]>`
    select ${runColumns(tx)}, ${typicalSeconds(tx, params.organisationId, tx`r.workflow`)} as typical_seconds
    from longhaul.runs r left join longhaul.profiles p on p.user_id = r.created_by
    where r.organisation_id = ${params.organisationId} and r.id = ${params.runId}`;
  return row ? toRun(row) : null;
}

/** What narrows a list of runs; what is left out narrows nothing. */
export interface RunFilter {
  readonly workflow?: string | undefined;
  readonly statuses?: readonly RunStatus[] | undefined;
  readonly tag?: string | undefined;
  /** Who started them. */
  readonly person?: string | undefined;
  /** Started at or after this time, and before that one; ISO 8601. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /**
   * A part of the name, of a tag or of the first 500 characters of the input, the id's first eight, or a whole id. One or
   * two characters are looked for among the newest 2,000 runs only.
   */
  readonly search?: string | undefined;
  /** Only those that their queue has given up. */
  readonly deadLettered?: boolean | undefined;
}

export interface ListRuns extends RunFilter {
  readonly organisationId: string;
  /** Continue after this run, as `next` of the page before gave it. */
  readonly before?: { readonly createdAt: string; readonly id: string } | null | undefined;
  readonly limit: number;
}

export interface RunPage {
  readonly runs: Run[];
  readonly next: { readonly createdAt: string; readonly id: string } | null;
}

/** Newest first; none for an organisation that the caller does not belong to. */
export async function list(tx: Tx, params: ListRuns): Promise<RunPage> {
  const { organisationId, limit, ...filter } = params;
  const rows = await tx<(RunRow & { cursor_at: string })[]>`
    with page as materialized (
      select r.* from longhaul.find_runs(${organisationId}, ${jsonb(tx, filter)}, ${limit + 1}) found
      join longhaul.runs r on r.id = found.id and r.organisation_id = ${organisationId}
    ),
    typical as materialized (
      select workflow, ${typicalSeconds(tx, organisationId, tx`w.workflow`)} as seconds
      from (select distinct workflow from page) w
    )
    select ${runColumns(tx)}, t.seconds as typical_seconds, r.created_at::text as cursor_at
    from page r
    join typical t using (workflow)
    left join longhaul.profiles p on p.user_id = r.created_by
    order by r.created_at desc, r.id desc`;
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    runs: page.map(toRun),
    // The cursor keeps microseconds, which an ISO time of JavaScript would cut off.
    next: rows.length > limit && last ? { createdAt: last.cursor_at, id: last.id } : null,
  };
}

/** How many runs a filter has. `capped` is true where they were counted no further than `most`: there are more. */
export async function count(
  tx: Tx,
  params: RunFilter & { organisationId: string; most?: number },
): Promise<{ count: number; capped: boolean }> {
  const { organisationId, most = 1000, ...filter } = params;
  const { found } = one(
    await tx<{ found: number }[]>`
    select longhaul.count_runs(${organisationId}, ${jsonb(tx, filter)}, ${most + 1}) as found`,
  );
  return { count: Math.min(found, most), capped: found > most };
}

/** How far the logs of these runs go; runs of other organisations are left out. */
export async function heads(
  tx: Tx,
  params: { organisationId: string; runIds: readonly string[] },
): Promise<{ id: string; lastSeq: number }[]> {
  return await tx<{ id: string; lastSeq: number }[]>`
    select id, last_seq as "lastSeq" from longhaul.runs
    where organisation_id = ${params.organisationId} and id = any (${[...params.runIds]}::uuid[])`;
}

/** The run that this person started with the key, the newest where several workflows have one. */
export async function ofKey(
  tx: Tx,
  params: { organisationId: string; userId: string; workflows: readonly string[]; idempotencyKey: string },
): Promise<{ runId: string } | null> {
  const [row] = await tx<{ runId: string }[]>`
    select id as "runId" from longhaul.runs
    where organisation_id = ${params.organisationId} and workflow = any (${[...params.workflows]}::text[])
      and idempotency_key = ${params.idempotencyKey} and created_by = ${params.userId}
    order by created_at desc limit 1`;
  return row ?? null;
}
