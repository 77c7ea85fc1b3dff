import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrationsFolder } from "@longhaul/db/supabase";
import { startPostgres } from "@longhaul/local/postgres";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";

/** Where Debian has its Postgres, by major version. */
const debian = "/usr/lib/postgresql";
const versions = existsSync(debian)
  ? readdirSync(debian).filter(
      (version) => Number(version) >= 15 && existsSync(join(debian, version, "bin/initdb")),
    )
  : [];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "longhaul-programs-"));
  chmodSync(folder, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder with a program "postgres" that says `version`. */
function programs(version: string): string {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "postgres"), `#!/bin/sh\necho "${version}"\n`, { mode: 0o755 });
  return bin;
}

const problem = (bin: string) =>
  startPostgres({ dataDir: join(folder, "data"), port: 0, durable: false, bin }).then(
    () => "it started",
    (error: Error) => `${error.name}: ${error.message}`,
  );

it.skipIf(process.platform === "win32")("says what is wrong with the programs that it is given", async () => {
  const nothing = await problem(join(folder, "nothing"));
  expect(nothing).toContain("StartError");
  expect(nothing).toContain(join(folder, "nothing"));
  expect(nothing).toContain("LONGHAUL_POSTGRES_BIN");
  expect(await problem(programs("postgres (PostgreSQL) 14.22"))).toContain(
    "is Postgres 14: 15 or newer is needed",
  );
  expect(await problem(programs("something else"))).toContain('it says "something else"');
  // It is known by its version, and then cannot make a cluster.
  expect(await problem(programs("postgres (PostgreSQL) 18.1"))).toContain("could not make its data folder");
});

it.runIf(versions.length > 0).each(versions)(
  "starts Postgres %s of the machine, which takes every migration and sorts as the package's does",
  async (version) => {
    const bin = join(debian, version, "bin");
    const dataDir = join(folder, version);
    await using server = await startPostgres({ dataDir, port: 0, durable: false, bin });
    expect((await server.migrate(migrationsFolder)).length).toBeGreaterThan(0);
    const sql = postgres(server.adminUrl, { max: 1 });
    const [row] = await sql`
      select current_setting('server_version_num')::integer / 10000 as major, lower('ÄÉ') as lower,
        (select string_agg(word, '' order by word) from unnest(array['a', 'B', 'é', 'b', 'A', 'z', '中']) word) as sorted`;
    await sql.end();
    expect(row).toEqual({ major: Number(version), lower: "äé", sorted: "ABabzé中" });
  },
);
