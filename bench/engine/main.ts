import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { goals } from "./goals.js";
import { distributedMap } from "./parts/distributed-map.js";
import { events } from "./parts/events.js";
import { floorOf } from "./parts/floor.js";
import { recovery } from "./parts/recovery.js";
import { sleepers } from "./parts/sleepers.js";
import { throughput } from "./parts/throughput.js";
import { Stage } from "./stage.js";
import { isSubject, subjectNames } from "./subjects.js";

const names = ["throughput", "sleepers", "events", "map", "recovery"] as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    subjects: { type: "string" },
    directory: { type: "string" },
  },
});
const quick = values.quick;
const wanted = values.subjects?.split(",") ?? subjectNames;
const unknown = positionals.filter((part) => !(names as readonly string[]).includes(part));
const rounds = values.rounds === undefined ? (quick ? 1 : 5) : Number(values.rounds);
if (unknown.length > 0 || !wanted.every(isSubject) || !(rounds >= 1)) {
  console.error(
    `engine [--quick] [--rounds N] [--directory DIR] [--subjects NAME,NAME] [${names.join("] [")}]\nsubjects: ${subjectNames.join(", ")}`,
  );
  process.exit(2);
}

// V8 goes on compiling on the other core for some ten thousand executions: measured before that, it is half of what is measured.
const phases = { warmUp: 4000, together: 4000, alone: 2000 };
const quickPhases = { warmUp: 3000, together: 1200, alone: 400 };

const stage = new Stage(values.directory);
// Ctrl-C ends the children with us: what they wrote is then left behind, the servers are not.
process.once("SIGINT", () => void stage.close().finally(() => process.exit(130)));

const parts: Record<(typeof names)[number], () => Promise<void>> = {
  throughput: () => throughput(stage, wanted.filter(isSubject), rounds, quick ? quickPhases : phases),
  sleepers: () => sleepers(stage, quick ? goals.sleepers / 10 : goals.sleepers),
  events: () => events(stage, [10, 100, 1000, ...(quick ? [] : [10_000]), 20_000]),
  map: () => distributedMap(stage, goals.mapItems),
  recovery: () => recovery(stage, wanted.filter(isSubject), quick),
};

const began = performance.now();
let failed = false;
try {
  console.log(`Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model ?? "unknown"})`);
  if (stage.warning !== null) console.log(stage.warning);
  await floorOf(stage, "before", 1000);
  for (const name of names) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    await parts[name]().catch((error: Error) => {
      failed = true;
      console.log(`  ${name} failed: ${error.message}`);
    });
  }
  await floorOf(stage, "after", 1000);
  console.log(`\n${Math.round((performance.now() - began) / 1000)} s`);
} finally {
  await stage.close();
}
process.exitCode = failed ? 1 : 0;
