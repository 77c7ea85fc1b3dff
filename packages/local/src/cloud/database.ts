import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { databaseUrlFault } from "@longhaul/db";
import { migrationsFolder } from "@longhaul/db/supabase";
import postgres from "postgres";
import {
  bootstrap,
  type LoginRole,
  loginRoles,
  migrate,
  oldestMajor,
  setRolePasswords,
  StartError,
  startPostgres,
} from "../postgres/index.js";

/** The database of the cloud, migrated, with a connection URL for each role. */
export interface CloudDatabase {
  readonly adminUrl: string;
  url(role: LoginRole): string;
  /** Resolves with a sentence when a server of ours has ended without being stopped. */
  readonly lost: Promise<string>;
  close(): Promise<void>;
}

/** Starts the embedded Postgres and migrates it. */
export async function embeddedDatabase(dataDir: string, port: number): Promise<CloudDatabase> {
  const server = await startPostgres({ dataDir, port, durable: true });
  try {
    await server.migrate(migrationsFolder);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    adminUrl: server.adminUrl,
    url: (role) => server.url(role),
    lost: server.lost,
    close: () => server.stop(),
  };
}

/**
 * Prepares a Postgres that somebody else runs: what hosted Supabase has, passwords for the roles, migrations.
 *
 * @throws StartError when it cannot be reached, is not the superuser's, or is already a Supabase project
 */
export async function givenDatabase(databaseUrl: string, dataDir: string): Promise<CloudDatabase> {
  const fault = databaseUrlFault(databaseUrl, { production: false });
  if (fault !== null) throw new StartError(`DATABASE_URL ${fault}.`);
  const passwords = keepPasswords(join(dataDir, "database-passwords.json"));
  const admin = postgres(databaseUrl, { max: 1, onnotice: () => {}, connect_timeout: 10 });
  try {
    const { user, superRoles } = await inspect(admin);
    await bootstrap(admin);
    // A role that is a superuser was there before us: its password stays.
    const own = Object.entries(passwords).filter(([role]) => role !== user && !superRoles.includes(role));
    const urls = new Map(own.map(([role, password]) => [role, withUser(databaseUrl, role, password)]));
    await setRolePasswords(admin, Object.fromEntries(own));
    await migrate(urls.get("postgres") ?? databaseUrl, migrationsFolder);
    await setRolePasswords(admin, Object.fromEntries(own));
    return {
      adminUrl: databaseUrl,
      url: (role) => urls.get(role) ?? databaseUrl,
      // Whoever runs it starts it again, too.
      lost: new Promise(() => {}),
      close: async () => {},
    };
  } finally {
    await admin.end({ timeout: 5 });
  }
}

interface Found {
  user: string;
  super: boolean;
  version: number;
  foreign: boolean;
  super_roles: string[];
}

async function inspect(admin: postgres.Sql): Promise<{ user: string; superRoles: string[] }> {
  const wayOut =
    "Give the superuser of an empty Postgres, 15 or newer, or unset DATABASE_URL to use the one that comes along.";
  let found: Found | undefined;
  try {
    [found] = await admin<Found[]>`
      select current_user::text as user, current_setting('server_version_num')::integer / 10000 as version,
        (select rolsuper from pg_roles where rolname = current_user) as super,
        to_regnamespace('auth') is not null and to_regnamespace('longhaul_bootstrap') is null as foreign,
        (select coalesce(array_agg(rolname::text), '{}') from pg_roles where rolsuper) as super_roles`;
  } catch (error) {
    throw new StartError(
      `The Postgres of DATABASE_URL does not answer (${(error as Error).message}). ${wayOut}`,
    );
  }
  if (!found?.super) {
    throw new StartError(`DATABASE_URL signs in as ${found?.user}, which is not a superuser. ${wayOut}`);
  }
  if (found.version < oldestMajor) {
    throw new StartError(`The Postgres of DATABASE_URL is of version ${found.version}. ${wayOut}`);
  }
  if (found.foreign) {
    throw new StartError(`The database of DATABASE_URL already belongs to a Supabase project. ${wayOut}`);
  }
  return { user: found.user, superRoles: found.super_roles };
}

function withUser(databaseUrl: string, user: string, password: string): string {
  const url = new URL(databaseUrl);
  url.username = user;
  url.password = password;
  return url.href;
}

function keepPasswords(file: string): Record<string, string> {
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, string>) : {};
  for (const role of loginRoles) kept[role] ??= randomBytes(24).toString("base64url");
  writeFileSync(file, JSON.stringify(kept, null, 2), { mode: 0o600 });
  return kept;
}
