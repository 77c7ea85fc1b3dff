import { randomUUID } from "node:crypto";
import { asCaller, connect, type Database, history, runs, type StartRun, stepStore } from "@longhaul/db";
import { createTestDatabase } from "@longhaul/local/testing";
import { createTenant, type Person, type Tenant } from "./tenants.js";

/** A database of its own with two organisations, and a connection for each role that the product uses. */
export async function openWorld() {
  const database = await createTestDatabase();
  const admin = connect(database.adminUrl, { max: 4 });
  const api = connect(database.url("longhaul_api"), { max: 8 });
  const dispatcher = connect(database.url("longhaul_dispatcher"), { max: 4 });
  const worker = connect(database.url("longhaul_worker"), { max: 8 });
  const [ours, theirs] = [await createTenant(admin.sql, "ours"), await createTenant(admin.sql, "theirs")];
  return {
    database,
    admin,
    api,
    dispatcher,
    worker,
    store: stepStore(worker),
    ours,
    theirs,
    async [Symbol.asyncDispose]() {
      await Promise.all([admin, api, dispatcher, worker].map((db) => db.close()));
      await database[Symbol.asyncDispose]();
    },
  };
}

export type World = Awaited<ReturnType<typeof openWorld>>;

export function newRun(organisationId: string, over: Partial<StartRun> = {}): StartRun {
  return {
    organisationId,
    workflow: "data-import",
    name: "Readings of March",
    priority: "normal",
    input: { file: "readings.csv" },
    stages: [
      { key: "read", label: "Reading", weight: 3, steps: 1 },
      { key: "tell", label: "Telling", weight: 1, steps: 1 },
    ],
    definitionHash: "0".repeat(64),
    correlationId: randomUUID(),
    idempotencyKey: null,
    artifactIds: [],
    tags: [],
    notBefore: null,
    lane: "direct",
    rerunOf: null,
    rerunFrom: null,
    ...over,
  };
}

/** Queues a run as the tenant's operator, or as whoever is given. */
export async function startRun(
  api: Database,
  tenant: Tenant,
  over: Partial<StartRun> = {},
  who: Person = tenant.people.operator,
): Promise<string> {
  const { runId } = await asCaller(api, who, (tx) => runs.start(tx, newRun(tenant.organisationId, over)));
  return runId;
}

/** The lease that a step's worker asks for. */
export function leaseOf(run: string, over: { owner?: string; leaseSeconds?: number; attempt?: number } = {}) {
  return {
    run,
    attempt: over.attempt ?? 1,
    state: "ReadFile",
    itemPath: "",
    visit: 0,
    stage: "read",
    input: { file: "readings.csv" },
    owner: over.owner ?? "worker-1",
    leaseSeconds: over.leaseSeconds ?? 10,
  };
}

/** The whole log of a run of ours, as its viewer reads it. */
export function eventsOf({ api, ours }: World, runId: string) {
  const { organisationId } = ours;
  return asCaller(api, ours.people.viewer, (tx) =>
    history.eventsAfter(tx, { organisationId, runId, after: 0, limit: 10_000 }),
  );
}
