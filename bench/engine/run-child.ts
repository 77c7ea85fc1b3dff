import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Task } from "./tasks.js";

type Line = { ready: true } | { began: true } | { result: unknown } | { error: string };

export interface Running<N extends keyof Task> {
  /** Resolves when the task says that it has begun what it is to be killed in. */
  began: Promise<void>;
  result: Promise<Task[N][1]>;
  /** kill -9 of this process. */
  kill(): Promise<void>;
}

/** Does a task in a child process, which is killed after `limit` ms. Without an `env` it has this process's. */
export function start<N extends keyof Task>(
  name: N,
  input: Task[N][0],
  limit: number,
  env?: Readonly<Record<string, string>>,
): Running<N> {
  const child = fork(fileURLToPath(new URL("./child.js", import.meta.url)), {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: ["--expose-gc", "--no-deprecation"],
    ...(env && { env: { ...env } }),
  });
  const kill = (): Promise<void> => killChild(child);
  const patience = setTimeout(() => void kill(), limit);
  let begin: () => void = () => {};
  const began = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const result = new Promise<Task[N][1]>((resolve, reject) => {
    child.on("message", (line: Line) => {
      if ("ready" in line) child.send({ name, input });
      if ("began" in line) begin();
      if ("error" in line) reject(new Error(line.error));
      if ("result" in line) resolve(line.result as Task[N][1]);
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      clearTimeout(patience);
      reject(new Error(`${name} ended with ${signal ?? code} before it was done (limit ${limit / 1000} s)`));
    });
  });
  // One that is killed on purpose is nobody's failure.
  result.catch(() => {});
  return { began, result, kill };
}

export const run = <N extends keyof Task>(
  name: N,
  input: Task[N][0],
  limit: number,
  env?: Readonly<Record<string, string>>,
): Promise<Task[N][1]> => start(name, input, limit, env).result;

async function killChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
