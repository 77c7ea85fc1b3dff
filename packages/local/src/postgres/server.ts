import type { ChildProcess } from "node:child_process";
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { checkSharedMemory, type Launch, launch, reasonIn } from "./cluster.js";
import { isAlive, type PostgresFolder } from "./folder.js";
import { StartError } from "./start-error.js";

const host = "127.0.0.1";
const largestLog = 5 * 1024 * 1024;

/** A running server process. `stop` ends it in order (sessions are closed, a checkpoint is written). */
export interface Server {
  pid: number;
  port: number;
  /** Resolves with a sentence when it has ended without being stopped. */
  lost: Promise<string>;
  stop(): Promise<void>;
}

/** Starts the server on `port` (0: any free one) and waits until it takes connections. */
export async function startServer(start: Launch, port: number, durable: boolean): Promise<Server> {
  await stopOrphan(start.folder);
  for (let attempt = 1; ; attempt++) {
    const chosen = await freePort(port);
    const outcome = await tryStart(start, chosen, durable);
    if (typeof outcome !== "string") return outcome;
    const retriable =
      (port === 0 && outcome.includes("Address already in use")) || outcome.includes("shared memory block");
    // Sessions of a killed server need a moment to notice; an ephemeral port may be taken in between.
    if (!retriable || attempt === 20) throw startFailure(outcome, chosen, start.folder);
    await sleep(250);
  }
}

async function tryStart(start: Launch, port: number, durable: boolean): Promise<Server | string> {
  const { folder } = start;
  const fresh = !existsSync(folder.log) || statSync(folder.log).size > largestLog;
  const log = openSync(folder.log, fresh ? "w" : "a", 0o600);
  const before = statSync(folder.log).size;
  const child = launch(start, "postgres", (root) => serverArguments(root, port, durable), log);
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", () => resolve(readFileSync(folder.log).subarray(before).toString("utf8")));
  });
  const ready = await Promise.race([ended, becomesReady(child, folder)]);
  if (typeof ready === "string") return ready;
  child.unref();
  let stopped = false;
  const lost = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => {
      if (!stopped) resolve(`Postgres ended unexpectedly (${signal ?? `exit code ${code}`}).`);
    });
  });
  const stop = () => {
    stopped = true;
    return stopChild(child);
  };
  return { pid: child.pid as number, port, lost, stop };
}

function serverArguments(root: string, port: number, durable: boolean): string[] {
  const settings: Record<string, string> = {
    listen_addresses: host,
    unix_socket_directories: "",
    max_connections: "200",
    max_wal_senders: "0",
    wal_level: "minimal",
    log_checkpoints: "off",
    ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  return [
    ...["-D", `${root}/data`, "-p", String(port)],
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];
}

/** The server itself writes "ready" into the eighth line of its pid file (pg_ctl waits for the same line). */
async function becomesReady(child: ChildProcess, folder: PostgresFolder): Promise<true> {
  for (;;) {
    const file = readPidFile(folder);
    if (file?.pid === child.pid && file?.status === "ready") return true;
    if (child.exitCode !== null || child.signalCode !== null) return await new Promise(() => {});
    await sleep(20);
  }
}

function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.ref();
    const impatience = setTimeout(() => child.kill("SIGQUIT"), 10_000);
    child.once("exit", () => {
      clearTimeout(impatience);
      resolve();
    });
    child.kill("SIGINT");
  });
}

interface PidFile {
  pid: number;
  status: string;
}

function readPidFile(folder: PostgresFolder): PidFile | null {
  try {
    const lines = readFileSync(join(folder.data, "postmaster.pid"), "utf8").split("\n");
    return { pid: Number(lines[0]), status: (lines[7] ?? "").trim() };
  } catch {
    return null;
  }
}

/**
 * Ends a server that outlived the process which had started it (kill -9). The caller holds the folder's
 * claim, so nobody else is using it. Where the system tells (Linux), a pid that by now belongs to another
 * program is recognised, and only the stale file is removed.
 */
async function stopOrphan(folder: PostgresFolder): Promise<void> {
  const file = readPidFile(folder);
  if (file === null) return;
  if (!Number.isInteger(file.pid) || file.pid <= 1 || !isAlive(file.pid) || !servesFolder(file.pid, folder)) {
    rmSync(join(folder.data, "postmaster.pid"), { force: true });
    return;
  }
  for (const [signal, patience] of [
    ["SIGINT", 10_000],
    ["SIGQUIT", 5_000],
    ["SIGKILL", 5_000],
  ] as const) {
    try {
      process.kill(file.pid, signal);
    } catch {
      break;
    }
    for (let waited = 0; waited < patience && isAlive(file.pid); waited += 20) await sleep(20);
    if (!isAlive(file.pid)) return;
  }
  if (isAlive(file.pid)) {
    throw new StartError(`Postgres process ${file.pid} still uses ${folder.data}: end it, then start again.`);
  }
}

function servesFolder(pid: number, folder: PostgresFolder): boolean {
  if (process.platform !== "linux") return true;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder.data);
  } catch {
    return false;
  }
}

/** `port` itself when it is free, any free one for 0. */
async function freePort(port: number): Promise<number> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once("error", reject);
      probe.listen({ port, host, exclusive: true }, resolve);
    });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "EADDRINUSE" ? portTaken(port) : error;
  }
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address !== null ? address.port : port;
}

function portTaken(port: number): StartError {
  return new StartError(
    `Port ${port} is taken by another program: stop that one, or choose another port for Postgres with LONGHAUL_DATABASE_PORT.`,
  );
}

function startFailure(output: string, port: number, folder: PostgresFolder): StartError {
  if (output.includes("Address already in use")) return portTaken(port);
  checkSharedMemory(output);
  return new StartError(
    `Postgres could not start on ${folder.data} (${reasonIn(output)}): ${folder.log} says more; a broken folder can be moved away, ` +
      "or another chosen with LONGHAUL_DATA_DIR.",
  );
}
