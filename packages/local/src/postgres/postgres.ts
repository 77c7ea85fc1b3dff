import postgres from "postgres";
import { postgresPrograms } from "../env.js";
import { bootstrap, setRolePasswords } from "./bootstrap.js";
import { ensureCluster } from "./cluster.js";
import { claimFolder, keepPasswords, openFolder } from "./folder.js";
import { chooseIdentity } from "./identity.js";
import { migrate } from "./migrate.js";
import { findRuntime } from "./runtime.js";
import { type Server, startServer } from "./server.js";

/** Roles that can sign in: the last three are made by the project's migrations. */
export const loginRoles = [
  "supabase_admin",
  "postgres",
  "authenticator",
  "supabase_auth_admin",
  "supabase_storage_admin",
  "longhaul_api",
  "longhaul_worker",
  "longhaul_dispatcher",
] as const;
export type LoginRole = (typeof loginRoles)[number];

export interface PostgresOptions {
  /** The folder of the local cloud (".longhaul"); Postgres keeps itself in its `postgres` subfolder. */
  dataDir: string;
  /** 0 takes any free port. The server listens on 127.0.0.1 only. */
  port: number;
  /** Whether a commit survives a power cut (fsync). False is for tests: several times faster. */
  durable: boolean;
  /** The folder of initdb and postgres; unless said, the one of LONGHAUL_POSTGRES_BIN, and without that the package's. */
  bin?: string | undefined;
}

/** A running Postgres with what a hosted Supabase database has before the first migration. */
export interface LocalPostgres extends AsyncDisposable {
  port: number;
  /** The server's first process. */
  pid: number;
  /** Resolves with a sentence when the server has ended without being stopped. */
  lost: Promise<string>;
  /** Connection URL of the superuser supabase_admin. */
  adminUrl: string;
  /** Connection URL of a role, to database `postgres` unless another is named. */
  url(role: LoginRole, database?: string): string;
  /** Runs the due migrations of `folder` as role postgres, then gives the login roles they made their passwords. */
  migrate(folder: string): Promise<string[]>;
  /** Passwords of the login roles, made once per data folder. */
  rolePasswords: Readonly<Record<LoginRole, string>>;
  /** Stops the server in order and frees the data folder. */
  stop(): Promise<void>;
}

/**
 * Starts a Postgres, the embedded one unless another is chosen, making its data folder on first use.
 *
 * @throws StartError with a sentence for the person at the keyboard: taken port, no binary for the platform,
 *   a data folder that is in use, broken or of another version
 */
export async function startPostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const { bin = postgresPrograms() } = options;
  const folder = openFolder(options.dataDir);
  const release = claimFolder(folder);
  let server: Server | undefined;
  try {
    const passwords = keepPasswords(folder, loginRoles) as Record<LoginRole, string>;
    const identity = chooseIdentity(options.dataDir);
    const launch = { folder, identity, runtime: findRuntime(bin, folder.root, identity) };
    await ensureCluster(launch, passwords.supabase_admin, options.durable);
    server = await startServer(launch, options.port, options.durable);
    const running = describe(server, passwords, release);
    await withAdmin(running, async (admin) => {
      await bootstrap(admin);
      await setRolePasswords(admin, passwords);
    });
    return running;
  } catch (error) {
    await server?.stop();
    release();
    throw error;
  }
}

function describe(server: Server, passwords: Record<LoginRole, string>, release: () => void): LocalPostgres {
  const { port, pid, lost } = server;
  const stop = async () => {
    await server.stop();
    release();
  };
  const running: LocalPostgres = {
    port,
    pid,
    lost,
    url: (role, database = "postgres") =>
      `postgres://${role}:${passwords[role]}@127.0.0.1:${port}/${database}`,
    adminUrl: `postgres://supabase_admin:${passwords.supabase_admin}@127.0.0.1:${port}/postgres`,
    rolePasswords: passwords,
    async migrate(folder) {
      const versions = await migrate(running.url("postgres"), folder);
      await withAdmin(running, (admin) => setRolePasswords(admin, passwords));
      return versions;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
  return running;
}

async function withAdmin(
  running: LocalPostgres,
  work: (admin: postgres.Sql) => Promise<void>,
): Promise<void> {
  const admin = postgres(running.adminUrl, { max: 1, onnotice: () => {} });
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}
