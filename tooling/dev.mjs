// What `pnpm dev` runs: the local cloud, the API and the dashboard, each with what changes in its sources:
// the browser at once (Vite), the API by a restart, steps and state machines by a reload of the cloud.
import { spawn } from "node:child_process";
import { existsSync, watch } from "node:fs";
import path from "node:path";
import { bin, compileOrKeep, startProject } from "./build.mjs";
import { ensureInstalled } from "./install.mjs";
import { Longhaul } from "./longhaul.mjs";
import { readSettings, root } from "./settings.mjs";
import { stopOnSignals } from "./signals.mjs";
import { welcome } from "./welcome.mjs";

/** The compiler writes a package file by file. */
const quietMs = 300;
const ofApi = ["kit", "auth", "db", "workflows", "runs"];
const ofSteps = ["kit", "db", "workflows", "runs", "functions"];
const ofCloud = ["local", "stepfunctions"];

const children = [];

function run(name, command, ...args) {
  const child = spawn(process.execPath, [bin(name, command), ...args], {
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

/** Calls back with the names of the rooms whose compiled code has changed, when the compiler has paused. */
function watchBuild(onChange) {
  const changed = new Set();
  let timer;
  const rooms = [...new Set([...ofApi, ...ofSteps, ...ofCloud])].map((name) => ["packages", name]);
  for (const [group, name] of [...rooms, ["apps", "api"]]) {
    const folder = path.join(root, group, name, "dist");
    if (!existsSync(folder)) continue;
    watch(folder, { recursive: true }, (_event, file) => {
      if (!file?.endsWith(".js")) return;
      changed.add(name);
      clearTimeout(timer);
      timer = setTimeout(() => {
        onChange(new Set(changed));
        changed.clear();
      }, quietMs);
    });
  }
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
  const longhaul = new Longhaul(settings, { say: console.error, onEnd: wait, webDir: null });
  const stop = stopOnSignals(longhaul, stopChildren);
  try {
    const cloud = await longhaul.start();
    let last = Promise.resolve();
    watchBuild((changed) => {
      last = last.then(() => apply(longhaul, changed)).catch((error) => console.error(error.message));
    });
    run("typescript", "tsc", "-b", "-w", "--preserveWatchOutput", startProject);
    run("vite", "vite", "apps/web");
    const web = `http://127.0.0.1:${process.env.LONGHAUL_WEB_PORT ?? 5173}`;
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
