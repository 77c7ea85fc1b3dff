import { spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { PostgresFolder } from "./folder.js";
import { canReach, type Identity } from "./identity.js";
import type { Runtime } from "./runtime.js";
import { StartError } from "./start-error.js";

/** How the server's programs are run: which binaries, as whom, on which folder. */
export interface Launch {
  runtime: Runtime;
  identity: Identity;
  folder: PostgresFolder;
}

/**
 * Spawns a program of the runtime with `args(root)`, where `root` is the Postgres folder as that process
 * can name it.
 *
 * Below a folder that its identity may not enter (a checkout in /root) the folder is handed over as an open
 * descriptor: /proc/self/fd leads to it without walking the path.
 */
export function launch(
  { runtime, identity, folder }: Launch,
  program: "initdb" | "postgres",
  args: (root: string) => string[],
  log: number,
) {
  const byDescriptor = !canReach(identity, folder.root);
  if (byDescriptor && process.platform !== "linux") {
    throw new StartError(
      `Postgres cannot run as root below ${folder.root}: start as a user that is not root, or choose another ` +
        "folder with LONGHAUL_DATA_DIR.",
    );
  }
  const descriptor = byDescriptor ? openSync(folder.root, "r") : null;
  try {
    return spawn(join(runtime.bin, program), args(byDescriptor ? "/proc/self/fd/3" : folder.root), {
      ...identity,
      cwd: byDescriptor ? "/" : folder.root,
      // A group of its own: Ctrl-C in the terminal reaches us, and we stop the server last.
      detached: process.platform !== "win32",
      stdio: ["ignore", log, log, ...(descriptor === null ? [] : [descriptor])],
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" },
      windowsHide: true,
    });
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

/** Of what a program of the runtime wrote, why it ended. */
export function reasonIn(output: string): string {
  return (
    /(?:FATAL|PANIC|error): +(.*)/.exec(output)?.[1] ??
    (output.trim().split("\n").at(-1) || "no reason given")
  );
}

/** @throws StartError where `output` says that there is too little of the shared memory that Postgres takes beside its files */
export function checkSharedMemory(output: string): void {
  if (!/shared memory segment.*No space left on device/.test(output)) return;
  throw new StartError(
    "Postgres needs a few megabytes of shared memory and /dev/shm is full: make room there, or make it larger (in Docker with --shm-size).",
  );
}

/** Makes the cluster on first use; a half-made one of a start that was killed is thrown away. */
export async function ensureCluster(start: Launch, password: string, durable: boolean): Promise<void> {
  const { folder, identity, runtime } = start;
  if (existsSync(folder.data)) return checkVersion(folder, runtime);
  checkName(runtime);
  const draft = `${folder.data}.new`;
  const passwordFile = join(folder.root, "password.new");
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft);
  chmodSync(draft, 0o700);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (identity !== null) {
    chownSync(draft, identity.uid, identity.gid);
    chownSync(passwordFile, identity.uid, identity.gid);
  }
  const log = openSync(folder.log, "a", 0o600);
  const before = statSync(folder.log).size;
  try {
    const initdb = launch(start, "initdb", (root) => initdbArguments(root, durable, runtime), log);
    const problem = await new Promise<string | null>((resolve) => {
      initdb.once("error", (error) => resolve(error.message));
      initdb.once("exit", (code, signal) =>
        resolve(code === 0 ? null : `initdb ended with ${code ?? signal}`),
      );
    });
    if (problem !== null) {
      const output = readFileSync(folder.log).subarray(before).toString("utf8");
      checkSharedMemory(output);
      throw new StartError(
        `Postgres could not make its data folder (${problem}, ${reasonIn(output)}): ${folder.log} says more.`,
      );
    }
  } finally {
    closeSync(log);
    rmSync(passwordFile, { force: true });
  }
  renameSync(draft, folder.data);
}

/** initdb calls its server through a shell, with the path in double quotes and nothing in it escaped. */
function checkName({ bin }: Runtime): void {
  const special = process.platform === "win32" ? null : /["$`\\]/.exec(bin);
  if (special === null) return;
  throw new StartError(
    `Postgres cannot be set up from ${bin}, whose name has a ${special[0]} in it: choose a data folder whose name has ` +
      "none with LONGHAUL_DATA_DIR, or rename the folder.",
  );
}

function initdbArguments(root: string, durable: boolean, { major }: Runtime): string[] {
  return [
    ...["-D", `${root}/data.new`, "-U", "supabase_admin", `--pwfile=${root}/password.new`],
    ...["--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"],
    // A collation inside Postgres: the same order of text on every platform, whatever locales it has. Before 17 there is none,
    // and the platform's of that name sorts alike.
    ...(major >= 17
      ? ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
      : ["--locale=C.UTF-8"]),
    ...(durable ? [] : ["--no-sync"]),
  ];
}

function checkVersion(folder: PostgresFolder, { major }: Runtime): void {
  const file = join(folder.data, "PG_VERSION");
  const version = existsSync(file) ? readFileSync(file, "utf8").trim() : null;
  if (version === String(major)) return;
  throw new StartError(
    version === null
      ? `The folder ${folder.data} does not hold a Postgres database: move it away, or choose another folder with LONGHAUL_DATA_DIR.`
      : `The folder ${folder.data} was made by Postgres ${version} and this is ${major}: start it with the programs of that version (LONGHAUL_POSTGRES_BIN), move it away, or choose another folder with LONGHAUL_DATA_DIR.`,
  );
}
