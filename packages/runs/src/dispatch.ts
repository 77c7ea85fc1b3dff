import { asDispatcher, type Dispatchable, dispatch, type Plan, plans, type Taken } from "@longhaul/db";
import type { RunsDependencies } from "./dependencies.js";
import { noteSent, send } from "./send.js";
import { backoffSeconds, isThrottled, postponedUntil } from "./send-failure.js";
import { tellSender } from "./webhooks/bell.js";

/** Runs that are sent at the same time. */
export const batch = 50;
/** How long a run is kept from other dispatchers while it is being sent; longer than the SDK tries. */
export const holdSeconds = 30;
/** How long the queue has to deliver a run before it is given to it again; a run that comes twice is sent once. */
const republishSeconds = 900;
/** Runs whose log is told in one transaction what they wait for. */
const explainBatch = 200;

export interface Dispatched {
  sent: number;
  postponed: number;
  refused: number;
  /** Given to the queue of the queued lane. */
  published: number;
  /** When the first of the runs is due that wait for their time: delayed and postponed ones; null when there is none. */
  retryInSeconds: number | null;
}

export interface DispatchOptions {
  /** Called when what may go has been taken, before it is sent: what comes from then on wants another look. */
  readonly onTaken?: () => void;
  /** What a start has taken already: sent first, without a look. */
  readonly taken?: Taken;
}

/**
 * Sends every queued run that its organisation's limits admit: at once, or by way of the queue. Sending one twice is
 * harmless, since an execution has its run's name; so a run whose sender died is simply sent again once it is no
 * longer held. Those that stay behind are told what they wait for.
 */
export async function dispatchQueued(
  deps: RunsDependencies,
  { onTaken = () => {}, taken }: DispatchOptions = {},
): Promise<Dispatched> {
  const total: Dispatched = { sent: 0, postponed: 0, refused: 0, published: 0, retryInSeconds: null };
  for (let lookedAgain = false, at = taken; ; at = undefined) {
    const { due, someWait, tellWebhooks } =
      at ?? (await dispatch.takeDue(deps.db, { limit: batch, holdSeconds }));
    onTaken();
    const kinds = await sendAll(deps, due);
    if (tellWebhooks) await tellSender(deps);
    for (const kind of kinds) total[kind] += 1;
    // When not one of a full batch gets through, the rest of them would only make it worse.
    const stuck = due.length > 0 && kinds.every((kind) => kind === "postponed");
    if (due.length === batch && !stuck) continue;
    if (someWait || total.postponed + total.published > 0) {
      const dueSeconds = await explainAll(deps);
      // What is due was in other hands, perhaps in those that explained it: it is theirs no more, or comes in a moment.
      if (dueSeconds !== null && dueSeconds <= 0 && !lookedAgain) {
        lookedAgain = true;
        continue;
      }
      total.retryInSeconds = dueSeconds === null ? null : Math.max(0.5, dueSeconds);
    }
    return total;
  }
}

/** For after the end of a run, which may be the turn of another: as {@link dispatchQueued}, where anything waits. */
export async function dispatchNext(deps: RunsDependencies): Promise<void> {
  if (await dispatch.anythingToSend(deps.db)) await dispatchQueued(deps);
}

/** @returns in how many seconds the first of those is due that wait for their time; negative where it is due already. */
async function explainAll(deps: RunsDependencies): Promise<number | null> {
  for (;;) {
    const { explained, nextDueSeconds } = await asDispatcher(deps.db, (tx) =>
      dispatch.explain(tx, { limit: explainBatch }),
    );
    if (explained === explainBatch) continue;
    return nextDueSeconds;
  }
}

type Kind = "sent" | "postponed" | "refused" | "published";

async function sendAll(deps: RunsDependencies, due: readonly Dispatchable[]): Promise<Kind[]> {
  const queued = deps.queue ? due.filter((run) => run.lane === "queued") : [];
  const direct = due.filter((run) => !queued.includes(run));
  const kinds = await Promise.all([publish(deps, queued), sendDirect(deps, direct)]);
  return kinds.flat();
}

async function sendDirect(deps: RunsDependencies, runs: readonly Dispatchable[]): Promise<Kind[]> {
  return Promise.all(
    runs.map(async (run) => {
      const sent = await send(deps, run);
      if (sent.kind === "sent") await noteSent(deps, { run, ...sent });
      if (sent.kind === "postponed") await postpone(deps, run, sent.reason);
      return sent.kind;
    }),
  );
}

async function postpone(deps: RunsDependencies, run: Dispatchable, reason: string): Promise<void> {
  const retrySeconds = backoffSeconds(run.tries);
  await asDispatcher(deps.db, (tx) =>
    dispatch.postponed(tx, { ...run, reason: postponedUntil(reason, retrySeconds), retrySeconds }),
  );
}

async function publish(deps: RunsDependencies, runs: readonly Dispatchable[]): Promise<Kind[]> {
  if (!deps.queue || runs.length === 0) return [];
  const organisations = runs.map(({ organisationId }) => organisationId);
  const agreed = await asDispatcher(deps.db, (tx) => plans.ofAll(tx, organisations));
  try {
    await deps.queue.publish(
      runs.map(({ runId, attempt, organisationId, priority }) => ({
        ...{ runId, attempt },
        priority: queueOf(agreed.get(organisationId) ?? "free", priority),
      })),
    );
  } catch (error) {
    deps.logger.warn({ err: error, runs: runs.length }, "runs could not be given to the queue");
    return postponePublishing(deps, runs, error);
  }
  await asDispatcher(deps.db, (tx) => dispatch.published(tx, { runs, againSeconds: republishSeconds }));
  return runs.map(() => "published");
}

/** Business goes ahead always, a team where it says so, and whoever pays nothing waits with the others. */
function queueOf(plan: Plan, priority: Dispatchable["priority"]): "standard" | "priority" {
  const chosen = priority === "urgent" || priority === "high";
  return plan === "business" || (plan === "team" && chosen) ? "priority" : "standard";
}

/** A queue that is away is no run's fault: nothing that it refuses fails a run. */
async function postponePublishing(
  deps: RunsDependencies,
  runs: readonly Dispatchable[],
  error: unknown,
): Promise<Kind[]> {
  const reason = isThrottled(error) ? "AWS is throttling" : "The queue cannot be reached";
  await asDispatcher(deps.db, async (tx) => {
    for (const run of inOrder(runs)) {
      const retrySeconds = backoffSeconds(run.tries);
      await dispatch.postponed(tx, { ...run, reason: postponedUntil(reason, retrySeconds), retrySeconds });
    }
  });
  return runs.map(() => "postponed");
}

/** Transactions that lock several runs lock them in the same order, so that none waits for the other. */
function inOrder(runs: readonly Dispatchable[]): Dispatchable[] {
  return [...runs].sort((a, b) => (a.runId < b.runId ? -1 : 1));
}
