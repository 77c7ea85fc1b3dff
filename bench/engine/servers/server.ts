import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A server that subjects stand on. */
export interface Server {
  url: string;
  /** Its first process, for the CPU time of it and of all that it has started. */
  pid?: number | undefined;
  /** All that a program which uses it finds in its environment; where there is none it has the bench's own. */
  env?: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** A peer's server cannot be had here: the bench says so and goes on without that peer. */
export class Missing extends Error {}

/** Starts a program and resolves once `ready` says so; it is stopped by its own process id. */
export async function startProgram(
  file: string,
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string>; ready: () => Promise<boolean> },
): Promise<{ pid: number | undefined; stop(): Promise<void> }> {
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", ...options.env },
    stdio: "ignore",
  });
  const failed = new Promise<never>((_, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  failed.catch(() => {});
  const stop = (): Promise<void> => stopChild(child);
  try {
    await Promise.race([until(options.ready), failed]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid, stop };
}

export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const patience = setTimeout(() => child.kill("SIGKILL"), 5000);
  await ended;
  clearTimeout(patience);
}

async function until(ready: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    if (await ready().catch(() => false)) return;
    await sleep(50);
  }
  throw new Error("the server was not ready within 30 s");
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
