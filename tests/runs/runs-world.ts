import { artifacts, asCaller, history, limits, runs } from "@longhaul/db";
import type { Run, RunEvent } from "@longhaul/kit";
import { type Caller, type RunsDependencies, startRun } from "@longhaul/runs";
import type { StatusChangeEvent } from "@longhaul/stepfunctions";
import { openWorld } from "../support/database.js";
import type { Tenant } from "../support/tenants.js";
import { openEngine } from "./engine.js";

/** Two organisations, the real engine behind the real SDK client, and steps whose answers the test decides. */
export async function openRunsWorld(options: { waitScale?: number } = {}) {
  const world = await openWorld();
  const events: StatusChangeEvent[] = [];
  const listeners = new Set<() => void>();
  const engine = await openEngine(async (event) => {
    events.push(event);
    for (const listener of listeners) listener();
  }, options);
  const { sfn, steps, stateMachineArn } = engine;
  const logged: { fields: Record<string, unknown>; message: string }[] = [];
  const log = (fields: object, message: string) => void logged.push({ fields: { ...fields }, message });
  const deps: RunsDependencies = {
    db: world.api,
    sfn,
    stateMachines: { "data-import": stateMachineArn },
    logger: { info: log, warn: log, error: log },
  };
  const { ours } = world;

  return {
    ...world,
    deps,
    events,
    logged,
    sfn,
    stateMachineArn,
    steps,
    install: engine.install,
    deploy: engine.deploy,
    newClient: engine.newClient,
    unreachable: engine.unreachable,
    caller: callerOf,
    async setLimits(maxRunning: number, maxRunningPerUser: number, tenant: Tenant = ours): Promise<void> {
      const { organisationId, people } = tenant;
      await asCaller(world.api, people.admin, (tx) =>
        limits.update(tx, { organisationId, maxRunning, maxRunningPerUser, retentionDays: 7 }),
      );
    },
    upload: (tenant: Tenant = ours) => uploadOf(world, tenant),
    async start(input: object = {}, tenant: Tenant = ours): Promise<string> {
      const file = await uploadOf(world, tenant);
      const { runId } = await startRun(deps, callerOf(tenant), requestOf({ file, name: "March", ...input }));
      return runId;
    },
    async run(runId: string, tenant: Tenant = ours): Promise<Run> {
      const { organisationId, people } = tenant;
      const run = await asCaller(world.api, people.viewer, (tx) => runs.get(tx, { organisationId, runId }));
      if (!run) throw new Error(`there is no run ${runId}`);
      return run;
    },
    log: (runId: string, tenant: Tenant = ours): Promise<RunEvent[]> =>
      asCaller(world.api, tenant.people.viewer, (tx) =>
        history.eventsAfter(tx, { organisationId: tenant.organisationId, runId, after: 0, limit: 500 }),
      ),
    /** The event that says how the run's execution ended, as soon as it is there. */
    async ended(runId: string): Promise<StatusChangeEvent> {
      const find = () => events.find(({ name, status }) => name === `${runId}-1` && status !== "RUNNING");
      return new Promise((resolve) => {
        const look = () => {
          const event = find();
          if (!event) return;
          listeners.delete(look);
          resolve(event);
        };
        listeners.add(look);
        look();
      });
    },
    /** Makes a run look as if nothing had been heard of it for two minutes. */
    async age(runId: string): Promise<void> {
      await world.admin.sql`update longhaul.runs set
        created_at = created_at - interval '2 minutes', updated_at = updated_at - interval '2 minutes',
        started_at = started_at - interval '2 minutes', checked_at = null where id = ${runId}`;
      await world.admin.sql`update longhaul.run_attempts set held_until = null, next_try_at = created_at
        where run_id = ${runId}`;
    },
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

export type RunsWorld = Awaited<ReturnType<typeof openRunsWorld>>;

export function requestOf(input: unknown) {
  return {
    workflow: "data-import",
    input,
    idempotencyKey: null,
    correlationId: "corr-1",
    capabilities: new Set<"SIMULATION">(),
  };
}

export function callerOf(tenant: Tenant, role: keyof Tenant["people"] = "operator"): Caller {
  const { userId, claims } = tenant.people[role];
  return { userId, claims, role, organisationId: tenant.organisationId };
}

async function uploadOf(world: Awaited<ReturnType<typeof openWorld>>, tenant: Tenant): Promise<string> {
  const { organisationId, people } = tenant;
  const upload = await asCaller(world.api, people.operator, (tx) =>
    artifacts.createUpload(tx, { organisationId, name: "readings.csv", contentType: "text/csv" }),
  );
  await world.admin.sql`insert into storage.objects (bucket_id, name, metadata)
    values ('artifacts', ${upload.path}, ${world.admin.sql.json({ size: 12 })})`;
  return upload.id;
}
