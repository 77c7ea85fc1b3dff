import { spawn } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "@longhaul/local/postgres";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), "longhaul-postgres-"));
  chmodSync(dataDir, 0o755);
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const start = (port = 0, folder = dataDir) => startPostgres({ dataDir: folder, port, durable: false });
const problem = async (attempt: Promise<unknown>): Promise<string> => {
  const error = await attempt.then(
    () => null,
    (reason: Error) => reason,
  );
  expect(error?.name).toBe("StartError");
  return error?.message ?? "";
};
const serverPid = () =>
  Number(readFileSync(join(dataDir, "postgres/data/postmaster.pid"), "utf8").split("\n")[0]);
const runs = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

it("keeps its data and passwords from one start to the next, and stops its server", async () => {
  const first = await start();
  const sql = postgres(first.url("postgres"), { max: 1 });
  await sql`create table public.kept as select 42 as n`;
  await sql.end();
  const pid = serverPid();
  await first.stop();
  expect(runs(pid)).toBe(false);

  await using second = await start();
  expect(second.rolePasswords).toEqual(first.rolePasswords);
  const again = postgres(second.url("postgres"), { max: 1 });
  expect(await again`select n from public.kept`).toEqual([{ n: 42 }]);
  await again.end();
});

it("wants a password, from the machine itself too", async () => {
  await using server = await start();
  const sql = postgres(server.url("postgres").replace(/:[^:@]+@/, ":guess@"), { max: 1 });
  await expect(sql`select 1`).rejects.toThrow(/password authentication failed/);
  await sql.end();
});

it("takes over from a process that was killed, and loses nothing it had committed", async () => {
  const script = `
    import { startPostgres } from "@longhaul/local/postgres";
    import postgres from "postgres";
    const server = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, port: 0, durable: true });
    const sql = postgres(server.url("postgres"));
    await sql\`create table public.committed as select 1 as n\`;
    process.kill(process.pid, "SIGKILL");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    cwd: new URL("..", import.meta.url),
    stdio: "inherit",
  });
  const signal = await new Promise((resolve) => child.once("exit", (_, by) => resolve(by)));
  expect(signal).toBe("SIGKILL");
  const orphan = serverPid();
  expect(runs(orphan)).toBe(true);

  await using server = await start();
  expect(serverPid()).not.toBe(orphan);
  const sql = postgres(server.url("postgres"), { max: 1 });
  expect(await sql`select n from public.committed`).toEqual([{ n: 1 }]);
  await sql.end();
});

it("says who uses the folder", async () => {
  await using _server = await start();
  const message = await problem(start());
  expect(message).toContain(`in use by process ${process.pid}`);
  expect(message).toContain("LONGHAUL_DATA_DIR");
});

it("says that the port is taken", async () => {
  const other: Server = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as { port: number };
  const message = await problem(start(port));
  expect(message).toContain(`Port ${port} is taken`);
  expect(message).toContain("LONGHAUL_DATABASE_PORT");
  await new Promise((resolve) => other.close(resolve));
  await (await start(port)).stop();
});

it.skipIf(process.getuid?.() !== 0 || process.platform !== "linux")(
  "runs as root below a folder that only root may enter",
  async () => {
    const hidden = mkdtempSync(join(tmpdir(), "longhaul-hidden-"));
    chmodSync(hidden, 0o700);
    try {
      const folder = join(hidden, "cloud");
      await using server = await start(0, folder);
      const sql = postgres(server.adminUrl, { max: 1 });
      expect((await sql`select 1 as one`)[0]?.one).toBe(1);
      await sql.end();
    } finally {
      rmSync(hidden, { recursive: true, force: true });
    }
  },
);

it("says that the folder is of another version, not a database at all, or broken", async () => {
  const version = join(dataDir, "postgres/data/PG_VERSION");
  writeFileSync(version, "16\n");
  expect(await problem(start())).toContain("was made by Postgres 16");
  rmSync(version);
  expect(await problem(start())).toContain("does not hold a Postgres database");
  writeFileSync(version, "17\n");
  rmSync(join(dataDir, "postgres/data/global/pg_control"));
  const broken = await problem(start());
  expect(broken).toContain("could not start");
  expect(broken).toContain("postgres.log");
});

it("throws a half-made database away and makes it anew, and half-made copies of the programs", async () => {
  const folder = join(dataDir, "fresh");
  const programs = () => readdirSync(join(folder, "postgres")).filter((name) => name.startsWith("runtime-"));
  mkdirSync(join(folder, "postgres/data.new/base"), { recursive: true });
  writeFileSync(join(folder, "postgres/data.new/PG_VERSION"), "17\n");
  const server = await start(0, folder);
  await server.stop();
  const [name] = programs();
  renameSync(join(folder, `postgres/${name}`), join(folder, `postgres/${name}.4711`));
  await using again = await start(0, folder);
  expect(again.port).toBeGreaterThan(0);
  expect(programs()).toEqual([name]);
});

it.skipIf(process.platform === "win32")("says which name of a folder initdb cannot work in", async () => {
  const message = await problem(start(0, join(dataDir, "my $HOME")));
  expect(message).toContain("has a $ in it");
  expect(message).toContain("LONGHAUL_DATA_DIR");
  await using server = await start(0, join(dataDir, "Bärbel's & co; (new) #1 %20?"));
  expect(server.port).toBeGreaterThan(0);
});
