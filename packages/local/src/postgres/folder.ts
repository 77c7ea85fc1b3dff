import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StartError } from "./start-error.js";

/** The parts of the Postgres folder: the cluster, its log, its passwords, and the mark of who uses it. */
export interface PostgresFolder {
  root: string;
  data: string;
  log: string;
  passwords: string;
  owner: string;
}

/** Makes the folder when it is not there and names its parts. */
export function openFolder(dataDir: string): PostgresFolder {
  const root = join(dataDir, "postgres");
  try {
    mkdirSync(root, { recursive: true });
    chmodSync(root, 0o755);
  } catch (error) {
    throw new StartError(
      `The data folder ${dataDir} cannot be written (${(error as Error).message}): make it writable, or choose ` +
        "another with LONGHAUL_DATA_DIR.",
    );
  }
  return {
    root,
    data: join(root, "data"),
    log: join(root, "postgres.log"),
    passwords: join(root, "passwords.json"),
    owner: join(root, "owner.json"),
  };
}

interface Owner {
  pid: number;
  /** When that process began, so that a reused pid is not taken for it; null where the system does not tell. */
  began: string | null;
}

/**
 * Marks the folder as used by this process and returns the undoing. A mark whose process is gone (killed)
 * is taken over; one whose process lives is a StartError.
 */
export function claimFolder(folder: Pick<PostgresFolder, "root" | "owner">): () => void {
  const mine: Owner = { pid: process.pid, began: beganAt(process.pid) };
  for (;;) {
    try {
      writeFileSync(folder.owner, JSON.stringify(mine), { flag: "wx", mode: 0o600 });
      return () => rmSync(folder.owner, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = readOwner(folder.owner);
    if (owner !== null && isAlive(owner.pid) && beganAt(owner.pid) === owner.began) {
      throw new StartError(
        `The data folder ${folder.root} is in use by process ${owner.pid}: stop that one, or choose another ` +
          "folder with LONGHAUL_DATA_DIR.",
      );
    }
    rmSync(folder.owner, { force: true });
  }
}

function readOwner(file: string): Owner | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Owner;
  } catch {
    return null;
  }
}

/** Whether a process of this number runs, ours or another user's. One that ended and was not yet reaped does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return processFields(pid)?.[0] !== "Z";
}

function beganAt(pid: number): string | null {
  return processFields(pid)?.[19] ?? null;
}

/** The fields of /proc/<pid>/stat after the name, which may itself hold spaces and brackets: [0] state, [19] start time. */
function processFields(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

/** Passwords by database role; made once per data folder, readable by its owner alone. */
export type Passwords = Record<string, string>;

/** Reads the passwords and adds a new one for each role that has none. */
export function keepPasswords(folder: PostgresFolder, roles: readonly string[]): Passwords {
  const kept = existsSync(folder.passwords)
    ? (JSON.parse(readFileSync(folder.passwords, "utf8")) as Passwords)
    : {};
  const missing = roles.filter((role) => !kept[role]);
  if (missing.length === 0) return kept;
  for (const role of missing) kept[role] = randomBytes(24).toString("base64url");
  const draft = `${folder.passwords}.new`;
  writeFileSync(draft, JSON.stringify(kept, null, 2), { mode: 0o600 });
  renameSync(draft, folder.passwords);
  return kept;
}
