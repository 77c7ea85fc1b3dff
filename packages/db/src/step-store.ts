import type { LeaseAnswer, LeaseState, StepEvent, StepKey, StepLease, StepStore } from "@longhaul/kit/runtime";
import { type Database, withRefusals } from "./database.js";
import { type ArtifactRow, type NotificationRow, toNotification } from "./rows.js";

/** A run that is gone holds nothing and is to be left alone. */
const gone: LeaseState = { held: false, cancelRequested: false };

function logEntries(events: readonly StepEvent[]) {
  return events.map(({ type, at: _, ...data }) => ({ type: `step.${type}`, data }));
}

/**
 * The step runtime's store over a connection of role longhaul_worker. Each method is one statement, and so one
 * transaction; a refusal rejects with DatabaseRefusal.
 */
export function stepStore(db: Database): StepStore {
  const { sql } = db;
  const key = (k: StepKey) => sql`${k.run}, ${k.state}, ${k.itemPath}, ${k.visit}`;
  const lease = (l: StepLease) => sql`${key(l.key)}, ${l.fence}`;
  const json = (value: unknown) => sql.json(value as never);

  return {
    lease: (r) =>
      withRefusals(async () => {
        const [row] = await sql<{ answer: LeaseAnswer }[]>`
          select longhaul.lease_step(${r.run}, ${r.attempt}, ${r.state}, ${r.itemPath}, ${r.visit}, ${r.stage},
            ${json(r.input)}, ${r.owner}, ${r.leaseSeconds}) as answer`;
        return row!.answer;
      }),
    renew: (l) =>
      withRefusals(async () => {
        const [row] = await sql<{ state: LeaseState | null }[]>`
          select longhaul.renew_lease(${lease(l)}, ${l.leaseSeconds}) as state`;
        return row?.state ?? gone;
      }),
    check: (l) =>
      withRefusals(async () => {
        const [row] = await sql<
          { state: LeaseState | null }[]
        >`select longhaul.check_lease(${lease(l)}) as state`;
        return row?.state ?? gone;
      }),
    append: (w) =>
      withRefusals(async () => {
        const [row] = await sql<{ state: LeaseState | null }[]>`
          select longhaul.append_step_events(${lease(w)}, ${json(logEntries(w.events))}) as state`;
        return row?.state ?? gone;
      }),
    succeed: (w) =>
      withRefusals(async () => {
        const [row] = await sql<{ at: string | null }[]>`
          select longhaul.checkpoint_step(${lease(w)}, ${json(w.output)}, ${json(logEntries(w.events))}) as at`;
        return row?.at ? { held: true, completedAt: row.at } : { held: false };
      }),
    fail: (w) =>
      withRefusals(async () => {
        const [row] = await sql<{ held: boolean }[]>`
          select longhaul.fail_step(${lease(w)}, ${json(w.error)}, ${w.willRetry}, ${json(logEntries(w.events))}) as held`;
        return { held: row!.held };
      }),
    createArtifact: (w) =>
      withRefusals(async () => {
        const [row] = await sql<ArtifactRow[]>`
          select * from longhaul.create_artifact(${lease(w)}, ${w.name}, ${w.contentType})`;
        return row ? { id: row.id, path: row.path } : null;
      }),
    finishArtifact: (w) =>
      withRefusals(async () => {
        const [row] = await sql<{ held: boolean }[]>`
          select longhaul.finish_artifact(${lease(w)}, ${w.id}, ${w.size}, ${w.sha256}) as held`;
        return { held: row!.held };
      }),
    openArtifact: (r) =>
      withRefusals(async () => {
        const [row] = await sql<ArtifactRow[]>`select * from longhaul.open_artifact(${r.key.run}, ${r.id})`;
        return row
          ? { name: row.name, contentType: row.content_type, size: row.size ?? 0, path: row.path }
          : null;
      }),
    recordDelivery: (w) =>
      withRefusals(async () => {
        const [row] = await sql<{ held: boolean }[]>`
          select longhaul.record_delivery(${lease(w)}, ${json(w.delivery)}) as held`;
        return { held: row!.held };
      }),
    findDelivery: (r) =>
      withRefusals(async () => {
        const [row] = await sql<NotificationRow[]>`select * from longhaul.find_delivery(${key(r.key)})`;
        return row ? toNotification(row) : null;
      }),
  };
}
