import { mkdtemp, readFile, rm } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { asCaller, connect, type RunFilter, runs, type Tx } from "@longhaul/db";
import { migrationsFolder } from "@longhaul/db/supabase";
import { startPostgres } from "@longhaul/local/postgres";
import { fill, type Filled, filledBefore } from "./fill.js";
import { filters } from "./filters.js";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  // A folder that is kept: what one run has filled in the next one reads.
  options: { data: { type: "string" } },
});
const count = Number(positionals[0] ?? 1_000_000);
const rounds = Number(positionals[1] ?? 40);
/** Milliseconds within which 95 of 100 answers have to be there. */
const goal = 30;

/** Milliseconds at the client, and of CPU that the connection's process in Postgres took. */
interface Sample {
  wall: number;
  cpu: number;
}
type Kind = "first" | "later" | "count";

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Milliseconds that a process has been on a core, as Linux counts them; not a number elsewhere. */
async function onCore(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/schedstat`, "utf8").catch(() => "");
  return Number.parseInt(text, 10) / 1e6;
}

async function openDatabase() {
  const kept = flags.data !== undefined;
  const dataDir = kept ? resolve(flags.data as string) : await mkdtemp(join(tmpdir(), "longhaul-lists-"));
  const server = await startPostgres({ dataDir, port: 0, durable: false });
  const admin = connect(server.adminUrl, { max: 2 });
  const api = connect(server.url("longhaul_api"), { max: 1 });
  return {
    server,
    admin,
    api,
    async close() {
      await Promise.all([admin.close(), api.close()]);
      await server.stop();
      if (!kept) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** One round of what the dashboard asks for one filter: the first page, the page after it, and the count. */
async function ask(
  tx: Tx,
  params: RunFilter & { organisationId: string },
  take: <T>(kind: Kind, work: () => Promise<T>) => Promise<T>,
): Promise<string> {
  const page = await take("first", () => runs.list(tx, { limit: 50, ...params }));
  const before = page.next;
  if (before) await take("later", () => runs.list(tx, { limit: 50, ...params, before }));
  const { count: found, capped } = await take("count", () => runs.count(tx, params));
  return `${found}${capped ? "+" : ""}`;
}

async function measure(api: ReturnType<typeof connect>, { organisationId, busy }: Filled, filter: RunFilter) {
  const samples: Record<Kind, Sample[]> = { first: [], later: [], count: [] };
  let found = "";
  for (let round = -1; round < rounds; round += 1) {
    found = await asCaller(api, { userId: busy, claims: {} }, async (tx) => {
      const [{ pid } = { pid: 0 }] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
      return ask(tx, { organisationId, ...filter }, async (kind, work) => {
        const cpu = await onCore(pid);
        const began = performance.now();
        const done = await work();
        const wall = performance.now() - began;
        // The first round brings pages into memory.
        if (round >= 0) samples[kind].push({ wall, cpu: (await onCore(pid)) - cpu });
        return done;
      });
    });
  }
  return { samples, found };
}

const ms = (value: number) => (Number.isNaN(value) ? "-" : value.toFixed(1));
const row = (name: string, cells: readonly string[]) =>
  console.log(`${name.padEnd(36)}${cells.map((cell) => cell.padStart(9)).join("")}`);

const { server, admin, api, close } = await openDatabase();
const missed = { wall: 0, cpu: 0 };
try {
  await server.migrate(migrationsFolder);
  console.log(`Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`);
  let filled = await filledBefore(admin.sql, count);
  if (!filled) {
    const began = performance.now();
    filled = await fill(admin.sql, count, (done) =>
      process.stderr.write(`\r${done.toLocaleString("en-US")}`),
    );
    process.stderr.write("\n");
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    console.log(`filled in ${count.toLocaleString("en-US")} runs in ${seconds} s`);
  }
  console.log("\nMilliseconds at the client, p50 and p95, and the p95 of the CPU time in Postgres");
  row("", ["first", "", "CPU", "later", "", "CPU", "count", "", "CPU", "found"]);
  for (const [name, filter] of filters(filled)) {
    const { samples, found } = await measure(api, filled, filter);
    const cells: string[] = [];
    const worst = { wall: 0, cpu: 0 };
    for (const kind of ["first", "later", "count"] as const) {
      const walls = samples[kind].map(({ wall }) => wall);
      const cpu = percentile(
        samples[kind].map((sample) => sample.cpu),
        0.95,
      );
      const wall = percentile(walls, 0.95);
      worst.wall = Math.max(worst.wall, wall || 0);
      worst.cpu = Math.max(worst.cpu, cpu || 0);
      cells.push(ms(percentile(walls, 0.5)), ms(wall), ms(cpu));
    }
    if (worst.wall > goal) missed.wall += 1;
    if (worst.cpu > goal) missed.cpu += 1;
    row(name, [...cells, found]);
  }
  console.log(
    `\nOver ${goal} ms: ${missed.wall} filters at the client, ${missed.cpu} by the CPU time in Postgres.`,
  );
} finally {
  await close();
}
process.exitCode = missed.wall === 0 ? 0 : 1;
