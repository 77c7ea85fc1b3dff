import { fork } from "node:child_process";
import { once } from "node:events";
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lastWords } from "./last-words.mjs";
import { root, StartError } from "./settings.mjs";

const onWindows = process.platform === "win32";
const largestLog = 10 * 1024 * 1024;
const patienceMs = 20_000;

/**
 * A process of ours that writes to a log and talks over IPC. It has a process group of its own: Ctrl-C in
 * the terminal reaches this process, which ends the others in order.
 */
export class Service {
  #child = null;
  #exited = Promise.resolve();

  /** @param {{ name: string, file: string, log: string, execArgv?: string[] }} options */
  constructor(options) {
    this.options = options;
  }

  /** Starts the process. `onExit` is called once, with a sentence, if it ends without being stopped. */
  start(env, { onMessage, onExit }) {
    const { name, file, log, execArgv = [] } = this.options;
    const out = openLog(log);
    const child = fork(path.join(root, file), {
      cwd: root,
      env: { ...surroundings(), ...env },
      execArgv,
      detached: !onWindows,
      stdio: ["ignore", out, out, "ipc"],
    });
    closeSync(out);
    this.#child = child;
    if (onMessage) child.on("message", onMessage);
    this.#exited = once(child, "exit").catch(() => []);
    child.once("error", (error) => onExit(`${name} could not be started (${error.message})`));
    child.once("exit", (code, signal) => {
      const stopped = this.#child !== child;
      if (!stopped) onExit(`${name} ended unexpectedly (${signal ?? `exit code ${code}`})`);
    });
  }

  send(message) {
    if (this.#child?.connected) this.#child.send(message);
  }

  /** Ends it in order; one that does not go is killed. Resolves when it is gone. */
  async stop() {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    if (onWindows) child.disconnect();
    else child.kill("SIGTERM");
    const impatience = setTimeout(() => killGroup(child), patienceMs);
    await this.#exited;
    clearTimeout(impatience);
  }

  /** Ends it and what it started, at once. */
  kill() {
    if (this.#child !== null) killGroup(this.#child);
    this.#child = null;
  }

  /** The last line that it wrote, for a person who wants to know why it ended; empty where the log is gone. */
  lastWords() {
    try {
      return lastWords(readFileSync(this.options.log, "utf8"));
    } catch {
      return "";
    }
  }
}

/** What this process was given, without settings that would lead an AWS client elsewhere. */
function surroundings() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_")));
}

function killGroup(child) {
  try {
    if (onWindows) child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // It was gone already.
  }
}

function openLog(file) {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    // The people whose runs are logged did not ask other users of this machine to read along.
    chmodSync(path.dirname(file), 0o700);
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > largestLog) renameSync(file, `${file}.1`);
    return openSync(file, "a");
  } catch (error) {
    throw new StartError(
      `The data folder cannot be written (${error.message}): make it writable, or choose another with LONGHAUL_DATA_DIR.`,
    );
  }
}

/** Waits until `url` answers with success; gives up when `signal` aborts. */
export async function answers(url, signal) {
  while (!signal.aborted) {
    try {
      const response = await fetch(url, { signal });
      await response.body?.cancel();
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    await sleep(100);
  }
}
