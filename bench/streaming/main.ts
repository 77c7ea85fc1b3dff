import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Child } from "./child.js";
import { type BenchCloud, openCloud } from "./cloud.js";
import type { Usage } from "./messages.js";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false }, profile: { type: "string" } },
});
const given = positionals.map(Number).filter((count) => count > 0);
const sizes = given.length > 0 ? given : flags.quick ? [1_000] : [1_000, 5_000, 10_000];
const steadySeconds = flags.quick ? 5 : 10;
const aSecond = 500;
/** Runs that one transaction of the steady part writes to. */
const slice = 5;
/** Watchers that warm a server up: what its code and its first pages cost is not what a watcher costs. */
const first = 250;
const warmSeconds = 3;
/** By so many deliveries V8 has compiled most of what they need: at first that takes half as much time as they do. */
const warmDeliveries = 20_000;
/** The one event goes to everyone so often that there are at least so many deliveries. */
const burstDeliveries = flags.quick ? 10_000 : 20_000;

type Kind = "trpc" | "bare";

interface Measured {
  deliveries: number;
  /** CPU of the server's process, and of Postgres for it, per delivery. */
  serverMicros: number;
  postgresMicros: number;
  p50: number;
  p99: number;
  /** How much of the machine everything took, and of that the server, Postgres as a whole and the watchers. */
  shares: { machine: number; server: number; postgres: number; watchers: number; writer: number };
}

