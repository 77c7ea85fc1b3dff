// What `pnpm dev` runs: the local cloud, the API and the dashboard, each with what changes in its sources:
// the browser at once (Vite), the API by a restart, steps and state machines by a reload of the cloud.
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { bin, compileOrKeep, startCompiler } from "./build.mjs";
import { ensureInstalled } from "./install.mjs";
import { checkPort, Longhaul } from "./longhaul.mjs";
import { readSettings, root } from "./settings.mjs";
import { stopOnSignals } from "./signals.mjs";
import { watchTree } from "./watch-tree.mjs";
import { welcome } from "./welcome.mjs";

/** The compiler writes a package file by file, and an editor may save several. */
const quietMs = 300;
const ofApi = ["kit", "auth", "connections", "db", "workflows", "runs"];
const ofSteps = ["kit", "db", "workflows", "runs", "functions"];
const ofCloud = ["local", "stepfunctions"];

const children = [];

function run(name, ...args) {
  const child = spawn(process.execPath, [bin(name), ...args], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    // Ctrl-C comes to this process, which ends the others in order.
    detached: process.platform !== "win32",
  });
  children.push(child);
  child.once(
    "exit",
    (code) => code && children.includes(child) && console.error(`${name} ended with exit code ${code}.`),
  );
}

function stopChildren() {
  for (const child of children.splice(0)) child.kill();
}

/** Calls back with the names of the rooms in whose `folder` a file has changed, when nothing has for a moment. */
function watchRooms(folder, extension, onChange) {
  const changed = new Set();
  let timer;
  const packages = readdirSync(path.join(root, "packages")).map((name) => ["packages", name]);
  for (const [group, name] of [...packages, ["apps", "api"]]) {
    const watched = path.join(root, group, name, folder);
    if (!existsSync(watched)) continue;
    watchTree(watched, (file) => {
      if (!file.endsWith(extension)) return;
      changed.add(name);
      clearTimeout(timer);
      timer = setTimeout(() => {
        onChange(new Set(changed));
        changed.clear();
      }, quietMs);
    });
  }
}

/** The compiler's own watching asks for the time of every file again and again, which takes half a core. */
function compileOnChange() {
  let compiling = null;
  let again = false;
  let failed = false;
  const compile = () => {
    again = compiling !== null;
    if (again) return;
    compiling = spawn(process.execPath, startCompiler(), {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
    });
    compiling.once("exit", (code) => {
      if (code === 0 && failed) console.log("It compiles again.");
      failed = code !== 0;
      compiling = null;
      if (again) compile();
    });
  };
  watchRooms("src", ".ts", compile);
}

async function apply(longhaul, changed) {
  const any = (names) => names.some((name) => changed.has(name));
  console.log(`Changed: ${[...changed].join(", ")}.`);
  if (any(ofCloud)) await longhaul.restartCloud();
  else if (any(ofSteps)) longhaul.reloadSteps();
  if (any([...ofApi, "api"])) await longhaul.restartApi();
}

async function main() {
  const settings = readSettings();
  ensureInstalled();
  compileOrKeep();
  const wait = (sentence) => console.error(`${sentence} It is started again with the next change.`);
  const webPort = Number(process.env.LONGHAUL_WEB_PORT ?? 5173);
  await checkPort(webPort, "the development server", "LONGHAUL_WEB_PORT");
  const web = `http://127.0.0.1:${webPort}`;
  const longhaul = new Longhaul(settings, { say: console.error, onEnd: wait, webDir: null, webUrl: web });
  const stop = stopOnSignals(longhaul, stopChildren);
  try {
    const cloud = await longhaul.start();
    let last = Promise.resolve();
    watchRooms("dist", ".js", (changed) => {
      last = last.then(() => apply(longhaul, changed)).catch((error) => console.error(error.message));
    });
    compileOnChange();
    // Named, it is not done without while git or an editor has taken it away for a moment.
    run("vite", "apps/web", "--config", "apps/web/vite.config.ts", "--strictPort");
    console.log(welcome(web, settings.dataDir, cloud));
  } catch (error) {
    if (!stop.began) console.error(error.message);
    await stop(1);
  }
}

await main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
