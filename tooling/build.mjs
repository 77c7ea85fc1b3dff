import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { root, StartError } from "./settings.mjs";

const stamp = path.join(root, "node_modules", ".cache", "longhaul-built");
/** What the build is made from; outputs and dependencies are elsewhere. */
const sources = [
  "apps",
  "packages",
  "package.json",
  "pnpm-lock.yaml",
  "tsconfig.base.json",
  "tsconfig.start.json",
];
const outputs = new Set(["node_modules", "dist", "dist-types", "coverage"]);
/** Without these there is nothing to start, whatever the stamp says. */
const needed = [
  "apps/api/dist/main.js",
  "apps/web/dist/index.html",
  "packages/client/dist/cli/main.js",
  "packages/local/dist/main.js",
];
/** What is compiled for a start: API, local cloud, and the command that speaks to them. */
const startProject = "tsconfig.start.json";

const isMade = (file) => existsSync(path.join(root, file));

function* files(name) {
  const full = path.join(root, name);
  const stats = statSync(full, { throwIfNoEntry: false });
  if (stats?.isFile()) yield `${name} ${stats.size} ${stats.mtimeMs}`;
  if (!stats?.isDirectory()) return;
  for (const entry of readdirSync(full).sort()) {
    if (!outputs.has(entry) && !entry.startsWith(".")) yield* files(path.join(name, entry));
  }
}

/** A print of the sources by name, size and time of change: thousands of files in some tens of milliseconds. */
function fingerprint() {
  const hash = createHash("sha256");
  for (const name of sources) for (const line of files(name)) hash.update(`${line}\n`);
  return hash.digest("hex");
}

/** The file behind a command that a dependency of the root brings. */
export function bin(packageName, command = packageName) {
  const folder = path.join(root, "node_modules", packageName);
  const { bin: entries } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  return path.join(folder, typeof entries === "string" ? entries : entries[command]);
}

function run(what, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}`);
  throw new StartError(`Building ${what} failed, as said above: mend it and start again.`);
}

/** How projects are compiled: with one checker each, since several find out the same types side by side. */
export function compiler(...projects) {
  return [bin("typescript-7", "tsc"), "-b", "--checkers", "1", ...projects];
}

/** Compiles what a start needs. */
export const startCompiler = () => compiler(startProject);

function compile() {
  run("the packages", startCompiler());
}

/** Compiles for those who will go on to mend what does not compile: the last build has to do then. */
export function compileOrKeep() {
  try {
    compile();
  } catch (error) {
    if (!needed.filter((file) => file.endsWith(".js")).every(isMade)) throw error;
    console.error("Going on with what was built before.");
  }
}

/**
 * Builds everything that `npm start` runs, unless the sources are as they were at the last build.
 *
 * @throws StartError when they do not compile; the compiler's words have been printed
 */
export function ensureBuilt() {
  const print = fingerprint();
  if (needed.every(isMade) && existsSync(stamp) && readFileSync(stamp, "utf8") === print) return;
  const first = !needed.every(isMade);
  console.log(
    first ? "Building (the first time this takes a minute or two) ..." : "Building what has changed ...",
  );
  compile();
  run("the dashboard", [bin("vite"), "build", "apps/web", "--logLevel", "warn"]);
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, print);
}
