import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type postgres from "postgres";

const folder = fileURLToPath(new URL("../../bootstrap/", import.meta.url));

/**
 * Brings a database (connected as the superuser supabase_admin) to where a hosted Supabase project is before its first
 * migration: its roles, schemas auth, realtime, storage, extensions. Files already run there are skipped.
 */
export async function bootstrap(admin: postgres.Sql): Promise<void> {
  await admin.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext('longhaul bootstrap'))`;
    await tx`set local client_min_messages = warning`;
    await tx`create schema if not exists longhaul_bootstrap`;
    await tx`create table if not exists longhaul_bootstrap.done (file text primary key, at timestamptz not null default now())`;
    const done = new Set(
      (await tx<{ file: string }[]>`select file from longhaul_bootstrap.done`).map((row) => row.file),
    );
    for (const file of readdirSync(folder).sort()) {
      if (!file.endsWith(".sql") || done.has(file)) continue;
      await tx.unsafe(readFileSync(folder + file, "utf8"));
      await tx`insert into longhaul_bootstrap.done (file) values (${file})`;
    }
  });
}

/** Gives each of `roles` that exists LOGIN and its password. Roles that migrations make exist only after them. */
export async function setRolePasswords(
  admin: postgres.Sql,
  passwords: Record<string, string>,
): Promise<void> {
  const rows = await admin<{ rolname: string }[]>`
    select rolname from pg_roles where rolname in ${admin(Object.keys(passwords))}`;
  for (const { rolname } of rows) {
    const [statement] = await admin<{ text: string }[]>`
      select format('alter role %I login password %L', ${rolname}::text, ${passwords[rolname] as string}::text) as text`;
    await admin.unsafe((statement as { text: string }).text);
  }
}
