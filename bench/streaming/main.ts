import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { type BenchCloud, openCloud } from "./cloud.js";
import { type Measured, steady, toAll, together } from "./deliveries.js";
import { type Kind, Subject } from "./subject.js";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    profile: { type: "string" },
  },
});
const given = positionals.map(Number).filter((count) => count > 0);
const sizes = given.length > 0 ? given : flags.quick ? [1_000] : [1_000, 5_000, 10_000];
const kinds = ["bare", "trpc"] as const;
/** The servers take turns, so that both have their share of whatever else the machine does. */
const rounds = Math.max(1, Number(flags.rounds ?? (flags.quick ? 3 : 5)) || 1);
const steadySeconds = 5;
/** The one event goes to everyone so often in a round that there are at least so many deliveries. */
const toAllDeliveries = flags.quick ? 5_000 : 10_000;
/** Watchers that come before memory is measured: what the server's code and its first pages cost is not what a watcher costs. */
const first = 250;
/** By so many deliveries V8 has compiled what they need: at first that takes as much time as they do. */
const warmDeliveries = 30_000;
const warmSeconds = 5;

interface Turns {
  subject: Subject;
  /** Of a watcher. */
  connectMicros: number;
  warmUp: Measured;
  steady: Measured[];
  toAll: Measured[];
}

/** Bytes a watcher, of a server of its own: to collect garbage by force changes for a while what each message takes. */
async function memoryOf(kind: Kind, cloud: BenchCloud, runs: readonly string[]): Promise<number> {
  const subject = await Subject.start(kind, cloud, { collects: true });
  try {
    const warming = runs.slice(0, first);
    await subject.connect(warming);
    await steady(subject, warming, 3);
    await toAll(subject, warming, 5_000);
    const before = await subject.server.usage({ collect: true });
    await subject.connect(runs.slice(first));
    const after = await subject.server.usage({ collect: true });
    return (after.rssBytes - before.rssBytes) / (runs.length - first);
  } finally {
    subject.stop();
  }
}

async function begin(kind: Kind, cloud: BenchCloud, runs: readonly string[]): Promise<Turns> {
  const subject = await Subject.start(kind, cloud);
  const before = await subject.server.usage();
  await subject.connect(runs);
  const after = await subject.server.usage();
  const warmUp = await toAll(subject, runs, warmDeliveries);
  await steady(subject, runs, warmSeconds);
  const connectMicros = (after.cpuMicros - before.cpuMicros) / runs.length;
  return { subject, connectMicros, warmUp, steady: [], toAll: [] };
}

async function turn({ subject, ...turns }: Turns, runs: readonly string[], round: number): Promise<void> {
  const profiled = (part: string, work: () => Promise<Measured>) =>
    subject.profiled(flags.profile, `${subject.kind}-${runs.length}-${part}-${round}`, work);
  turns.steady.push(await profiled("steady", () => steady(subject, runs, steadySeconds)));
  turns.toAll.push(await profiled("to-all", () => toAll(subject, runs, toAllDeliveries)));
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const row = (cells: readonly string[]) =>
  console.log(cells.map((cell, at) => (at === 0 ? cell.padEnd(20) : cell.padStart(11))).join(""));

const micros = ({ serverMicros, deliveries }: Measured) => serverMicros / deliveries;

function figures(measured: Measured, kind: Kind): string[] {
  const { latencies, postgresMicros, deliveries } = measured;
  return [
    micros(measured).toFixed(0),
    kind === "bare" ? "-" : (postgresMicros / deliveries).toFixed(0),
    quantile(latencies, 0.5).toFixed(1),
    quantile(latencies, 0.99).toFixed(1),
  ];
}

/** How many times what bare `ws` took in the same round: the median of the rounds, and the least and the most of them. */
function ratios(ours: readonly Measured[], bare: readonly Measured[]): string {
  const each = ours.map((measured, round) => micros(measured) / micros(bare[round] as Measured));
  return `${quantile(each, 0.5).toFixed(1)} (${Math.min(...each).toFixed(1)} to ${Math.max(...each).toFixed(1)})`;
}

function usedBy(turns: Turns): string {
  const { used } = together(turns.steady);
  const percent = (of: keyof Measured["used"]) => `${((used[of] / used.available) * 100).toFixed(0)} %`;
  return (
    `${percent("machine")} (server ${percent("server")}, all of Postgres ${percent("postgres")}, ` +
    `watchers ${percent("watchers")}, writer and Realtime ${percent("writer")}); ` +
    `connecting takes the server ${turns.connectMicros.toFixed(0)} us a watcher, ` +
    `and each of the deliveries that warm it up ${micros(turns.warmUp).toFixed(0)} us`
  );
}

async function measure(cloud: BenchCloud, runs: readonly string[]) {
  const size = runs.length.toLocaleString("en-US");
  const bytes = {
    bare: await memoryOf("bare", cloud, runs),
    trpc: await memoryOf("trpc", cloud, runs),
  };
  const open: Turns[] = [];
  try {
    for (const kind of kinds) open.push(await begin(kind, cloud, runs));
    for (let round = 1; round <= rounds; round += 1) {
      for (const turns of open) await turn(turns, runs, round);
    }
  } finally {
    for (const { subject } of open) subject.stop();
  }
  const [bare, ours] = open as [Turns, Turns];
  const used: string[] = [];
  for (const turns of open) {
    const { kind } = turns.subject;
    const name = `${kind === "bare" ? "bare ws" : "runs.watch"}, ${size}`;
    const cells = [turns.steady, turns.toAll].flatMap((each) => figures(together(each), kind));
    row([name, (bytes[kind] / 1024).toFixed(1), ...cells]);
    used.push(`${name}: ${usedBy(turns)}`);
  }
  const beside = `${ratios(ours.steady, bare.steady)} at 500 a second, ${ratios(ours.toAll, bare.toAll)} to all`;
  return { used, beside: `${size} watchers: ${beside}` };
}

const cloud = await openCloud();
try {
  console.log(`Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`);
  console.log(
    `CPU in microseconds per delivery, of the server and of Postgres for it; times in milliseconds\n`,
  );
  row(["", "kB/watcher", "500/s: us", "Postgres", "p50", "p99", "to all: us", "Postgres", "p50", "p99"]);
  const runs = await cloud.startRuns(Math.max(...sizes));
  const found: Awaited<ReturnType<typeof measure>>[] = [];
  for (const size of sizes) found.push(await measure(cloud, runs.slice(0, size)));
  console.log(`\nCPU of the server beside that of bare ws: the median of ${rounds} rounds`);
  console.log(found.map(({ beside }) => beside).join("\n"));
  console.log(`\nOf the machine, at 500 a second\n${found.flatMap(({ used }) => used).join("\n")}`);
} finally {
  await cloud.close();
}
process.exit(0);
