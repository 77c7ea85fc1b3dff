import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { caseNames } from "./case.js";
import { conformanceDir } from "./env.js";
import { runAll } from "./pool.js";
import { explain, report } from "./report.js";
import type { Result } from "./run-case.js";

const USAGE = `pnpm conformance [--only TEXT] [--folder NAME] [--why] [--strict] [--json FILE] [--dir DIR]
Runs the cases recorded from AWS through the engine's HTTP API and compares. DIR is CONFORMANCE_DIR, or ../shared/conformance.
--only    cases whose name contains TEXT
--folder  cases of a folder of the table, and of those in it
--why     prints each failure's differences
--strict  exit status 1 when a case fails
--json    writes each case's result to FILE`;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      folder: { type: "string" },
      json: { type: "string" },
      dir: { type: "string" },
      why: { type: "boolean" },
      strict: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    console.log(USAGE);
    return 0;
  }
  const dir = values.dir === undefined ? conformanceDir : path.resolve(values.dir);
  if (!existsSync(dir)) {
    console.error(`There is no folder ${dir}: set CONFORMANCE_DIR to where the cases are.`);
    return 2;
  }
  const names = caseNames(dir).filter((name) => isWanted(name, values));
  const results: Result[] = [];
  await runAll(dir, names, (result) => results.push(result));
  results.sort((left, right) => (left.name < right.name ? -1 : 1));
  if (values.json !== undefined) writeFileSync(values.json, jsonOf(results));
  if (values.why === true) console.log(`${explain(results)}\n`);
  console.log(report(results));
  const failed = results.some(({ output, history }) => output === "failed" || history === "failed");
  return failed && values.strict === true ? 1 : 0;
}

function isWanted(name: string, { only, folder }: { only?: string; folder?: string }): boolean {
  return (
    (only === undefined || name.includes(only)) && (folder === undefined || name.startsWith(`${folder}/`))
  );
}

function jsonOf(results: Result[]): string {
  const rows = results.map(({ differences, notes, ...result }) => {
    const { output, history } = differences;
    const why = [...new Set([...output, ...history]), ...notes.map((note) => `note: ${note}`)];
    return { ...result, why: why.join("\n") };
  });
  return `${JSON.stringify(rows, null, 2)}\n`;
}
