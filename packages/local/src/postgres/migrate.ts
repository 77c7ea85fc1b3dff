import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { StartError } from "./start-error.js";

interface Migration {
  version: string;
  name: string;
  file: string;
  text: string;
}

/**
 * Runs the migrations of `folder` that the database has not had yet, in the order of their file names
 * (`<version>_<name>.sql`), each in a transaction of its own, as the role of `url` (postgres). They are
 * recorded in supabase_migrations.schema_migrations, where the Supabase CLI keeps them.
 *
 * @returns the versions run now
 * @throws StartError when a migration fails, or one that had run was since changed or removed, or a new one
 *   sorts before one that had run
 */
export async function migrate(url: string, folder: string): Promise<string[]> {
  const migrations = readMigrations(folder);
  const sql = postgres(url, {
    max: 1,
    onnotice: () => {},
    connection: { application_name: "longhaul migrate" },
  });
  try {
    await sql`select pg_advisory_lock(hashtext('longhaul migrations'))`;
    await sql`create schema if not exists supabase_migrations`;
    await sql`create table if not exists supabase_migrations.schema_migrations (version text primary key)`;
    await sql`alter table supabase_migrations.schema_migrations add column if not exists statements text[]`;
    await sql`alter table supabase_migrations.schema_migrations add column if not exists name text`;
    const recorded = await sql<{ version: string; name: string | null; statements: string[] | null }[]>`
      select version, name, statements from supabase_migrations.schema_migrations order by version`;
    checkHistory(migrations, recorded);
    const had = new Set(recorded.map((row) => row.version));
    const due = migrations.filter((migration) => !had.has(migration.version));
    for (const migration of due) await run(sql, migration);
    return due.map((migration) => migration.version);
  } finally {
    await sql.end();
  }
}

function readMigrations(folder: string): Migration[] {
  if (!existsSync(folder)) throw new StartError(`There is no migrations folder ${folder}.`);
  const migrations = readdirSync(folder)
    .filter((file) => file.endsWith(".sql"))
    .sort()
    .map((file) => {
      const parts = /^(\d+)_(.+)\.sql$/.exec(file);
      if (!parts)
        throw new StartError(`Migration ${file} needs a name like 20260101000000_what_it_does.sql.`);
      const [, version = "", name = ""] = parts;
      return { version, name, file, text: readFileSync(join(folder, file), "utf8") };
    });
  migrations.forEach(({ version, file }, index) => {
    if (migrations[index - 1]?.version === version)
      throw new StartError(
        `Two migrations have version ${version}: ${migrations[index - 1]?.file} and ${file}.`,
      );
  });
  return migrations;
}

function checkHistory(
  migrations: Migration[],
  recorded: readonly { version: string; name: string | null; statements: string[] | null }[],
): void {
  const byVersion = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const { version, name, statements } of recorded) {
    const file = byVersion.get(version);
    if (!file) {
      throw new StartError(
        `The database had migration ${version}_${name ?? ""}, which is not in the folder any more: go on with the newer version that it is of, bring it back, or start with a new data folder.`,
      );
    }
    // The CLI records statement by statement, without the semicolons between them.
    if (statements !== null && bare(statements.join(";")) !== bare(file.text)) {
      throw new StartError(
        `Migration ${file.file} was changed after it had run: undo the change and add a new migration, or start with a new data folder.`,
      );
    }
  }
  const last = recorded.at(-1)?.version ?? "";
  const had = new Set(recorded.map((row) => row.version));
  const late = migrations.find(({ version }) => version < last && !had.has(version));
  if (late) {
    throw new StartError(
      `Migration ${late.file} is new but sorts before ${last}, which has already run: give it a later version.`,
    );
  }
}

function bare(text: string): string {
  return text.replace(/[\s;]+/g, "");
}

async function run(sql: postgres.Sql, migration: Migration): Promise<void> {
  try {
    await sql.begin(async (tx) => {
      await tx.unsafe(migration.text);
      // A migration may set search_path or role for itself; the record is written as who we are.
      await tx`reset role`;
      await tx`
        insert into supabase_migrations.schema_migrations (version, name, statements)
        values (${migration.version}, ${migration.name}, ${[migration.text]})`;
    });
    await sql`reset all`;
  } catch (error) {
    const where = error instanceof postgres.PostgresError ? describe(error, migration.text) : "";
    throw new StartError(`Migration ${migration.file} failed: ${(error as Error).message}${where}`, {
      cause: error,
    });
  }
}

function describe(error: postgres.PostgresError, text: string): string {
  const line = error.position ? ` (line ${text.slice(0, Number(error.position)).split("\n").length})` : "";
  return line + (error.detail ? ` ${error.detail}` : "") + (error.hint ? ` Hint: ${error.hint}` : "");
}
