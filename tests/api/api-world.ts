import {
  type Caller,
  createApi,
  createCaller,
  createServices,
  type Environment,
  readEnvironment,
  type ServiceOverrides,
} from "@longhaul/api";
import { connect } from "@longhaul/db";
import type { Role } from "@longhaul/kit";
import { createTestDatabase, startTestSupabase } from "@longhaul/local/testing";
import { closeRun } from "@longhaul/runs";
import { expect } from "vitest";
import { openKeys } from "../support/keys.js";
import { openEngine } from "../runs/engine.js";
import { clientsOf } from "./clients.js";
import { layWire } from "./cuttable-wire.js";
import { captureLog } from "./captured-log.js";
import { type Member, moveIn, signIn } from "./members.js";

/**
 * The API as it runs, over a real database, the Supabase stand-in and the Step Functions engine, with two
 * organisations that have a member in each role. Step answers are scripted.
 */
export async function openApiWorld(overrides: ServiceOverrides = {}, over: Partial<Environment> = {}) {
  const database = await createTestDatabase();
  const supabase = await startTestSupabase(database);
  const admin = connect(database.adminUrl, { max: 4 });
  // Events of executions come back the way the Lambda "status-changed" brings them.
  let closing: Promise<unknown> = Promise.resolve();
  const engine = await openEngine(async (event) => {
    closing = closeRun(services.runs, event);
    await closing;
  });
  const env: Environment = {
    ...readEnvironment({
      DATABASE_URL: database.apiUrl,
      SUPABASE_URL: supabase.url,
      SUPABASE_ANON_KEY: supabase.anonKey,
      SUPABASE_SERVICE_ROLE_KEY: supabase.serviceRoleKey,
      AWS_REGION: "us-east-1",
      // What runs of the others do is no matter here: they are started and seen.
      STATE_MACHINES: JSON.stringify(
        Object.fromEntries(
          ["data-import", "digital-twin", "story", "twin-removal"].map((name) => [
            name,
            engine.stateMachineArn,
          ]),
        ),
      ),
    }),
    ...over,
  };
  const log = captureLog();
  const { sealing } = openKeys();
  const open = (extra: ServiceOverrides = {}, other: Partial<Environment> = {}) =>
    createServices(
      { ...env, ...other },
      { log: log.logger, sfn: engine.sfn, sealing, ...overrides, ...extra },
    );
  const serve = (
    services: ReturnType<typeof open>,
    more: { webDir?: string; requestsPerMinute?: number; ownHosts?: readonly string[] } = {},
  ) =>
    createApi({
      services,
      publicConfig: {
        supabaseUrl: supabase.url,
        supabaseAnonKey: supabase.anonKey,
        capabilities: [...services.capabilities],
        mailsInvitations: services.joinLink !== null,
      },
      allowedOrigins: ["https://dashboard.example"],
      ...more,
    });
  const services = open();
  const api = serve(services);
  const url = await api.start(0, "127.0.0.1");
  const [ours, theirs] = await Promise.all([
    moveIn(admin.sql, supabase, "ours"),
    moveIn(admin.sql, supabase, "theirs"),
  ]);
  const wire = await layWire(url);
  const clients = clientsOf(wire.url);

  return {
    admin,
    api,
    clients,
    /** Breaks every connection that the clients have. */
    cutSockets: wire.cut,
    database,
    env,
    log,
    open,
    ours,
    serve,
    services,
    steps: engine.steps,
    supabase,
    theirs,
    unreachable: engine.unreachable,
    url,
    as: (member: Member | null): Promise<Caller> => createCaller(services, { token: member?.token ?? null }),
    signIn: (member: Member) => signIn(supabase, member),
    /** Uploads a file as a browser does and gives its id. */
    async upload(member: Member, content = "a,b\n1,2\n3,4\n", name = "readings.csv"): Promise<string> {
      const { artifact, upload } = await clients
        .http(member)
        .artifacts.createUpload.mutate({ name, size: content.length, contentType: "text/csv" });
      const { method, headers } = upload;
      const answer = await fetch(upload.url, { method, headers, body: content });
      if (!answer.ok) throw new Error(`upload: ${answer.status} ${await answer.text()}`);
      return artifact.id;
    },
    /** Starts a data-import and gives its id. */
    async start(member: Member, name = "March"): Promise<string> {
      const file = await this.upload(member);
      const { runId } = await clients
        .http(member)
        .workflows.dataImport.start.mutate({ input: { file, name } });
      return runId;
    },
    /** Resolves when a run is under way: its first step is at work, and it has been noted that it was sent. */
    async underWay(runId: string, step = "ProcessData"): Promise<void> {
      await engine.steps.begins(step);
      await expect
        .poll(
          async () => (await admin.sql`select status from longhaul.runs where id = ${runId}`)[0]?.["status"],
        )
        .toBe("running");
    },
    /** Writes `count` lines into a run's log, in one transaction each, as a step's progress would. */
    async append(runId: string, count: number): Promise<void> {
      for (let number = 0; number < count; number += 1) {
        await admin.sql`select longhaul.append_events(${runId}, ${admin.sql.json([
          {
            type: "step.log",
            step: "ProcessData",
            itemPath: "",
            visit: 0,
            data: { level: "info", message: `${number}` },
          },
        ])})`;
      }
    },
    /** Ends a run without its execution. */
    async end(runId: string): Promise<void> {
      await admin.sql`select longhaul.close_run(${runId}, 1, '{"status": "cancelled"}')`;
    },
    async [Symbol.asyncDispose]() {
      clients.close();
      await wire.close();
      engine.steps.releaseAll();
      await api.close();
      await closing.catch(() => {});
      await engine[Symbol.asyncDispose]();
      await services.close();
      await supabase.close();
      await admin.close();
      await database.drop();
    },
  };
}

export type ApiWorld = Awaited<ReturnType<typeof openApiWorld>>;
export type { Member, Role };
