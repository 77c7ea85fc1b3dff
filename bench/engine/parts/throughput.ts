import { goals } from "../goals.js";
import type { Figures, Phases } from "../measure.js";
import { against, figure, heading, median, spread, table } from "../report.js";
import { run } from "../run-child.js";
import { Missing } from "../servers/server.js";
import type { Stage } from "../stage.js";
import { inFlight } from "../subject.js";
import { describe, type SubjectName } from "../subjects.js";

const reference = "paths";

/** All subjects in turn, round by round, each in a process of its own. */
export async function throughput(
  stage: Stage,
  wanted: readonly SubjectName[],
  rounds: number,
  phases: Phases,
): Promise<void> {
  heading(
    `Executions of 5 tasks, ${inFlight} in flight, then one at a time (${rounds} rounds, turn and turn about)`,
  );
  const found = new Map<SubjectName, Figures[]>();
  const left = new Set(wanted);
  const synced: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const floor = await run("floor", { directory: stage.folder("floor"), ms: 250 }, 30_000);
    synced.push(floor.syncedP50);
    for (const name of [...left]) {
      try {
        const place = { directory: stage.folder(name), url: await stage.url(name, "throughput") };
        const limit = 3 * (phases.warmUp + phases.together + phases.alone) + 30_000;
        const figures = await run("measure", { subject: name, place, phases }, limit);
        found.set(name, [...(found.get(name) ?? []), figures]);
      } catch (error) {
        left.delete(name);
        const reason = error instanceof Missing ? error.message : (error as Error).stack;
        console.log(`  ${describe(name).title}: left out, since ${reason}`);
      }
    }
  }
  await stage.stop("throughput");
  console.log(`  one fdatasync at the start of each round: p50 ${spread(synced)} ms`);
  print(found);
}

function print(found: ReadonlyMap<SubjectName, Figures[]>): void {
  const ours = found.get(reference) ?? [];
  const rows = [["", "executions/s", "CPU ms each", "alone: p50 ms", "p99 ms", "ours (JSONPath) to it"]];
  for (const [name, figures] of found) {
    const all = (of: (one: Figures) => number): number[] => figures.map(of);
    const ratios = figures.map(({ rate }, round) => (ours[round]?.rate ?? Number.NaN) / rate);
    rows.push([
      describe(name).title,
      spread(all((one) => one.rate)),
      figure(median(all((one) => one.cpu))),
      spread(all((one) => one.p50)),
      figure(median(all((one) => one.p99))),
      describe(name).ours ? "" : `${spread(ratios)} times`,
    ]);
  }
  table(rows);
  const judged: string[][] = [];
  for (const [name, goal] of Object.entries(goals.rate)) {
    const figures = found.get(name as SubjectName);
    if (figures === undefined) continue;
    const { title } = describe(name as SubjectName);
    judged.push(against(title, median(figures.map(({ rate }) => rate)), "executions/s", goal, "least"));
  }
  if (ours.length > 0)
    judged.push(
      against("one at a time, p50", median(ours.map(({ p50 }) => p50)), "ms", goals.aloneP50, "most"),
    );
  table(judged);
}
