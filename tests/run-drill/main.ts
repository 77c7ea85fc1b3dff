import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { stageProduct } from "@longhaul/local/testing/product";
import { drill } from "./drill.js";
import { expected, type KindName } from "./workflows/kinds.js";

const usage = `run-drill [--runs 500] [--kills 20] [--seed N] [--kinds KIND,KIND] [--patience SECONDS]
Kills the API, the local cloud and its workers with signal 9 at random moments while runs are started, worked on and
watched, and cuts their connections. The exit status tells whether each run ended once, with each effect once and with
all its events heard in order.`;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "500" },
    kills: { type: "string", default: "20" },
    seed: { type: "string" },
    kinds: { type: "string" },
    patience: { type: "string", default: "240" },
    help: { type: "boolean", default: false },
  },
});

async function main(): Promise<number> {
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
  const kinds = values.kinds?.split(",") as KindName[] | undefined;
  if (!(kinds ?? []).every((kind) => Object.hasOwn(expected, kind))) {
    console.error(`${usage}\nkinds: ${Object.keys(expected).join(", ")}`);
    return 2;
  }
  const [runs, kills] = [Number(values.runs), Number(values.kills)];
  const product = stageProduct(
    mkdtempSync(join(tmpdir(), "run-drill-")),
    fileURLToPath(new URL("workflows", import.meta.url)),
  );
  console.log(`${kills} kills under ${runs} runs, seed ${seed}`);
  const began = performance.now();
  try {
    const patience = Number(values.patience) * 1000;
    const options = { seed, runs, kills, product, patience, log: console.log };
    const report = await drill(kinds ? { ...options, kinds } : options);
    for (const fault of report.faults.slice(0, 50)) console.log(`- ${fault}`);
    const seconds = Math.round((performance.now() - began) / 1000);
    console.log(
      `run drill: ${kills} kills, ${report.ended} of ${runs} runs ended, ${report.heard} events heard, ${report.effects} effects ` +
        `(${report.repeated} asked for again), ${report.faults.length} faults, ${seconds} s, seed ${seed}`,
    );
    return report.faults.length === 0 && report.ended === runs ? 0 : 1;
  } finally {
    product.remove();
  }
}

process.exitCode = await main();
