import type { Json } from "@longhaul/kit";
import type {
  LeaseAnswer,
  LeaseState,
  RecordAnswer,
  StepEvent,
  StepKey,
  StepLease,
  StepStore,
} from "@longhaul/kit/runtime";
import { gatheredCall } from "./call.js";
import { type Database, DatabaseRefusal, withRefusals } from "./database.js";
import { jsonb, storable } from "./json.js";
import { one } from "./one.js";
import { type ArtifactRow, type NotificationRow, toNotification } from "./rows.js";

/** A run that is gone holds nothing and is to be left alone. */
const gone: LeaseState = { held: false, cancelRequested: false };

function logEntries(events: readonly StepEvent[]) {
  return events.map(({ type, at: _, ...data }) => ({ type: `step.${type}`, data }));
}

/** The most leases and checkpoints of one transaction. */
const most = 50;

/**
 * The step runtime's store over a connection of role longhaul_worker. Each method is one statement, and so one
 * transaction; leases and checkpoints of invocations that run beside each other share theirs. A refusal rejects with
 * DatabaseRefusal.
 */
export function stepStore(db: Database): StepStore {
  const { sql } = db;
  const write = gatheredCall<object, LeaseAnswer | string | null>(db, "write_steps", { most, atOnce: 1 });
  const leaseStep = write as (request: object) => Promise<LeaseAnswer>;
  const checkpointStep = write as (request: object) => Promise<string | null>;
  const key = (k: StepKey) => sql`${k.run}, ${k.state}, ${k.itemPath}, ${k.visit}`;
  const lease = (l: StepLease) => sql`${key(l.key)}, ${l.fence}`;
  const json = (value: unknown) => jsonb(sql, value);
  /** The answer of a function that gives one value. */
  const call = <T>(name: string, parameters: ReturnType<typeof key>) =>
    withRefusals(
      async () =>
        one(await sql<{ answer: T }[]>`select ${sql(`longhaul.${name}`)}(${parameters}) as answer`).answer,
    );
  /** The row of a function that gives one or none. */
  const find = <T extends object>(name: string, parameters: ReturnType<typeof key>) =>
    withRefusals(async () => {
      const [row] = await sql<T[]>`select * from ${sql(`longhaul.${name}`)}(${parameters})`;
      return row;
    });

  return {
    lease: (r) =>
      r.undoes == null
        ? leaseStep({
            ...{ run: r.run, attempt: r.attempt, step: r.state, itemPath: r.itemPath, visit: r.visit },
            ...{ stage: r.stage, input: r.input, owner: r.owner, leaseSeconds: r.leaseSeconds },
          })
        : call<LeaseAnswer>(
            "lease_compensation",
            sql`${r.run}, ${r.attempt}, ${r.undoes}, ${r.state}, ${r.itemPath}, ${r.visit}, ${r.owner}, ${r.leaseSeconds}`,
          ),
    renew: async (l) =>
      (await call<LeaseState | null>("renew_lease", sql`${lease(l)}, ${l.leaseSeconds}`)) ?? gone,
    check: async (l) => (await call<LeaseState | null>("check_lease", lease(l))) ?? gone,
    append: async (w) => {
      const events = json(logEntries(w.events));
      return (await call<LeaseState | null>("append_step_events", sql`${lease(w)}, ${events}`)) ?? gone;
    },
    succeed: async (w) => {
      const { run, state: step, itemPath, visit } = w.key;
      const { fence, output } = w;
      const events = logEntries(w.events);
      const completedAt = await checkpointStep({ run, step, itemPath, visit, fence, output, events });
      return completedAt ? { held: true, completedAt } : { held: false };
    },
    fail: async (w) => {
      const parameters = sql`${lease(w)}, ${json(w.error)}, ${w.willRetry}, ${w.retryAt}::text::timestamptz,
        ${json(logEntries(w.events))}`;
      return { held: await call<boolean>("fail_step", parameters) };
    },
    stream: async (w) =>
      (await call<LeaseState | null>(
        "send_text",
        sql`${lease(w)}, ${w.name}, ${w.offset}, ${storable(w.text)}`,
      )) ?? gone,
    createArtifact: async (w) => {
      const row = await find<ArtifactRow>("create_artifact", sql`${lease(w)}, ${w.name}, ${w.contentType}`);
      return row ? { id: row.id, path: row.path } : null;
    },
    finishArtifact: async (w) => ({
      held: await call<boolean>("finish_artifact", sql`${lease(w)}, ${w.id}, ${w.size}, ${w.sha256}`),
    }),
    openArtifact: async (r) => {
      const row = await find<ArtifactRow>("open_artifact", sql`${r.key.run}, ${r.id}`);
      return row
        ? { name: row.name, contentType: row.content_type, size: row.size ?? 0, path: row.path }
        : null;
    },
    callRecord: (w) => recordAnswer(call("call_for_step", sql`${lease(w)}, ${w.name}, ${json(w.args)}`)),
    recordDelivery: async (w) => ({
      held: await call<boolean>("record_delivery", sql`${lease(w)}, ${json(w.delivery)}`),
    }),
    findDelivery: async (r) => {
      const row = await find<NotificationRow>("find_delivery", key(r.key));
      return row ? toNotification(row) : null;
    },
  };
}

/** What a record function answered or refused; null is nothing, for the step is not held any more. */
async function recordAnswer(called: Promise<{ answer: Json } | null>): Promise<RecordAnswer> {
  try {
    const told = await called;
    return told ? { kind: "answered", answer: told.answer } : { kind: "lost" };
  } catch (error) {
    if (!(error instanceof DatabaseRefusal)) throw error;
    return { kind: "refused", code: error.code, message: error.message };
  }
}