interface Subject {
  kind: Kind;
  cloud: BenchCloud;
  server: Child;
  load: Child;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

async function usage(child: Child, collect = false): Promise<Usage> {
  const heard = child.hears("usage");
  child.tell({ type: "usage", collect });
  return heard;
}

/** Milliseconds of all cores so far: at work, and altogether. */
function machine(): { busy: number; all: number } {
  let busy = 0;
  let all = 0;
  for (const { times } of cpus()) {
    const sum = Object.values(times).reduce((total, time) => total + time, 0);
    all += sum;
    busy += sum - times.idle;
  }
  return { busy, all };
}

async function snapshot({ kind, cloud, server, load }: Subject) {
  const none = { application: 0, all: 0 };
  const [ofServer, ofLoad, postgres] = await Promise.all([
    usage(server),
    usage(load),
    kind === "trpc" ? cloud.cpuMicros("longhaul-api") : none,
  ]);
  const { user, system } = process.cpuUsage();
  return {
    server: ofServer.cpuMicros,
    watchers: ofLoad.cpuMicros,
    application: postgres.application,
    postgres: postgres.all,
    writer: user + system,
    machine: machine(),
  };
}

async function measured(
  subject: Subject,
  deliveries: number,
  work: () => Promise<void> | void,
): Promise<Measured> {
  const heard = subject.load.hears("delivered");
  // Before the snapshot, to which the watchers answer: so they count by the time that the server begins.
  subject.load.tell({ type: "begin", deliveries });
  const before = await snapshot(subject);
  await work();
  const { latencies } = await heard;
  const after = await snapshot(subject);
  const allMicros = (after.machine.all - before.machine.all) * 1000;
  const share = (of: "server" | "watchers" | "postgres" | "writer") => (after[of] - before[of]) / allMicros;
  return {
    deliveries,
    serverMicros: (after.server - before.server) / deliveries,
    postgresMicros: (after.application - before.application) / deliveries,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    shares: {
      machine: (after.machine.busy - before.machine.busy) / (after.machine.all - before.machine.all),
      server: share("server"),
      postgres: share("postgres"),
      watchers: share("watchers"),
      writer: share("writer"),
    },
  };
}

/** `aSecond` events in all, each into a run of its own, `slice` of them in a transaction. */
async function trickle(subject: Subject, runs: readonly string[], seconds: number): Promise<Measured> {
  const deliveries = aSecond * seconds;
  return measured(subject, deliveries, async () => {
    if (subject.kind === "bare") return subject.server.tell({ type: "trickle", deliveries, aSecond });
    const began = performance.now();
    const writing: Promise<void>[] = [];
    for (let written = 0; written < deliveries; written += slice) {
      const due = began + (written / aSecond) * 1000;
      const early = due - performance.now();
      if (early > 1) await new Promise((resolve) => setTimeout(resolve, early));
      const from = Math.floor(Math.random() * (runs.length - slice));
      writing.push(subject.cloud.write(runs.slice(from, from + slice)));
    }
    await Promise.all(writing);
  });
}

/** One event into every run. */
async function burst(subject: Subject, runs: readonly string[]): Promise<Measured> {
  return measured(subject, runs.length, async () => {
    if (subject.kind === "bare") return subject.server.tell({ type: "burst" });
    await subject.cloud.write(runs, 50);
  });
}

async function bursts(subject: Subject, runs: readonly string[], deliveries: number): Promise<Measured> {
  const rounds: Measured[] = [];
  while (rounds.length * runs.length < deliveries) rounds.push(await burst(subject, runs));
  const mean = (of: (round: Measured) => number) =>
    rounds.reduce((total, round) => total + of(round), 0) / rounds.length;
  return {
    deliveries: rounds.length * runs.length,
    serverMicros: mean((round) => round.serverMicros),
    postgresMicros: mean((round) => round.postgresMicros),
    p50: mean(({ p50 }) => p50),
    p99: mean(({ p99 }) => p99),
    shares: rounds[0]?.shares as Measured["shares"],
  };
}

async function profiled<T>(server: Child, file: string, work: () => Promise<T>): Promise<T> {
  if (flags.profile === undefined) return work();
  const toggle = async () => {
    const heard = server.hears("profiled");
    server.tell({ type: "profile", file: join(flags.profile as string, file) });
    await heard;
  };
  await toggle();
  const done = await work();
  await toggle();
  return done;
}

async function measure(kind: Kind, cloud: BenchCloud, runs: readonly string[]) {
  const server = Child.start(kind === "bare" ? "bare.js" : "api.js", kind === "bare" ? {} : cloud.env);
  const { url } = await server.hears("ready");
  const load = Child.start("load.js");
  const subject: Subject = { kind, cloud, server, load };
  const connect = async (some: readonly string[]) => {
    const connected = load.hears("connected");
    load.tell({ type: "connect", kind, url, token: cloud.token, runs: some });
    await connected;
  };
  try {
    const warming = runs.slice(0, first);
    await connect(warming);
    await trickle(subject, warming, warmSeconds);
    await bursts(subject, warming, 5_000);
    const before = await usage(server, true);
    await connect(runs.slice(first));
    const after = await usage(server, true);
    // After the connecting, which V8's other threads go on with for a while: they compile, and mark what is garbage.
    const warmUp = await bursts(subject, runs, warmDeliveries);
    await trickle(subject, runs, warmSeconds);
    const name = `${kind}-${runs.length}`;
    const steady = await profiled(server, `${name}-steady.cpuprofile`, () =>
      trickle(subject, runs, steadySeconds),
    );
    const all = await profiled(server, `${name}-burst.cpuprofile`, () =>
      bursts(subject, runs, burstDeliveries),
    );
    return {
      bytes: (after.rssBytes - before.rssBytes) / (runs.length - first),
      connectMicros: (after.cpuMicros - before.cpuMicros) / (runs.length - first),
      warmUp,
      steady,
      all,
    };
  } finally {
    load.stop();
    server.stop();
  }
}

const row = (cells: readonly string[]) =>
  console.log(cells.map((cell, at) => (at === 0 ? cell.padEnd(20) : cell.padStart(11))).join(""));

const cloud = await openCloud();
try {
  console.log(`Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`);
  console.log(
    `CPU in microseconds per delivery, of the server and of Postgres for it; times in milliseconds\n`,
  );
  row(["", "kB/watcher", "500/s: us", "Postgres", "p50", "p99", "to all: us", "Postgres", "p50", "p99"]);
  const runs = await cloud.startRuns(Math.max(...sizes));
  const used: string[] = [];
  const ratios: string[] = [];
  for (const size of sizes) {
    const micros: Record<Kind, number[]> = { bare: [], trpc: [] };
    for (const kind of ["bare", "trpc"] as const) {
      const { bytes, connectMicros, warmUp, steady, all } = await measure(kind, cloud, runs.slice(0, size));
      const name = `${kind === "bare" ? "bare ws" : "runs.watch"}, ${size.toLocaleString("en-US")}`;
      const figures = [steady, all].flatMap(({ serverMicros, postgresMicros, p50, p99 }) => [
        serverMicros.toFixed(0),
        kind === "bare" ? "-" : postgresMicros.toFixed(0),
        p50.toFixed(1),
        p99.toFixed(1),
      ]);
      row([name, (bytes / 1024).toFixed(1), ...figures]);
      micros[kind] = [steady.serverMicros, all.serverMicros];
      const percent = (share: number) => `${(share * 100).toFixed(0)} %`;
      const { machine: busy, server, postgres, watchers, writer } = steady.shares;
      used.push(
        `${name}: ${percent(busy)} (server ${percent(server)}, all of Postgres ${percent(postgres)}, ` +
          `watchers ${percent(watchers)}, writer and Realtime ${percent(writer)}); ` +
          `connecting takes the server ${connectMicros.toFixed(0)} us a watcher, ` +
          `and each of the deliveries that warm it up ${warmUp.serverMicros.toFixed(0)} us`,
      );
    }
    const [steadily, atOnce] = micros.trpc.map((of, at) => (of / (micros.bare[at] ?? 0)).toFixed(1));
    ratios.push(`${size.toLocaleString("en-US")} watchers: ${steadily} at 500 a second, ${atOnce} to all`);
  }
  console.log(`\nCPU of the server beside that of bare ws\n${ratios.join("\n")}`);
  console.log(`\nOf the machine, at 500 a second\n${used.join("\n")}`);
} finally {
  await cloud.close();
}
process.exit(0);
