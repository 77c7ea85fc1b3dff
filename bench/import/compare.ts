import { execFile } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { generate } from "./generate.js";
import type { Measurement } from "./measure.js";

const megabytes = Number(process.argv[2] ?? 50);
const rounds = Number(process.argv[3] ?? 5);
const seed = 42;

async function child(script: string, path: string): Promise<Measurement> {
  const entry = fileURLToPath(new URL(script, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [entry, path]);
  return JSON.parse(stdout) as Measurement;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}

const whole = (value: number) => Math.round(value).toLocaleString("en-US");

function report(name: string, found: readonly Measurement[]): void {
  const rates = found.map(({ rows, milliseconds }) => (rows / milliseconds) * 1000);
  const peak = Math.max(...found.map((one) => one.peak)) / 1024 ** 2;
  const cpu = median(found.map((one) => one.cpu));
  const range = `${whole(Math.min(...rates))} to ${whole(Math.max(...rates))}`;
  console.log(
    `${name.padEnd(12)} ${whole(median(rates))} rows/s (${range}), ${whole(cpu)} ms CPU, peak ${whole(peak)} MB`,
  );
}

const folder = await mkdtemp(join(tmpdir(), "longhaul-bench-"));
try {
  const path = join(folder, "orders.csv");
  await generate(path, megabytes * 1024 ** 2, seed);
  console.log(
    `${whole((await stat(path)).size)} bytes, seed ${seed}, ${rounds} rounds, Node ${process.version}`,
  );
  const peer: Measurement[] = [];
  const ours: Measurement[] = [];
  for (let round = 0; round < rounds; round++) {
    peer.push(await child("./papaparse.js", path));
    ours.push(await child("./process-data.js", path));
  }
  report("papaparse", peer);
  report("ProcessData", ours);
  const ratio = (of: (one: Measurement) => number) =>
    median(peer.map((one, i) => of(one) / of(ours[i] as Measurement))).toFixed(2);
  console.log(
    `rows/s, ProcessData to papaparse: ${ratio((one) => one.milliseconds)} (goal 0.50), by CPU time ${ratio((one) => one.cpu)}`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
