import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@longhaul/db";
import { migrationsFolder } from "@longhaul/db/supabase";
import { bootstrap, migrate } from "@longhaul/local/postgres";
import { createTestDatabase } from "@longhaul/local/testing";

/** The files of the migrations, in their order. */
export const migrations = readdirSync(migrationsFolder)
  .filter((file) => file.endsWith(".sql"))
  .sort();

/** A database of its own that has had the migrations up to the file `last`, and no others yet. */
export async function openEarlierDatabase(last: string) {
  const database = await createTestDatabase();
  const elsewhere = new URL(database.adminUrl);
  elsewhere.pathname = "/template1";
  const server = connect(elsewhere.href, { max: 1 });
  await database.drop();
  await server.sql.unsafe(`create database ${database.name} template template0`);
  await server.close();
  const pools = {
    admin: connect(database.adminUrl, { max: 2 }),
    api: connect(database.apiUrl, { max: 2 }),
    dispatcher: connect(database.dispatcherUrl, { max: 2 }),
    worker: connect(database.workerUrl, { max: 2 }),
  };
  await bootstrap(pools.admin.sql);
  const folder = mkdtempSync(join(tmpdir(), "longhaul-earlier-"));
  for (const file of migrations.slice(0, migrations.indexOf(last) + 1))
    cpSync(join(migrationsFolder, file), join(folder, file));
  await migrate(database.url("postgres"), folder);
  rmSync(folder, { recursive: true });
  return {
    ...pools,
    /** Runs the others, as a deployment does while the code of before is at work. @returns how many they were. */
    async migrate() {
      return (await migrate(database.url("postgres"), migrationsFolder)).length;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(Object.values(pools).map((db) => db.close()));
      await database.drop();
    },
  };
}
