import type { Json, Lane, Priority, RunError, RunStatus } from "@longhaul/kit";
import { callWithJson, gatheredCall, gatherWritten, perDatabase, textOf } from "./call.js";
import type { Database, Tx } from "./database.js";
import { jsonb, jsonText } from "./json.js";
import { one } from "./one.js";

/** An admitted run's attempt to send. `executionInput` is sent byte for byte: a repeated start compares it. */
export interface Dispatchable {
  readonly runId: string;
  readonly organisationId: string;
  readonly attempt: number;
  readonly workflow: string;
  readonly executionName: string;
  readonly executionInput: string;
  readonly correlationId: string;
  readonly lane: Lane;
  readonly priority: Priority;
  /** How often sending was tried, this time included. */
  readonly tries: number;
  /** The version of its workflow that the run was sent to first; null where it was never sent. */
  readonly stateMachineArn: string | null;
}

function dispatchable(tx: Tx) {
  return tx`
    run_id as "runId", organisation_id as "organisationId", attempt, workflow, execution_name as "executionName",
    execution_input as "executionInput", correlation_id as "correlationId", lane, priority, tries,
    state_machine_arn as "stateMachineArn"`;
}

/**
 * Takes runs to send and holds them against other dispatchers for `holdSeconds`: those admitted before that are due
 * again, then as many new ones as the limits of their organisations and users admit. Organisations take turns; within
 * one the most urgent goes first, then the oldest.
 */
export async function next(tx: Tx, params: { limit: number; holdSeconds: number }): Promise<Dispatchable[]> {
  return await tx<Dispatchable[]>`
    select ${dispatchable(tx)} from longhaul.next_to_send(${params.limit}, ${params.holdSeconds})`;
}

/** What a look at the queue found. */
export interface Taken {
  readonly due: readonly Dispatchable[];
  /**
   * Where fewer are due than were asked for: there are runs that have not been told what they wait for, that wait for their
   * time, or that were in other hands when they could have been taken.
   */
  readonly someWait: boolean;
  /** Messages of webhooks wait, or may when these are sent. */
  readonly tellWebhooks: boolean;
}

/** As {@link next}, in a transaction of its own and one message. */
export function takeDue(db: Database, params: { limit: number; holdSeconds: number }): Promise<Taken> {
  return callWithJson(db, "take_due", jsonText(params), "longhaul_dispatcher");
}

/**
 * Whether {@link takeDue} would find a run to send, one that waits for a place, or messages of webhooks: much less than to
 * look. Who asks after a commit that made a place hears of all that were looked at before it.
 */
export function anythingToSend(db: Database): Promise<boolean> {
  return callWithJson(db, "anything_to_send", "null", "longhaul_dispatcher");
}

/** Takes one admitted run to send; null where it was sent, has ended or goes on with another attempt. */
export async function take(
  tx: Tx,
  params: { runId: string; attempt: number; holdSeconds: number },
): Promise<Dispatchable | null> {
  const [row] = await tx<Dispatchable[]>`
    select ${dispatchable(tx)} from longhaul.take_to_send(${params.runId}, ${params.attempt}, ${params.holdSeconds})`;
  return row ?? null;
}

/** Notes that these were given to the queue; what is not sent within `againSeconds` is given to it again. */
export async function published(
  tx: Tx,
  params: { runs: readonly { runId: string; attempt: number }[]; againSeconds: number },
): Promise<void> {
  await tx`
    select longhaul.mark_published(${params.runs.map((run) => run.runId)}::uuid[],
      ${params.runs.map((run) => run.attempt)}::integer[], ${params.againSeconds})`;
}

/**
 * Writes into the logs of up to `limit` runs what they wait for, where it is not there yet.
 *
 * @returns how many were written, and in how many seconds the next run is due that has to wait for its time: a delayed
 *   start, or one that is to be sent again (negative where it is due already). Null where there is none.
 */
export async function explain(
  tx: Tx,
  params: { limit: number },
): Promise<{ explained: number; nextDueSeconds: number | null }> {
  return one(
    await tx<{ explained: number; nextDueSeconds: number | null }[]>`
    select longhaul.explain_waiting(${params.limit}) as explained,
      extract(epoch from longhaul.next_due() - clock_timestamp())::double precision as "nextDueSeconds"`,
  );
}

export interface Started {
  readonly runId: string;
  readonly attempt: number;
  readonly executionArn: string;
  readonly stateMachineArn: string;
}

/** Notes that the execution has begun. `cancelRequested`: the caller stops it again. */
export async function sent(tx: Tx, started: Started): Promise<{ cancelRequested: boolean }> {
  return { cancelRequested: (await allSent(tx, [started])).length > 0 };
}

/** Notes executions that have begun. @returns the runs that were asked to end meanwhile: the caller stops them again. */
export async function allSent(tx: Tx, started: readonly Started[]): Promise<string[]> {
  const rows = await tx<{ runId: string }[]>`
    select run as "runId" from longhaul.mark_all_sent(
      ${started.map((run) => run.runId)}::uuid[], ${started.map((run) => run.attempt)}::integer[],
      ${started.map((run) => run.executionArn)}::text[], ${started.map((run) => run.stateMachineArn)}::text[]) run`;
  return rows.map(({ runId }) => runId);
}

/** The ARNs of the versions of state machines that runs which have not ended were sent to, or go on with. */
export async function versionsUnderWay(tx: Tx): Promise<string[]> {
  const rows = await tx<{ arn: string }[]>`select arn from longhaul.versions_under_way() arn`;
  return rows.map(({ arn }) => arn);
}

