// The one verb: everything that must hold before a change lands. `pnpm verify` runs all steps,
// `pnpm verify lint unit` those named and what they need.
import { spawn } from "node:child_process";
import { bin, compiler } from "./build.mjs";
import { root } from "./settings.mjs";

const atOnce = 2;

// What runs in browsers has types from programs that know other packages by their build; its tests run in Node.
const inNode = [".", ...besides("apps/web/src", "packages/client/src/react/!(*.test).ts")];
const inBrowsers = [
  "apps/web/src",
  "packages/client/src/react",
  ...besides("packages/client/src/react/*.test.ts"),
];

function besides(...patterns) {
  return patterns.flatMap((pattern) => ["--ignore-pattern", pattern]);
}

/** The types of all sources are more than Node's heap holds by itself. */
function eslint(...what) {
  const node = ["--max-semi-space-size=64", "--max-old-space-size=6144"];
  return [...node, bin("eslint"), "-c", "tooling/lint/whole.config.js", ...what, "--max-warnings", "0"];
}

const commands = {
  build: () => [compiler(), [bin("vite"), "build", "apps/web", "--logLevel", "warn"]],
  format: () => [[bin("@biomejs/biome", "biome"), "format", "."]],
  lint: () => [eslint(...inNode)],
  "lint-web": () => [eslint(...inBrowsers)],
  unused: () => [[bin("knip")]],
  unit: () => [[bin("vitest"), "run", "--project", "unit"]],
  integration: () => [[bin("vitest"), "run", "--project", "integration"]],
};

/**
 * In the order in which they start, two at a time. `needs` must have passed. A step that is `alone` waits
 * for all others and has both cores, so that its servers answer as fast as they can.
 */
const steps = [
  { name: "build", about: "types of every package, and the dashboard's bundle" },
  { name: "lint", about: "ESLint: types, promises, the walls between rooms" },
  { name: "format", about: "Biome" },
  { name: "lint-web", about: "ESLint: what runs in browsers", needs: "build" },
  {
    name: "unused",
    about: "knip: files, exports and dependencies that nobody uses",
    // What starts processes names built files, by which knip finds their sources.
    needs: "build",
  },
  {
    name: "unit",
    about: "tests beside the sources, the synthesised infrastructure among them",
    needs: "build",
  },
  {
    name: "integration",
    about: "real Postgres, sockets, processes and a browser; the rules of the repository",
    needs: "build",
    alone: true,
  },
];

const children = new Set();

function stopChildren(signal) {
  for (const child of children) child.kill(signal);
}

/** Runs one command; resolves to whether it passed, with its output unless that went straight to the terminal. */
function execute([file, ...args], live) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [file, ...args], {
      cwd: root,
      stdio: ["ignore", live ? "inherit" : "pipe", live ? "inherit" : "pipe"],
    });
    children.add(child);
    let output = "";
    for (const stream of live ? [] : [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    const end = (passed) => {
      children.delete(child);
      resolve({ passed, output });
    };
    child.once("error", (error) => {
      output += `${error.message}\n`;
      end(false);
    });
    child.once("close", (code) => end(code === 0));
  });
}

const heading = (step, rest) => `\n=== ${step.name}: ${step.about}${rest ? ` · ${rest}` : ""}`;

async function runStep(step) {
  const start = performance.now();
  if (step.alone) console.log(heading(step, ""));
  let passed = true;
  let output = "";
  for (const command of commands[step.name]()) {
    const result = await execute(command, step.alone);
    output += result.output;
    passed = result.passed;
    if (!passed) break;
  }
  const seconds = (performance.now() - start) / 1000;
  if (!step.alone) console.log(heading(step, `${passed ? "passed" : "FAILED"} in ${seconds.toFixed(1)} s`));
  if (output.trim() !== "") console.log(output.trimEnd());
  return { step, outcome: passed ? "passed" : "failed", seconds };
}

/** Starts what may start until all have an outcome: passed, failed, or skipped because what it needs did not pass. */
async function runAll(chosen) {
  const results = new Map();
  const running = new Map();
  const waiting = [...chosen];
  while (waiting.length + running.size > 0) {
    for (const step of [...waiting]) {
      const need = results.get(step.needs)?.outcome ?? (step.needs ? "pending" : "passed");
      const free = step.alone ? running.size === 0 && waiting.length === 1 : running.size < atOnce;
      if (need === "pending" || (need === "passed" && !free)) continue;
      waiting.splice(waiting.indexOf(step), 1);
      if (need !== "passed") results.set(step.name, { step, outcome: "skipped", seconds: 0 });
      else running.set(step.name, runStep(step));
    }
    if (running.size === 0) continue;
    const result = await Promise.race(running.values());
    running.delete(result.step.name);
    results.set(result.step.name, result);
  }
  return chosen.map((step) => results.get(step.name));
}

function choose(names) {
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    console.error(`There is no step "${unknown[0]}". Steps: ${steps.map((step) => step.name).join(", ")}.`);
    process.exit(2);
  }
  if (names.length === 0) return steps;
  const wanted = new Set(names.flatMap((name) => [name, steps.find((step) => step.name === name).needs]));
  return steps.filter((step) => wanted.has(step.name));
}

function summarise(results, seconds) {
  console.log(`\n=== summary · ${seconds.toFixed(0)} s`);
  for (const { step, outcome, seconds: took } of results) {
    console.log(`${outcome.padEnd(8)} ${step.name.padEnd(12)} ${took.toFixed(1).padStart(6)} s`);
  }
  const count = (outcome) => results.filter((result) => result.outcome === outcome).length;
  const skipped = count("skipped");
  console.log(
    `\n${count("passed")} passed, ${count("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`,
  );
  return count("failed") + skipped === 0;
}

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    stopChildren(signal);
    process.exitCode = 130;
  });
}

const start = performance.now();
const results = await runAll(choose(process.argv.slice(2)));
const passed = summarise(results, (performance.now() - start) / 1000);
process.exitCode ||= passed ? 0 : 1;
