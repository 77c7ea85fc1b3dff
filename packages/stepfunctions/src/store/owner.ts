import { readFileSync } from "node:fs";

/** The process that has a data folder open. */
export interface Owner {
  pid: number;
  /** Start time of the process where the platform tells it: a pid is used again after a restart of the machine. */
  startedAt: string | null;
}

/** This process. */
export function self(): Owner {
  return { pid: process.pid, startedAt: startOf(process.pid) };
}

/** Whether an owner still lives, and is not this very process (which knows by itself what it has open). */
export function livesElsewhere(owner: Owner): boolean {
  if (owner.pid === process.pid) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return owner.startedAt === null || owner.startedAt === startOf(owner.pid);
}

/** Boot id and start tick from /proc (Linux); null elsewhere. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return null;
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}:${fields[19]}`;
  } catch {
    return null;
  }
}
