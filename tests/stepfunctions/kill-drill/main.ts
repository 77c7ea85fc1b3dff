import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { drill } from "./drill.js";

const USAGE = `kill-drill [--rounds 200] [--executions 1000] [--seed N] [--only KIND,KIND] [--patience SECONDS] [--keep]
Kills the engine with signal 9 at random moments while executions run over HTTP, and then asks it for each that it had
acknowledged: the right output, a well-formed history. The exit status tells whether all were right.`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "200" },
    executions: { type: "string", default: "1000" },
    seed: { type: "string" },
    only: { type: "string" },
    patience: { type: "string", default: "180" },
    keep: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

async function main(): Promise<number> {
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
  const dataDir = mkdtempSync(join(tmpdir(), "kill-drill-"));
  const rounds = Number(values.rounds);
  const executions = Number(values.executions);
  console.log(`${rounds} kills under ${executions} executions, seed ${seed}, data in ${dataDir}`);
  const began = performance.now();
  const { acknowledged, answers, faults } = await drill({
    seed,
    rounds,
    executions,
    dataDir,
    script: fileURLToPath(new URL("../../stepfunctions/kill-drill/engine.mjs", import.meta.url)),
    ...(values.only === undefined ? {} : { only: values.only.split(",") }),
    patience: Number(values.patience) * 1000,
    log: console.log,
  });
  for (const fault of faults.slice(0, 50)) console.log(`- ${fault}`);
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(
    `kill drill: ${rounds} kills, ${acknowledged} acknowledged executions, ${answers} acknowledged answers, ${faults.length} faults, ${seconds} s, seed ${seed}`,
  );
  if (!values.keep && faults.length === 0) rmSync(dataDir, { recursive: true, force: true });
  return faults.length === 0 && acknowledged === executions ? 0 : 1;
}

process.exitCode = await main();
