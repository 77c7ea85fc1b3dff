import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { readCase } from "./case.js";
import { scratchDir, workerEnvironment } from "./env.js";
import { failed, type Result } from "./run-case.js";

const AT_ONCE = 4;
const SECONDS = 60;
/** What a worker writes goes to the terminal's second channel, so that the table stays whole. */
const STDIO = ["ignore", 2, 2, "ipc"] as const;

/**
 * Runs cases in processes of their own. A case that hangs or crashes its process fails; what ran beside it is run again
 * alone. Calls `onResult` as they come, in no order.
 */
export async function runAll(
  folder: string,
  names: string[],
  onResult: (result: Result) => void,
): Promise<void> {
  const temporary = mkdtempSync(path.join(scratchDir(), "conformance-"));
  const queue = [...names];
  const suspects: string[] = [];
  const count = Math.min(availableParallelism(), Math.ceil(names.length / AT_ONCE));
  try {
    const run = { folder, temporary, onResult };
    await Promise.all(Array.from({ length: count }, () => drain(run, queue, AT_ONCE, suspects)));
    await drain(run, suspects, 1, undefined);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

interface Run {
  folder: string;
  /** Where the processes put their data folders: one that is killed leaves its own behind. */
  temporary: string;
  onResult: (result: Result) => void;
}

/** Takes cases from the queue until it is empty, in one process after the other. */
async function drain(
  run: Run,
  queue: string[],
  atOnce: number,
  suspects: string[] | undefined,
): Promise<void> {
  const { folder, onResult } = run;
  while (queue.length > 0) {
    const { lost, why } = await runWorker(run, queue, atOnce);
    if (suspects !== undefined && lost.length > 1) suspects.push(...lost);
    else for (const name of lost) onResult(failed(readCase(folder, name), why));
  }
}

/** One process, until the queue is empty or the process is gone. Resolves with the cases that it took with it. */
function runWorker(
  { folder, temporary, onResult }: Run,
  queue: string[],
  atOnce: number,
): Promise<{ lost: string[]; why: string }> {
  const child: ChildProcess = fork(fileURLToPath(new URL("./worker.js", import.meta.url)), [temporary], {
    stdio: [...STDIO],
    env: workerEnvironment(),
  });
  const running = new Map<string, NodeJS.Timeout>();
  let why = "";
  const late = (name: string): void => {
    why ||= `${name} was not done after ${SECONDS} s`;
    child.kill("SIGKILL");
  };
  const fill = (): void => {
    while (running.size < atOnce) {
      const name = queue.shift();
      if (name === undefined) break;
      running.set(
        name,
        setTimeout(() => late(name), SECONDS * 1000),
      );
      child.send({ folder, name });
    }
    if (running.size === 0 && child.connected) child.disconnect();
  };
  child.on("message", (result: Result) => {
    clearTimeout(running.get(result.name));
    running.delete(result.name);
    onResult(result);
    fill();
  });
  return new Promise((resolve) => {
    child.on("exit", (code, signal) => {
      for (const timer of running.values()) clearTimeout(timer);
      resolve({ lost: [...running.keys()], why: why || `the process ended with ${String(signal ?? code)}` });
    });
    // What could not be sent to a process that is going is seen at its exit.
    child.on("error", () => {});
    fill();
  });
}
