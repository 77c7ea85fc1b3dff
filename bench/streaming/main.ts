import { cpus, loadavg } from "node:os";
import { Child } from "./child.js";
import { type BenchCloud, openCloud } from "./cloud.js";

const quick = process.argv.includes("--quick");
const given = process.argv
  .slice(2)
  .map(Number)
  .filter((count) => count > 0);
const sizes = given.length > 0 ? given : quick ? [1_000] : [1_000, 5_000, 10_000];
const steadySeconds = quick ? 4 : 10;
const aSecond = 500;
const slice = 5;

interface Measured {
  cpuMicros: number;
  p50: number;
  p99: number;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

async function usage(server: Child) {
  const heard = server.hears("usage");
  server.tell({ type: "usage" });
  return heard;
}

async function measured(
  server: Child,
  load: Child,
  deliveries: number,
  work: () => Promise<void> | void,
): Promise<Measured> {
  const before = await usage(server);
  const heard = load.hears("delivered");
  load.tell({ type: "begin", deliveries });
  await work();
  const { latencies } = await heard;
  const after = await usage(server);
  return {
    cpuMicros: (after.cpuMicros - before.cpuMicros) / deliveries,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  };
}

/** `aSecond` events in all, each into a run of its own, `slice` of them in a transaction. */
async function trickle(cloud: BenchCloud, runs: readonly string[], deliveries: number): Promise<void> {
  const began = performance.now();
  const writing: Promise<void>[] = [];
  for (let written = 0; written < deliveries; written += slice) {
    const due = began + (written / aSecond) * 1000;
    const early = due - performance.now();
    if (early > 1) await new Promise((resolve) => setTimeout(resolve, early));
    const first = Math.floor(Math.random() * (runs.length - slice));
    writing.push(cloud.write(runs.slice(first, first + slice)));
  }
  await Promise.all(writing);
}

async function measure(
  kind: "trpc" | "bare",
  cloud: BenchCloud,
  runs: readonly string[],
): Promise<{ bytes: number; steady: Measured; burst: Measured }> {
  const server = Child.start(kind === "bare" ? "bare.js" : "api.js", kind === "bare" ? {} : cloud.env);
  const { url } = await server.hears("ready");
  const load = Child.start("load.js");
  try {
    const empty = await usage(server);
    const connected = load.hears("connected");
    load.tell({ type: "connect", kind, url, token: cloud.token, runs });
    await connected;
    const full = await usage(server);
    const deliveries = aSecond * steadySeconds;
    const steady = await measured(server, load, deliveries, () =>
      kind === "bare"
        ? server.tell({ type: "trickle", deliveries, aSecond })
        : trickle(cloud, runs, deliveries),
    );
    const burst = await measured(server, load, runs.length, () =>
      kind === "bare" ? server.tell({ type: "burst" }) : cloud.write(runs),
    );
    return { bytes: (full.rssBytes - empty.rssBytes) / runs.length, steady, burst };
  } finally {
    load.stop();
    server.stop();
  }
}

const cloud = await openCloud();
try {
  console.log(`Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`);
  const row = (cells: readonly (string | number)[]) =>
    console.log(
      cells.map((cell, at) => String(cell)[at === 0 ? "padEnd" : "padStart"](at === 0 ? 24 : 13)).join(""),
    );
  row(["", "kB a watcher", "us at 500/s", "p50 ms", "p99 ms", "us one to all", "p50 ms", "p99 ms"]);
  const runs = await cloud.startRuns(Math.max(...sizes));
  for (const size of sizes) {
    for (const kind of ["bare", "trpc"] as const) {
      const { bytes, steady, burst } = await measure(kind, cloud, runs.slice(0, size));
      const figures = [steady, burst].flatMap(({ cpuMicros, p50, p99 }) => [
        cpuMicros.toFixed(0),
        p50.toFixed(1),
        p99.toFixed(1),
      ]);
      const name = kind === "bare" ? "bare ws" : "runs.watch";
      row([`${name}, ${size.toLocaleString("en-US")}`, (bytes / 1024).toFixed(1), ...figures]);
    }
  }
} finally {
  await cloud.close();
}
process.exit(0);
