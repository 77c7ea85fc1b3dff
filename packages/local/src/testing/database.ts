import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { inject } from "vitest";
import type { LoginRole } from "../postgres/index.js";
// For its declaration of what the global setup provides.
import type {} from "./global-setup.js";

/** A migrated database of a test file's own. Roles are shared by all databases of the run. */
export interface TestDatabase extends AsyncDisposable {
  name: string;
  /** Connection URL of a role to this database. */
  url(role: LoginRole): string;
  /** The superuser supabase_admin: for setting up and looking behind, not for the code under test. */
  adminUrl: string;
  apiUrl: string;
  workerUrl: string;
  dispatcherUrl: string;
  drop(): Promise<void>;
}

/**
 * Clones the migrated template. Use it as `await using database = await createTestDatabase()` or call
 * `drop` in afterAll. Open connections are cut when it goes.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { port, passwords } = inject("longhaulPostgres");
  const name = `test_${randomBytes(6).toString("hex")}`;
  const url = (role: LoginRole, database = name) =>
    `postgres://${role}:${passwords[role]}@127.0.0.1:${port}/${database}`;
  // Not through the template itself: a database with a connection cannot be cloned.
  const administer = async (statements: string[]) => {
    const admin = postgres(url("supabase_admin", "template1"), { max: 1, onnotice: () => {} });
    try {
      for (const statement of statements) await admin.unsafe(statement);
    } finally {
      await admin.end();
    }
  };
  await administer([
    `create database ${name} template postgres owner postgres`,
    // Grants on a database are not cloned with it.
    `grant all on database ${name} to postgres, dashboard_user`,
  ]);
  const drop = () => administer([`drop database if exists ${name} with (force)`]);
  return {
    name,
    url: (role) => url(role),
    adminUrl: url("supabase_admin"),
    apiUrl: url("longhaul_api"),
    workerUrl: url("longhaul_worker"),
    dispatcherUrl: url("longhaul_dispatcher"),
    drop,
    [Symbol.asyncDispose]: drop,
  };
}