/**
 * How long the note that an execution has begun waits for others, in ms. The first step says that the run has begun, too, and
 * comes at the same moment: the two would wait for each other.
 */
const noteWaitMs = 20;

const noteStarted = perDatabase((db) =>
  gatherWritten<{ text: string; runId: string }, boolean>(
    async (started) => {
      const toStop = new Set(
        await callWithJson<string[]>(db, "note_sent", textOf(started), "longhaul_dispatcher"),
      );
      return started.map(({ runId }) => toStop.has(runId));
    },
    { most: 50, atOnce: 1, waitMs: noteWaitMs },
  ),
);

/** As {@link sent}, in a transaction that it shares with others a moment later. */
export async function noteSent(db: Database, started: Started): Promise<{ cancelRequested: boolean }> {
  return { cancelRequested: await noteStarted(db)({ text: jsonText(started), runId: started.runId }) };
}

/** Leaves the run queued; `reason` is a sentence for its reader. */
export async function postponed(
  tx: Tx,
  params: { runId: string; attempt: number; reason: string; retrySeconds: number },
): Promise<void> {
  await tx`select longhaul.postpone_sending(${params.runId}, ${params.attempt}, ${params.reason}, ${params.retrySeconds})`;
}

/**
 * Queues a dead-lettered run again, as its next attempt.
 *
 * @throws DatabaseRefusal RUN_NOT_DEAD_LETTERED, FORBIDDEN, ORGANISATION_NOT_FOUND.
 */
export async function requeue(
  tx: Tx,
  params: { organisationId: string; runId: string },
): Promise<{ attempt: number }> {
  return one(
    await tx<{ attempt: number }[]>`
    select longhaul.requeue_run(${params.organisationId}, ${params.runId}) as attempt`,
  );
}

export type Outcome =
  | { readonly status: "succeeded"; readonly output: Json }
  | { readonly status: "failed" | "timed_out"; readonly error: RunError }
  | { readonly status: "cancelled" };

/** Ends a run; `closed` is false where it had ended before, or goes on with another attempt. */
export async function close(
  tx: Tx,
  params: { runId: string; attempt: number; outcome: Outcome },
): Promise<{ closed: boolean }> {
  return one(
    await tx<{ closed: boolean }[]>`
    select longhaul.close_run(${params.runId}, ${params.attempt}, ${jsonb(tx, params.outcome)}) as closed`,
  );
}

/** An execution that has ended, and what its run's end is by that. */
export interface ExecutionEnd {
  /** The execution's. */
  readonly name: string;
  readonly arn: string;
  /** Whose state machine it is of. */
  readonly workflow: string;
  readonly outcome: Outcome;
}

const closeExecution = perDatabase((db) =>
  gatheredCall<ExecutionEnd, "closed" | "open" | "unknown">(db, "close_executions", {
    ...{ most: 50, atOnce: 1, role: "longhaul_dispatcher" },
  }),
);

/**
 * Ends the run of an execution, in a transaction of its own that it may share with others.
 *
 * @returns "open" where the run had ended before, goes on with another attempt or has first to take back what it did;
 *   "unknown" where the execution is no run's of that workflow.
 */
export function closeByExecution(db: Database, end: ExecutionEnd): Promise<"closed" | "open" | "unknown"> {
  return closeExecution(db)(end);
}

/** A run under way with what is known of its execution. */
export interface RunUnderWay {
  readonly runId: string;
  readonly organisationId: string;
  readonly workflow: string;
  readonly status: RunStatus;
  readonly attempt: number;
  readonly executionName: string;
  readonly executionInput: string;
  readonly executionArn: string | null;
  readonly stateMachineArn: string | null;
  readonly cancelRequested: boolean;
  readonly sendTries: number;
}

function underWay(tx: Tx) {
  return tx`
    select r.id as "runId", r.organisation_id as "organisationId", r.workflow, r.status, r.attempt,
      a.execution_name as "executionName", a.execution_input as "executionInput", a.execution_arn as "executionArn",
      a.state_machine_arn as "stateMachineArn", r.cancel_requested_at is not null as "cancelRequested", a.tries as "sendTries"
    from longhaul.runs r join longhaul.run_attempts a on a.run_id = r.id and a.attempt = r.attempt`;
}

/** Runs under way of which nothing was heard for `olderThanSeconds`; each is handed out once per such while. */
export async function stale(
  tx: Tx,
  params: { olderThanSeconds: number; limit: number },
): Promise<RunUnderWay[]> {
  return await tx<RunUnderWay[]>`
    with stale as materialized (select id from longhaul.stale_runs(${params.olderThanSeconds}, ${params.limit}) id)
    ${underWay(tx)} where r.id in (select id from stale) order by r.created_at`;
}

/** The run that an execution belongs to, by the execution's name. */
export async function find(tx: Tx, params: { executionName: string }): Promise<RunUnderWay | null> {
  const [row] = await tx<RunUnderWay[]>`${underWay(tx)} where a.execution_name = ${params.executionName}`;
  return row ?? null;
}

/** Writes into the run's log what was mended. Does nothing for a run that has ended. */
export async function repaired(tx: Tx, params: { runId: string; repair: string }): Promise<void> {
  const events = [{ type: "run.repaired", data: { repair: params.repair } }];
  await tx`
    select longhaul.append_events(id, ${jsonb(tx, events)}) from longhaul.runs
    where id = ${params.runId} and finished_at is null`;
}
