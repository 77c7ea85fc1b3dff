import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import type { Figures } from "../engine/measure.js";
import { floorOf } from "../engine/parts/floor.js";
import { against, figure, heading, median, spread, table } from "../engine/report.js";
import { run } from "../engine/run-child.js";
import { Missing } from "../engine/servers/server.js";
import { Stage } from "../engine/stage.js";
import { inFlight } from "../engine/subject.js";
import { describe, productSubjectNames, type SubjectName } from "../engine/subjects.js";
import { goals } from "./goals.js";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    subjects: { type: "string" },
    directory: { type: "string" },
  },
});
const { quick } = values;
const wanted = (values.subjects?.split(",") ?? productSubjectNames) as SubjectName[];
const rounds = values.rounds === undefined ? (quick ? 1 : 5) : Number(values.rounds);
if (!wanted.every((name) => productSubjectNames.includes(name)) || !(rounds >= 1)) {
  console.error(
    `product [--quick] [--rounds N] [--directory DIR] [--subjects NAME,NAME]\nsubjects: ${productSubjectNames.join(", ")}`,
  );
  process.exit(2);
}
const phases = quick
  ? { warmUp: 4000, together: 3000, alone: 1000 }
  : // Code of the product runs in eight processes: each wants to have been compiled by its V8 before it is measured.
    { warmUp: 8000, warmUpCount: 3000, together: 6000, alone: 3000 };

const stage = new Stage(values.directory);
process.once("SIGINT", () => void stage.close().finally(() => process.exit(130)));

/** @returns the reason why a subject cannot be measured, or its figures. */
async function measured(name: SubjectName): Promise<Figures | string> {
  try {
    const server = await stage.server(name, "product");
    const place = { directory: stage.folder(name), url: server?.url ?? "", pid: server?.pid };
    const limit = 3 * (phases.warmUp + phases.together + phases.alone) + 120_000;
    return await run("measure", { subject: name, place, phases }, limit, server?.env);
  } catch (error) {
    return error instanceof Missing ? error.message : ((error as Error).stack ?? String(error));
  }
}

function print(found: ReadonlyMap<SubjectName, Figures[]>): void {
  const parts = ["server", "workers", "Postgres"];
  const rows = [["", "workflows/s", "CPU ms each", "node", ...parts, "alone: p50 ms", "p99 ms"]];
  for (const [name, figures] of found) {
    const all = (of: (one: Figures) => number): number[] => figures.map(of);
    const others = (one: Figures): number => Object.values(one.cpuOfOthers).reduce((sum, ms) => sum + ms, 0);
    rows.push([
      describe(name).title,
      spread(all((one) => one.rate)),
      figure(median(all((one) => one.cpu + others(one)))),
      figure(median(all((one) => one.cpu))),
      ...parts.map((part) => figure(median(all((one) => one.cpuOfOthers[part] ?? Number.NaN)))),
      spread(all((one) => one.p50)),
      figure(median(all((one) => one.p99))),
    ]);
  }
  table(rows);
  const judged: string[][] = [];
  for (const [name, figures] of found) {
    const { title } = describe(name);
    const goal = goals.rate[name];
    if (goal === undefined) continue;
    judged.push(against(title, median(figures.map(({ rate }) => rate)), "workflows/s", goal, "least"));
    const p50 = median(figures.map((one) => one.p50));
    judged.push(against(`${title}, one at a time, p50`, p50, "ms", goals.aloneP50, "most"));
  }
  table(judged);
}

try {
  const load = loadavg()[0]?.toFixed(1);
  console.log(
    `Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model ?? "unknown"}), load ${load}`,
  );
  if (stage.warning !== null) console.log(stage.warning);
  await floorOf(stage, "before", 1000);
  heading(`Workflows of 5 steps, ${inFlight} in flight, then one at a time (${rounds} rounds, in turn)`);
  const found = new Map<SubjectName, Figures[]>();
  const left = new Set(wanted);
  for (let round = 0; round < rounds; round += 1) {
    for (const name of [...left]) {
      const figures = await measured(name);
      if (typeof figures !== "string") {
        found.set(name, [...(found.get(name) ?? []), figures]);
        continue;
      }
      left.delete(name);
      process.exitCode = describe(name).ours ? 1 : (process.exitCode ?? 0);
      console.log(`  ${describe(name).title}: left out, since ${figures}`);
    }
  }
  print(found);
  await floorOf(stage, "after", 1000);
} finally {
  await stage.close();
}
