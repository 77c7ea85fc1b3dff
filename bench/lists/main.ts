import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { asCaller, connect, type RunFilter, runs } from "@longhaul/db";
import { migrationsFolder } from "@longhaul/db/supabase";
import { startPostgres } from "@longhaul/local/postgres";
import { fill, type Filled } from "./fill.js";

const count = Number(process.argv[2] ?? 1_000_000);
const rounds = Number(process.argv[3] ?? 40);
/** Milliseconds within which 95 of 100 answers have to be there. */
const goal = 30;

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

function filters({ rare }: Filled): [string, RunFilter][] {
  return [
    ["everything", {}],
    ["one workflow", { workflow: "storybook" }],
    ["succeeded (99 %)", { statuses: ["succeeded"] }],
    ["failed or cancelled (1 %)", { statuses: ["failed", "cancelled"] }],
    ["under way (none)", { statuses: ["queued", "running", "waiting", "cancelling"] }],
    ["cancelled, one workflow (none)", { statuses: ["cancelled"], workflow: "storybook" }],
    ["tag on 2 in 1,000", { tag: "nightly" }],
    ["tag on 100 in 1,000", { tag: "daily" }],
    ["tag on 2 in 1,000, failed (none)", { tag: "nightly", statuses: ["failed"] }],
    ["tag that nobody uses", { tag: "never" }],
    ["person with 2 in 1,000", { person: rare }],
    ["a day, half a year ago", { from: daysAgo(180), to: daysAgo(179) }],
    ["word in 1 of 1,000", { search: "pellworm" }],
    ["word in nearly all", { search: "march" }],
    ["word that is nowhere", { search: "kiribati" }],
    ["word in nearly all, failed", { search: "march", statuses: ["failed"] }],
    ["word in 1 of 1,000, failed (none)", { search: "pellworm", statuses: ["failed"] }],
    ["number of one run", { search: "march 4242" }],
    ["two letters that are nowhere", { search: "qx" }],
  ];
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const dataDir = await mkdtemp(join(tmpdir(), "longhaul-lists-"));
const server = await startPostgres({ dataDir, port: 0, durable: false });
const admin = connect(server.adminUrl, { max: 1 });
const api = connect(server.url("longhaul_api"), { max: 2 });
let missed = 0;
try {
  await server.migrate(migrationsFolder);
  console.log(
    `Node ${process.version}, ${cpus().length} cores; filling in ${count.toLocaleString("en-US")} runs`,
  );
  const began = performance.now();
  const filled = await fill(admin.sql, count, (done) =>
    process.stderr.write(`\r${done.toLocaleString("en-US")}`),
  );
  process.stderr.write("\n");
  console.log(`filled in ${((performance.now() - began) / 1000).toFixed(0)} s`);

  const { organisationId, busy } = filled;
  const caller = { userId: busy, claims: {} };
  const row = (name: string, cells: readonly (string | number)[]) =>
    console.log(`${name.padEnd(36)}${cells.map((cell) => String(cell).padStart(11)).join("")}`);
  row("milliseconds", ["first p50", "first p95", "later p95", "count p50", "count p95", "found"]);
  for (const [name, filter] of filters(filled)) {
    const samples: { first: number[]; later: number[]; counted: number[] } = {
      first: [],
      later: [],
      counted: [],
    };
    let found = "";
    for (let round = 0; round < rounds; round += 1) {
      await asCaller(api, caller, async (tx) => {
        let page = await runs.list(tx, { organisationId, limit: 50, ...filter });
        samples.first.push(
          await timed(async () => {
            page = await runs.list(tx, { organisationId, limit: 50, ...filter });
          }),
        );
        if (page.next) {
          const before = page.next;
          samples.later.push(
            await timed(() => runs.list(tx, { organisationId, limit: 50, ...filter, before })),
          );
        }
        samples.counted.push(
          await timed(async () => {
            const { count: counted, capped } = await runs.count(tx, { organisationId, ...filter });
            found = `${counted}${capped ? "+" : ""}`;
          }),
        );
      });
    }
    const p95 = [samples.first, samples.later, samples.counted].map((values) => percentile(values, 0.95));
    if (p95.some((value) => value > goal)) missed += 1;
    const ms = (value: number | undefined) =>
      value === undefined || Number.isNaN(value) ? "-" : value.toFixed(1);
    const p50 = (values: readonly number[]) => ms(percentile(values, 0.5));
    row(name, [p50(samples.first), ms(p95[0]), ms(p95[1]), p50(samples.counted), ms(p95[2]), found]);
  }
  console.log(
    missed === 0 ? `Every p95 is within ${goal} ms.` : `${missed} filters missed the goal of ${goal} ms.`,
  );
} finally {
  await Promise.all([admin.close(), api.close()]);
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
}
process.exitCode = missed === 0 ? 0 : 1;
